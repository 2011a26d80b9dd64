'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, post, write } = require('./requests');

const REFUSED = ['INVALID_KEY_OR_REF', 'Invalid entity reference key 9001 for subsidiary 4.'];
const FRENCH = { columns: { subsidiary: '4' } };

let account;

beforeEach(() => {
  account = new Account().install();
  account.features.add('MULTISUBSIDIARYCUSTOMER');
  account.books.keep({ id: '4', type: 'subsidiary', fields: {} });
  write(customer({ columns: { subsidiary: '1' } }));
});

function relationships() {
  return account.books.all('customersubsidiaryrelationship').map(({ fields }) => fields);
}

test('a subsidiary that the customer lacks is added, and the invoice written', () => {
  account.refuse('setValue subsidiary', ...REFUSED);
  const [answer] = write(invoice(FRENCH));

  expect(answer).toMatchObject({
    status: 'created',
    warnings: [{ code: 'LAGO_SUBSIDIARY_ADDED', field: 'subsidiary', message: '4 on customer cus_9a (9001)' }],
  });
  expect(relationships()).toEqual([{ entity: '9001', subsidiary: '4' }]);
});

test('whoever adds the subsidiary at the same time does not stop the invoice', () => {
  account.refuse('setValue subsidiary', ...REFUSED);
  account.refuse('save customersubsidiaryrelationship', 'DUP_RCRD', 'This record already exists');

  expect(write(invoice(FRENCH))[0].status).toBe('created');
});

test('a relationship that NetSuite refuses is the refusal of the invoice', () => {
  account.refuse('setValue subsidiary', ...REFUSED);
  account.refuse('save customersubsidiaryrelationship', 'INSUFFICIENT_PERMISSION', 'no');

  expect(write(invoice(FRENCH))[0].error).toMatchObject({ code: 'INSUFFICIENT_PERMISSION', class: 'permission' });
});

test('where customers have one subsidiary only that is said', () => {
  account.features.delete('MULTISUBSIDIARYCUSTOMER');
  account.refuse('save invoice', ...REFUSED);
  const [answer] = write(invoice(FRENCH));

  expect(answer.error).toMatchObject({
    code: 'LAGO_CUSTOMER_NOT_IN_SUBSIDIARY', class: 'invalid_reference', field: 'subsidiary', retryable: false,
  });
  expect(answer.error.message).toContain('customer cus_9a (9001) belongs to subsidiary 1, the document to 4');
});

test('a dry run says what it would add, and adds nothing', () => {
  account.refuse('setValue subsidiary', ...REFUSED);
  const [answer] = post({ op: 'write', options: { dry_run: true }, items: [invoice(FRENCH)] }).items;

  expect(answer.warnings).toContainEqual(expect.objectContaining({ code: 'LAGO_NOT_CHECKED', field: 'subsidiary' }));
  expect(relationships()).toEqual([]);
});

test.each([
  ['the customer has the subsidiary already', () => account.books.keep({
    type: 'customersubsidiaryrelationship', fields: { entity: '9001', subsidiary: '4' },
  })],
  ['there is no such subsidiary', () => account.books.records.delete('4')],
  ['the subsidiary is its own', () => { account.books.get('9001').fields.subsidiary = '4'; }],
  ['the role does not see the customer', () => { account.books.get('9001').type = 'hidden'; }],
])('NetSuite keeps the word when %s', (reason, prepare) => {
  account.refuse('setValue subsidiary', ...REFUSED);
  const direct = invoice({ columns: { subsidiary: '4', entity: { internalId: '9001' } } });
  prepare();
  const before = relationships();

  expect(write(direct)[0].error).toMatchObject({ code: 'INVALID_KEY_OR_REF' });
  expect(relationships()).toEqual(before);
});

test.each([true, 'T'])('a document of an inactive customer (%s) names the customer', (isinactive) => {
  account.books.get('9001').fields.isinactive = isinactive;
  account.refuse('setValue entity', 'INVALID_KEY_OR_REF', 'Invalid entity reference key 9001.');
  const [answer] = write(invoice());

  expect(answer.error).toEqual({
    code: 'LAGO_CUSTOMER_INACTIVE', class: 'state', field: 'entity', line: null, retryable: false,
    message: "NetSuite's customer cus_9a (9001) is inactive, and takes no documents.",
  });
});

test('an account without subsidiaries is not asked for any', () => {
  account.features.delete('SUBSIDIARIES');
  account.refuse('setValue entity', 'INVALID_KEY_OR_REF', 'Invalid entity reference key 9001.');

  expect(write(invoice(FRENCH))[0].error.code).toBe('INVALID_KEY_OR_REF');
});
