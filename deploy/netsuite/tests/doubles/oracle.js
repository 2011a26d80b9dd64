'use strict';

/**
 * What Oracle's stubs know of the SuiteScript API: the members of each module and object, and the options that each
 * function documents. Every double of these tests is made by `double`, so that no script can pass them with a member
 * or an option that NetSuite does not have.
 */

const fs = require('node:fs');
const { moduleNameMapper } = require('../../jest.config');

const FUNCTION = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(?:this|\w+(?:\.prototype)?)(?:\.(\w+)|\[['"](\w+)['"]\])\s*=\s*function/g;

// What Node's and Jest's own inspection looks for on any object.
const LOOKED_FOR_BY_TOOLS = new Set(['then', 'toJSON', '$$typeof', 'asymmetricMatch', 'nodeType', '@@__IMMUTABLE_ITERABLE__@@']);

// What Oracle's help has and its stubs left out, with its options: PagedData.fetch (section_4486609298).
const LEFT_OUT = { 'N/search/pagedData': { fetch: ['index'] } };

/** A stub such as `N/record` or `N/record/instance`. That of N/config has half of its members on a prototype nobody made. */
function stubOf(name) {
  const stub = jest.requireActual(name);
  return typeof stub === 'function' ? Object.assign(Object.create(stub.prototype), stub) : stub;
}

/** The names of the members of a stub. */
function members(name) {
  const stub = stubOf(name);
  const names = new Set(Object.keys(LEFT_OUT[name] || {}));
  for (let each = stub; each && each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    Object.getOwnPropertyNames(each).forEach((member) => names.add(member));
  }
  return names;
}

const documented = new Map();

/** By function, the names of the options that its documentation in the stub mentions; none for what takes no options. */
function options(name) {
  if (!documented.has(name)) {
    const source = fs.readFileSync(moduleNameMapper[`^${name}$`].replace('<rootDir>', process.cwd()), 'utf8');
    const found = new Map(Object.entries(LEFT_OUT[name] || {}).map(([member, known]) => [member, new Set(known)]));
    for (const [, text, plain, quoted] of source.matchAll(FUNCTION)) {
      found.set(plain || quoted, new Set([...text.matchAll(/options\.(\w+)/g)].map(([, option]) => option)));
    }
    documented.set(name, found);
  }
  return documented.get(name);
}

function isPlainObject(value) {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}

/** Throws when a function is called with an option that its documentation does not mention. */
function checkCall(name, member, [given]) {
  const known = options(name).get(member);
  if (!known || known.size === 0 || !isPlainObject(given)) return;
  const unknown = Object.keys(given).filter((option) => !known.has(option));
  if (unknown.length > 0) throw new TypeError(`${name}: ${member} has no option ${unknown.join(', ')}`);
}

/** An object with these members, each of which the stub `name` must have, that refuses every other name. */
function double(name, implementation) {
  const known = members(name);
  const invented = Object.keys(implementation).filter((member) => !known.has(member));
  if (invented.length > 0) throw new TypeError(`${name} has no ${invented.join(', ')}`);
  return new Proxy(implementation, {
    get(target, member) {
      if (typeof member === 'symbol' || LOOKED_FOR_BY_TOOLS.has(member)) return target[member];
      if (!(member in target)) {
        throw new TypeError(known.has(member) ? `${name}: ${member} is not doubled` : `${name} has no ${member}`);
      }
      const value = target[member];
      if (typeof value !== 'function') return value;
      return (...args) => {
        checkCall(name, member, args);
        return value.apply(target, args);
      };
    },
  });
}

/** Lets `implementation` answer for a member of a module's stub, once its options are checked; `restoreMocks` ends that. */
function on(name, stub, member, implementation) {
  return jest.spyOn(stub, member).mockImplementation((...args) => {
    checkCall(name, member, args);
    return implementation(...args);
  });
}

module.exports = { double, members, on, options, stubOf };
