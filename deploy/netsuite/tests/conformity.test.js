'use strict';

/**
 * The script files use nothing but SuiteScript: every member of every N module that they name is in Oracle's stubs,
 * and every option they pass is one that its function documents there.
 */

const fs = require('node:fs');
const path = require('node:path');
const acorn = require('acorn');
const walk = require('acorn-walk');

const { double, members, options, stubOf } = require('./doubles/oracle');

const CABINET = path.join(__dirname, '..', 'src', 'FileCabinet', 'SuiteScripts', 'lago_netsuite');
const FILES = fs.readdirSync(CABINET, { recursive: true }).filter((file) => file.endsWith('.js')).sort();
// Objects that modules hand out; what they can do is in stubs of their own.
const OBJECTS = [
  'N/record/instance', 'N/record/field', 'N/search/instance', 'N/search/resultSet', 'N/search/result',
  'N/search/pagedData', 'N/runtime/script', 'N/runtime/user', 'N/error/suiteScriptError',
];

// Options by which a call is known for one of theirs, whatever the variable is called.
const TELLING = ['sublistId', 'fieldId', 'pageSize'];

function definition(source) {
  const { body } = acorn.parse(source, { ecmaVersion: 2019 });
  const [names, factory] = body[0].expression.arguments;
  const modules = names.elements.map(({ value }, index) => [factory.params[index] && factory.params[index].name, value]);
  return { factory, modules: new Map(modules.filter(([, name]) => name.startsWith('N/'))) };
}

/** The chain of names of a member expression such as `url.HostType.APPLICATION`, null for one that is computed. */
function chain(node) {
  if (node.type === 'Identifier') return [node.name];
  if (node.type !== 'MemberExpression' || node.computed) return null;
  const before = chain(node.object);
  return before && [...before, node.property.name];
}

function optionNames(call) {
  const [given] = call.arguments;
  if (!given || given.type !== 'ObjectExpression') return [];
  return given.properties.filter(({ type }) => type === 'Property').map(({ key }) => key.name || key.value);
}

/** What a source uses: `members` as [module, name, name…], `calls` as [module, function, options]. */
function uses(source) {
  const { factory, modules } = definition(source);
  const found = { members: [], calls: [], methods: [] };
  walk.ancestor(factory, {
    MemberExpression(node, state, ancestors) {
      const names = chain(node);
      const isWhole = ancestors[ancestors.length - 2].object !== node;
      if (names && isWhole && modules.has(names[0])) found.members.push([modules.get(names[0]), ...names.slice(1)]);
    },
    CallExpression(node) {
      const names = chain(node.callee);
      if (names && modules.has(names[0])) found.calls.push([modules.get(names[0]), names[1], optionNames(node)]);
      else if (node.callee.type === 'MemberExpression') found.methods.push([node.callee.property.name, optionNames(node)]);
    },
  });
  return { modules: [...modules.values()], ...found };
}

/** Names on the way from a stub that are not there. */
function missing([name, ...names]) {
  let value = stubOf(name);
  return names.filter((each, index) => {
    const isThere = index === 0 ? members(name).has(each) : value !== undefined && value !== null && each in Object(value);
    value = isThere ? value[each] : undefined;
    return !isThere;
  });
}

describe.each(FILES)('%s', (file) => {
  const used = uses(fs.readFileSync(path.join(CABINET, file), 'utf8'));

  test('names only members that the modules have', () => {
    const invented = used.members.filter((names) => missing(names).length > 0);

    expect(invented).toEqual([]);
  });

  test('passes only options that the functions document', () => {
    const unknown = used.calls.flatMap(([name, member, given]) => {
      const known = options(name).get(member) || new Set();
      return given.filter((option) => known.size > 0 && !known.has(option)).map((option) => `${name}.${member} ${option}`);
    });

    expect(unknown).toEqual([]);
  });

  test('calls records, results and pages by methods that Oracle gives them', () => {
    const isDocumented = (method, option) => OBJECTS.map((name) => options(name).get(method)).filter(Boolean)
      .some((known) => known.size === 0 || known.has(option));
    const isOfApi = ([, given]) => TELLING.some((option) => given.includes(option));
    const invented = used.methods.filter(isOfApi)
      .flatMap(([method, given]) => given.filter((option) => !isDocumented(method, option)).map((option) => [method, option]));

    expect(invented).toEqual([]);
  });
});

test('the files use the modules that this suite looks at', () => {
  const modules = new Set(FILES.flatMap((file) => uses(fs.readFileSync(path.join(CABINET, file), 'utf8')).modules));

  expect([...modules]).toEqual(expect.arrayContaining(['N/record', 'N/search', 'N/runtime', 'N/transaction', 'N/url']));
});

describe('this suite would notice', () => {
  const source = (body) => `define(['N/record', 'N/url'], (record, url) => { ${body} });`;

  test.each([
    ['a function that does not exist', 'record.upsert({ type: "invoice" });', ['N/record', 'upsert']],
    ['a constant that does not exist', 'return url.HostType.MOON;', ['N/url', 'HostType', 'MOON']],
  ])('%s', (what, body, expected) => {
    expect(uses(source(body)).members.filter((names) => missing(names).length > 0)).toEqual([expected]);
  });

  test('an option that does not exist', () => {
    const [[name, member, given]] = uses(source('record.load({ type: "invoice", externalId: "x" });')).calls;

    expect(given.filter((option) => !options(name).get(member).has(option))).toEqual(['externalId']);
  });

  test('a double with a member of its own invention', () => {
    expect(() => double('N/record/instance', { upsert: () => 1 })).toThrow('N/record/instance has no upsert');
  });

  test('a script that asks a double for what NetSuite does not have', () => {
    const record = double('N/record/instance', { getValue: ({ fieldId }) => fieldId });

    expect(() => record.getExternalId()).toThrow('N/record/instance has no getExternalId');
    expect(() => record.getValue({ name: 'memo' })).toThrow('N/record/instance: getValue has no option name');
  });
});
