'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, payment, post, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account();
  account.install();
});

function ledger(request = {}) {
  return post({ op: 'ledger', ...request }).ledger;
}

test('every document of Lago is there with what is open, in the order of ids', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));
  const { rows, next, error } = ledger();

  expect(error).toBeUndefined();

  expect(next).toBeNull();
  expect(rows.map(({ type, total, remaining }) => [type, total, remaining])).toEqual([
    ['invoice', '119.00', '100.00'], ['customerpayment', '19.00', '0.00'],
  ]);
});

test('a page continues behind the last id', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));
  const first = ledger({ limit: 1 });

  expect(ledger({ limit: 1, after: first.next }).rows[0].type).toBe('customerpayment');
});

test('an unknown type is an error that names the known ones', () => {
  expect(ledger({ types: ['journalentry'] })).toMatchObject({ rows: [], error: { code: 'LAGO_TYPE_NOT_SUPPORTED' } });
});

test('a page ends before the units of its call do, and the next one continues', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));
  let units = 5000;
  Object.defineProperty(account, 'unitsLeft', { get: () => { units -= 2500; return units; } });
  const first = ledger();
  units = 5000;

  expect(first.rows.map(({ type }) => type)).toEqual(['invoice']);

  expect(ledger({ after: first.next }).rows.map(({ type }) => type)).toEqual(['customerpayment']);
});

test('a row says whose it is, how it stands, and when it was changed', () => {
  write(customer(), invoice());
  const changed = { lastmodifieddate: '2026-08-01T03:04:00', createdfrom: '77', approvalstatus: '1' };
  Object.assign(account.books.all('invoice')[0].fields, changed);
  const [row] = ledger().rows;

  expect(row).toMatchObject({
    customerExternalId: 'lago-cus-9a', customerName: 'cus_9a', status: 'open', approval: 'pending', createdFrom: '77',
  });

  expect(row.changedAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00\.000Z$/);
});

test('a change before which nothing is wanted must be a moment', () => {
  expect(ledger({ changed_since: 'yesterday' }).error).toMatchObject({ code: 'LAGO_BAD_ITEM' });
});
