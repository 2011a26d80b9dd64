'use strict';

/**
 * `npm run types`: TypeScript's check of the script against @hitc/netsuite-types; exits 1 when it finds a member,
 * option or constant that SuiteScript does not have.
 *
 * TypeScript does not see through `define`, so it is given each file with its head as `require` calls, line by line
 * where it was. Values are `any` where nothing says more: it is the use of N/* and of our own modules that is checked.
 */

const fs = require('node:fs');
const path = require('node:path');

const acorn = require('acorn');
const ts = require('typescript');

const ROOT = path.join(__dirname, '..');
const TYPES = path.join(ROOT, 'node_modules', '@hitc', 'netsuite-types');
const OPTIONS = {
  allowJs: true, checkJs: true, noEmit: true, strict: false, skipLibCheck: true, types: [], lib: ['lib.es2019.d.ts'],
  target: ts.ScriptTarget.ES2019, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10,
  baseUrl: ROOT, paths: { 'N/*': [path.join(TYPES, 'N', '*')] },
};

// What the check must find, or it proves nothing.
const PLANTED = {
  member: "define(['N/record'], (record) => { record.create({ type: 'invoice' }).setValu({ fieldId: 'a', value: 1 }); });",
  option: "define(['N/record'], (record) => { record.load({ type: 'invoice', id: 1, dynamic: true }); });",
  constant: "define(['N/config'], (config) => config.Type.ACCOUNTING_PREFERENCE);",
  argument: "define(['N/url'], (url) => url.resolveRecord());",
};

/** The file as TypeScript can read it: the parameters of `define` are what its modules export. */
function asModule(source) {
  const { body } = acorn.parse(source, { ecmaVersion: 2019 });
  const define = body.map(({ expression }) => expression).find((call) => call && call.callee && call.callee.name === 'define');
  const [modules, factory] = define.arguments;
  const required = modules.elements.map(({ value }, index) => {
    const name = factory.params[index] && factory.params[index].name;
    return name ? `const ${name} = require(${JSON.stringify(value)});` : '';
  });
  const head = source.slice(define.start, factory.body.start);
  const lines = '\n'.repeat(head.split('\n').length - 1);
  const start = `${required.join(' ')}${lines} module.exports = (() => `;
  return `${source.slice(0, define.start)}${start}${source.slice(factory.body.start, factory.body.end)})();`;
}

function hostOf(texts) {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  const textOf = (name) => texts.get(path.normalize(name));
  return Object.assign(host, {
    fileExists: (name) => textOf(name) !== undefined || fileExists(name),
    readFile: (name) => textOf(name) || readFile(name),
    getSourceFile: (name, version) => {
      const text = textOf(name);
      return text === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, text, version, true);
    },
  });
}

function asText({ file, start, messageText }) {
  const message = ts.flattenDiagnosticMessageText(messageText, ' ');
  if (!file) return message;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${path.relative(ROOT, file.fileName)}:${line + 1} ${message}`;
}

/** What TypeScript finds in scripts, given by path and source. */
function findings(sources) {
  const texts = new Map([...sources].map(([name, source]) => [path.normalize(name), asModule(source)]));
  const program = ts.createProgram([...texts.keys()], OPTIONS, hostOf(texts));
  return ts.getPreEmitDiagnostics(program).filter(({ file }) => !file || texts.has(path.normalize(file.fileName))).map(asText);
}

function scriptsIn(folder) {
  const entries = fs.readdirSync(folder, { recursive: true }).map((name) => path.join(folder, name));
  return new Map(entries.filter((name) => name.endsWith('.js')).map((name) => [name, fs.readFileSync(name, 'utf8')]));
}

function unseen() {
  const planted = Object.entries(PLANTED).map(([kind, source]) => [path.join(ROOT, 'src', `planted_${kind}.js`), source]);
  const found = findings(new Map(planted));
  return Object.keys(PLANTED).filter((kind) => !found.some((text) => text.includes(`planted_${kind}.js`)));
}

function main(folder) {
  const sources = scriptsIn(folder);
  const missed = unseen().map((kind) => `the check does not see a wrong ${kind}`);
  const found = [...missed, ...findings(sources)];
  found.forEach((finding) => console.error(finding));
  console.log(`${sources.size} script files against @hitc/netsuite-types: ${found.length || 'no'} findings`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

main(path.join(ROOT, 'src', 'FileCabinet'));
