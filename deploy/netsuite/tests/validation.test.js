'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { read } = require('../validation/project');
const { findings } = require('../validation/rules');

const SOURCE = path.join(__dirname, '..', 'src');
const ROLE = 'Objects/customrole_lago_netsuite.xml';
const SCRIPT = 'Objects/customscript_lago_netsuite.xml';
const FIELD = 'Objects/custbody_lago_id.xml';
const MAIN = 'FileCabinet/SuiteScripts/lago_netsuite/lago_netsuite_rl.js';

let folder;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sdf-'));
  fs.cpSync(SOURCE, folder, { recursive: true });
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

async function found() {
  return findings(await read(folder));
}

function edit(file, from, to) {
  const before = fs.readFileSync(path.join(folder, file), 'utf8');
  expect(before).toMatch(from);
  fs.writeFileSync(path.join(folder, file), before.replace(from, to));
}

test('nothing is wrong with the project', async () => {
  expect(await found()).toEqual([]);
});

test.each([
  ['a document that is not well-formed', FIELD, '</label>', '', 'not well-formed'],
  ['a script id unlike its file', FIELD, '"custbody_lago_id"', '"custbody_lago"', "differs from the file's name"],
  ['a prefix of another kind', FIELD, 'scriptid="custbody_', 'scriptid="custcol_', 'must start with custbody_'],
  ['an upper-case id', FIELD, 'custbody_lago_id', 'custbody_Lago_id', 'other characters'],
  ['a long id', FIELD, 'custbody_lago_id', `custbody_${'x'.repeat(30)}`, 'longer than 38 characters'],
  ['an unknown element', FIELD, '<bodysale>', '<bodysail>T</bodysail><bodysale>', 'unknown element bodysail'],
  ['a missing element', FIELD, '<label>Lago ID</label>', '', 'label is missing'],
  ['a field of no record', FIELD, /<body\w+>T<\/body\w+>/g, '', 'none of bodysale, bodycustomerpayment'],
  ['a flag that is none', FIELD, '<bodysale>T<', '<bodysale>true<', 'bodysale must be T or F'],
  ['an unknown field type', FIELD, '>TEXT<', '>STRING<', 'unknown field type STRING'],
  ['a long name', SCRIPT, '<name>Lago NetSuite', `<name>${'x'.repeat(41)}`, 'name is longer than 40'],
  ['a script file that is not there', SCRIPT, 'lago_netsuite_rl.js', 'other.js', 'there is no script file'],
  ['a deployment in testing', SCRIPT, 'RELEASED', 'TESTING', 'not RELEASED'],
  ['a deployment for everyone', SCRIPT, '<allroles>F', '<allroles>T', 'open to every role'],
  ['a reference to nothing', SCRIPT, '=customrole_lago_netsuite', '=customrole_other', 'refers to customrole_other'],
  ['a permission that does not exist', ROLE, 'TRAN_CUSTINVC', 'TRAN_INVOICE', 'unknown permission TRAN_INVOICE'],
  ['a permission given twice', ROLE, 'LIST_CLASS', 'LIST_ITEM', 'LIST_ITEM is given twice'],
  ['a level that does not exist', ROLE, 'VIEW', 'READ', 'at unknown level READ'],
  ['a feature that does not exist', 'manifest.xml', 'SUBSIDIARIES', 'ONEWORLD', 'unknown feature ONEWORLD'],
  ['a feature that is not declared', 'manifest.xml', /.*RECEIVABLES.*/, '', 'depends on the feature RECEIVABLES'],
  ['a project of another kind', 'manifest.xml', 'ACCOUNTCUSTOMIZATION', 'SUITEAPP', 'type is SUITEAPP'],
  ['a folder that is not deployed', 'deploy.xml', '~/Objects/*', '~/Objects/none/*', 'is not deployed'],
  ['a module that is not there', MAIN, './lib/envelope', './lib/nowhere', 'which is not there'],
  ['a file without version', MAIN, '@NApiVersion 2.1', '', '@NApiVersion 2.1 is missing'],
  ['an entry point without type', MAIN, '@NScriptType Restlet', '', '@NScriptType does not fit'],
])('%s is found', async (what, file, from, to, finding) => {
  edit(file, from, to);

  expect((await found()).join('\n')).toContain(finding);
});

test('a custom field that the script uses but the project does not bring is found', async () => {
  fs.rmSync(path.join(folder, FIELD));

  expect((await found()).join('\n')).toContain('custbody_lago_id is no object of the project');
});

test.each(['manifest.xml', 'deploy.xml'])('%s is asked for', async (name) => {
  fs.rmSync(path.join(folder, name));

  expect(await found()).toContain(`${name}: is missing`);
});
