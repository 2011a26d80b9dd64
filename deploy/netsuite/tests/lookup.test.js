'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, payment, post, voidOf, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

function lookup(...items) {
  return post({ op: 'lookup', items: items.map((item, index) => ({ ref: String(index), ...item })) }).items;
}

test('an invoice is found by its external id, whatever its case, with what is due', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));
  const [answer] = lookup({ external_id: 'LAGO-INV-5F' });

  expect(answer).toMatchObject({
    status: 'exists', type: 'invoice', number: 'HOO-1', currency: 'EUR', voided: false,
    totals: { total: '119.00', applied: '19.00', due: '100.00' },
  });
});

test('a document is found by type and number', () => {
  write(customer(), invoice());

  expect(lookup({ type: 'invoice', number: 'HOO-1' })[0]).toMatchObject({ status: 'exists', externalId: 'lago-inv-5f' });
});

test('a number that two documents have is told of', () => {
  write(customer(), invoice(), invoice({ external_id: 'lago-inv-60', lago_id: '60' }));

  expect(lookup({ type: 'invoice', number: 'HOO-1' })[0].warnings).toEqual([
    { code: 'LAGO_NUMBER_NOT_UNIQUE', message: '2 records' },
  ]);
});

test('a customer is told with what it owes', () => {
  write(customer(), invoice());
  const [answer] = lookup({ external_id: 'lago-cus-9a' });

  expect(answer).toMatchObject({ status: 'exists', number: 'cus_9a', currency: 'EUR' });
  expect(answer).toHaveProperty('balances');
});

test('what was voided is told as voided', () => {
  write(customer(), invoice());
  write(voidOf());

  expect(lookup({ external_id: 'lago-inv-5f' })[0]).toMatchObject({ voided: true });
});

test('what is not there is missing, and each item is answered in its place', () => {
  write(customer());
  const answers = lookup({ external_id: 'lago-inv-00' }, {}, { external_id: 'lago-cus-9a' });

  expect(answers.map(({ ref, status }) => [ref, status])).toEqual([['0', 'missing'], ['1', 'error'], ['2', 'exists']]);
  expect(answers[1].error.code).toBe('LAGO_BAD_ITEM');
});

test('an external id that a customer and an invoice have is no number that is not unique', () => {
  account.books.keep({ type: 'customer', fields: { externalid: 'both', entityid: 'c', currency: '2' }, sublists: {} });
  account.books.keep({ type: 'invoice', fields: { externalid: 'both', tranid: 'i', currency: '2' }, sublists: {} });
  const [either] = lookup({ external_id: 'both' });
  const [customer] = lookup({ external_id: 'both', type: 'customer' });

  expect(either.warnings).toEqual([]);
  expect(customer).toMatchObject({ type: 'customer', number: 'c', warnings: [] });
});

test('more than a thousand rows are all looked at', () => {
  Array.from({ length: 1001 }).forEach(() => account.books.keep({
    type: 'invoice', fields: { tranid: 'SAME', currency: '2' }, sublists: {},
  }));
  const [found] = lookup({ type: 'invoice', number: 'SAME' });

  expect(found.warnings).toEqual([{ code: 'LAGO_NUMBER_NOT_UNIQUE', message: '1001 records' }]);
});
