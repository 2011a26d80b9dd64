'use strict';

const { Account } = require('./doubles/account');
const { customer, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

function later(columns, changes) {
  return customer({ mode: 'upsert', version: '2026-08-02T00:00:00Z', fingerprint: 'sha256:later', columns, ...changes });
}

test.each([
  'creditlimit', 'creditholdoverride', 'isinactive', 'giveaccess', 'password', 'accessrole', 'balance', 'custbody_x',
  'Custentity_x', '__proto__x', 'custentity_x.y',
])('%s of a customer is not ours to set, whatever the mode', (fieldId) => {
  write(customer());
  const before = JSON.stringify(account.books.all('customer'));
  const modes = ['create_or_get', 'upsert', 'adopt'];
  const answers = modes.map((mode) => write(later({ [fieldId]: '1' }, { mode, internal_id: '1' }))[0]);

  answers.forEach((answer) => {
    expect(answer).toMatchObject({
      status: 'error', error: { code: 'LAGO_FIELD_NOT_ALLOWED', class: 'config', field: fieldId, retryable: false },
    });
  });
  expect(JSON.stringify(account.books.all('customer'))).toBe(before);
});

test('terms are set on a new customer and left to people afterwards', () => {
  write(customer({ columns: { terms: '2' } }));
  const [answer] = write(later({ terms: '3', companyname: 'New' }));

  expect(answer).toMatchObject({ status: 'updated', warnings: [{ code: 'LAGO_FIELD_FIXED', field: 'terms' }] });
  expect(account.books.all('customer')[0].fields).toMatchObject({ terms: '2', companyname: 'New' });
});

test('custom fields of any name are the business of the mapping', () => {
  expect(write(customer({ columns: { custentity_region: 'north', custentity2: 'x' } }))[0].status).toBe('created');
});

test('a sublist other than the addresses is refused', () => {
  const item = customer();
  item.record.lines = [{ sublistId: 'contactroles', lineItems: [{ giveaccess: true, password: 'x' }] }];

  expect(write(item)[0].error).toMatchObject({ code: 'LAGO_FIELD_NOT_ALLOWED', field: 'contactroles' });
});
