'use strict';

const runtime = require('N/runtime');
const faults = require('SuiteScripts/lago_netsuite/lib/errors');

const { Account } = require('./doubles/account');
const { customer, invoice, payment, post, restlet, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

test.each([
  ['SSS_REQUEST_LIMIT_EXCEEDED', 'rate', true],
  ['SSS_USAGE_LIMIT_EXCEEDED', 'governance', true],
  ['RCRD_HAS_BEEN_CHANGED', 'transient', true],
  ['INSUFFICIENT_PERMISSION', 'permission', false],
  ['INVALID_KEY_OR_REF', 'invalid_reference', false],
  ['TRAN_PERIOD_CLOSED', 'period_closed', false],
  ['DUP_ANYTHING_NEW', 'duplicate', false],
  ['A_SCRIPT_IS_ATTEMPTING_TO_EDIT_THE_1_SUBLIST', 'tax', false],
  ['SOMETHING_NEVER_SEEN', 'unknown', false],
])('%s is of the class %s', (name, group, retryable) => {
  expect(faults.describe({ name, message: 'text in any language' })).toMatchObject({ code: name, class: group, retryable });
});

test.each([
  'Please enter value(s) for: Location',
  'The transaction date you specified is not within the date range of your accounting period.',
  'Eine Regel sagt nein.',
])('no text is read, whichever it is: %s', (message) => {
  expect(faults.describe({ name: 'USER_ERROR', message })).toMatchObject({ class: 'validation', message });
});

test('what was thrown without a name is unknown and not lost', () => {
  expect(faults.describe('just text')).toMatchObject({ code: 'UNKNOWN', class: 'unknown', message: 'just text' });
});

test('an error without a text says so instead of showing its stack', () => {
  const thrown = { name: 'USER_ERROR', message: '', toString: () => '{"stack":[]}' };

  expect(faults.describe(thrown).message).toBe('NetSuite gives no text with this code.');
});

test.each([
  ['Please enter value(s) for: Location'],
  ['Pflichtfeld ohne Wert: Standort'],
])('an empty mandatory field is named by its state: %s', (text) => {
  account.labels = { tranid: 'Number', memo: 'Memo', location: 'Location', department: 'Department' };
  account.mandatory = new Set(['tranid', 'location', 'department']);
  account.refuse('save invoice', 'USER_ERROR', text);
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({ class: 'missing_field', field: 'location', message: text });
});

test('an empty mandatory field of a line is named with its line', () => {
  account.lineLabels = { quantity: 'Quantity', class: 'Class' };
  account.mandatory = new Set(['quantity', 'class']);
  account.refuse('save invoice', 'USER_ERROR', 'Pflichtfeld ohne Wert: Klasse');
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({ class: 'missing_field', field: 'class', line: 0 });
});

test('a customer without a name is told which one it needs', () => {
  account.refuse('save customer', 'USER_ERROR', 'Firmenname fehlt.');
  const [answer] = write(customer({ columns: { companyname: '' } }));

  expect(answer.error).toMatchObject({ class: 'missing_field', field: 'companyname' });
});

test("the account's own rule keeps its words and blames no field", () => {
  account.refuse('save invoice', 'USER_ERROR', 'Bitte Kostenstelle angeben.');
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({
    code: 'USER_ERROR', class: 'validation', field: null, message: 'Bitte Kostenstelle angeben.',
  });
});

test('an error on a line names the line and the field', () => {
  const [, answer] = write(customer(), invoice({ lines: [
    { item: '802', quantity: '1', rate: '1', amount: '1.00' }, { item: '802', quantity: 'many' },
  ] }));

  expect(answer.error).toMatchObject({ code: 'INVALID_FLD_VALUE', field: 'quantity', line: 1 });
});

test.each([
  [{ trandate: '01.08.2026' }, 'trandate'],
  [{ trandate: '2026-02-30' }, 'trandate'],
  [{ exchangerate: '1,5' }, 'exchangerate'],
  [{ exchangerate: '1.2345678901234567' }, 'exchangerate'],
])('a value that NetSuite would misread is refused: %j', (columns, field) => {
  const [, answer] = write(customer(), invoice({ columns }));

  expect(answer.error).toMatchObject({ code: 'INVALID_FLD_VALUE', class: 'validation', field });
});

test('a currency that the customer lacks is no surprise where customers have one only', () => {
  account.refuse('setValue currency', 'INVALID_KEY_OR_REF', 'Invalid currency reference key 1.');
  account.books.keep({ type: 'customer', fields: { externalid: 'lago-cus-9a' }, sublists: {} });
  const [answer] = write(invoice({ columns: { currency: '1' } }));

  expect(answer.error).toMatchObject({ code: 'LAGO_CURRENCY_NOT_ON_CUSTOMER', class: 'config', field: 'currency' });
});

test('a currency that the customer lacks is added where customers may have several', () => {
  account.features.add('MULTICURRENCYCUSTOMER');
  const id = account.books.keep({ type: 'customer', fields: { externalid: 'lago-cus-9a' }, sublists: {} });
  account.refuse('setValue currency', 'INVALID_KEY_OR_REF', 'Invalid currency reference key 1.');
  const [answer] = write(invoice({ columns: { currency: '1' } }));

  expect(answer).toMatchObject({ status: 'created', warnings: [{ code: 'LAGO_CURRENCY_ADDED', field: 'currency' }] });
  expect(account.books.get(id).sublists.currency).toEqual([{ currency: '1' }]);
});

test('what depends on an item that failed fails with it, and what does not is written', () => {
  account.refuse('save customer', 'USER_ERROR', 'A workflow says no.');
  const other = customer({ ref: '9', external_id: 'lago-cus-0b', lago_id: '0b', columns: { entityid: 'cus_0b' } });
  const answers = write(customer(), invoice(), other);

  expect(answers.map(({ status }) => status)).toEqual(['error', 'error', 'created']);
  expect(answers[1].error).toMatchObject({ code: 'LAGO_DEPENDENCY_FAILED', class: 'dependency', retryable: true });
});

test('an error is logged by its code and reference, without what was sent', () => {
  account.refuse('save customer', 'USER_ERROR', 'no');
  write(customer());

  expect(account.logged).toEqual([{ title: 'lago USER_ERROR', details: { ref: '1', external_id: 'lago-cus-9a' } }]);
});

test('items are skipped when units run short, and may be sent again', () => {
  account.unitsLeft = 200;

  expect(write(customer(), invoice()).map(({ status }) => status)).toEqual(['skipped', 'skipped']);
});

test.each([
  [customer({ external_id: '' }), 'LAGO_BAD_ITEM'],
  [customer({ record: undefined }), 'LAGO_BAD_ITEM'],
  [customer({ mode: 'void' }), 'LAGO_MODE_NOT_SUPPORTED'],
  [payment({ record: { type: 'journalentry' } }), 'LAGO_TYPE_NOT_SUPPORTED'],
])('an item of no use is refused by itself', (item, code) => {
  expect(write(item)[0].error).toMatchObject({ code, retryable: false });
});

test.each([
  [[], 'LAGO_BAD_ENVELOPE'],
  [{ v: 2, op: 'write', items: [] }, 'LAGO_VERSION_NOT_SUPPORTED'],
  [{ v: 1, op: 'drop' }, 'LAGO_UNKNOWN_OPERATION'],
  [{ v: 1, op: 'write', items: {} }, 'LAGO_BAD_ENVELOPE'],
  [{ v: 1, op: 'write', items: [{}] }, 'LAGO_BAD_ENVELOPE'],
])('an envelope of no use is thrown: %j', (body, name) => {
  expect(() => restlet.post(body)).toThrow(expect.objectContaining({ name }));
});

test('a ping says who answers', () => {
  jest.replaceProperty(Object.getPrototypeOf(runtime), 'accountId', '1234567_SB1');

  expect(restlet.get({})).toMatchObject({
    v: 1, account: { id: '1234567_SB1' }, script: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/), units_used: 0 },
  });
  expect(post({ op: 'write', items: [] })).toMatchObject({ request_id: 'r1', items: [] });
});

test.each([
  [{ expect: { total: '1.005' } }, '1.005'],
  [{ lines: [{ item: '802', quantity: '1', rate: '1', amount: '1.005' }], expect: { total: '7.00' } }, '1.005'],
])('an amount that needs a third decimal is refused by name: %j', (changes, amount) => {
  const [, answer] = write(customer(), invoice(changes));

  expect(answer.error).toMatchObject({
    code: 'LAGO_CURRENCY_PRECISION', message: `${amount} needs 3 decimals, and EUR has 2 in NetSuite. Nothing was saved.`,
  });
  expect(account.saved).toEqual(['customer']);
});

test('a third decimal that is nothing is none', () => {
  const [, answer] = write(customer(), invoice({ expect: {} }));
  const again = write(invoice({ expect: { total: `${answer.totals.total}0` } }))[0];

  expect(again.status).toBe('exists');
});
