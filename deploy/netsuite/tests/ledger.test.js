'use strict';

const runtime = require('N/runtime');

const { Account } = require('./doubles/account');
const { double, on } = require('./doubles/oracle');
const { customer, invoice, payment, post, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account();
  account.install();
});

// Of the permission Deleted Records.
function hasLevel(level) {
  on('N/runtime', runtime, 'getCurrentUser', () => double('N/runtime/user', {
    getPermission: ({ name }) => (name === 'ADMI_DELETEDRECORD' ? level : 0),
  }));
}

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

test('a tax in a foreign currency is computed from what a search shows, and read from a single record', () => {
  write(customer(), invoice());
  const [{ id, fields }] = account.books.all('invoice');
  Object.assign(fields, { exchangerate: '1.1', taxtotal: '20.91' });
  const [{ tax, baseTax, exchangeRate }] = ledger().rows;

  expect({ tax, baseTax, exchangeRate }).toEqual({ tax: '19.01', baseTax: '20.91', exchangeRate: '1.1' });

  expect(ledger({ ids: [id], details: true }).rows[0]).toMatchObject({ tax: '19.00', baseTax: null, exchangeRate: null });
});

test('a tax that the role may not load stays as it was computed', () => {
  write(customer(), invoice());
  const [{ id, fields }] = account.books.all('invoice');
  Object.assign(fields, { exchangerate: '1.1', taxtotal: '20.90' });
  const existing = account.existing.bind(account);
  jest.spyOn(account, 'existing').mockImplementation((type, number) => {
    if (type === 'invoice') throw Object.assign(new Error(), { name: 'INSUFFICIENT_PERMISSION' });
    return existing(type, number);
  });
  const { rows: [row], withheld } = ledger({ ids: [id], details: true });

  expect(withheld).toEqual(['tax']);

  expect(row).toMatchObject({ tax: '19.00', exchangeRate: '1.1' });
});

test('a change before which nothing is wanted must be a moment', () => {
  expect(ledger({ changed_since: 'yesterday' }).error).toMatchObject({ code: 'LAGO_BAD_ITEM' });
});

test('who has changed a document last, and what pays it, is told of single ones', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));
  const [{ id }] = account.books.all('invoice');
  Object.assign(account.books.get(id).fields, { 'systemNotes.name': '7', 'systemNotes.date': '2026-08-01T03:04:00' });
  Object.assign(account.books.all('customerpayment')[0].fields, {
    appliedtotransaction: id, appliedtoforeignamount: '-19.00', 'systemNotes.name': '', 'systemNotes.date': '',
  });
  const { rows: [row], withheld } = ledger({ ids: [id], details: true });

  expect(withheld).toEqual([]);

  expect(row).toMatchObject({
    changedBy: { id: '7', name: '7' },
    settledBy: [{ type: 'customerpayment', externalId: 'lago-pay-7c', amount: '19.00', changedBy: null }],
  });
});

test('who has changed a document is withheld from a role that may not see it', () => {
  write(customer(), invoice());
  const [{ id }] = account.books.all('invoice');
  const found = account.found.bind(account);
  jest.spyOn(account, 'found').mockImplementation((options) => {
    if (options.columns.some(({ join }) => join)) throw Object.assign(new Error(), { name: 'INSUFFICIENT_PERMISSION' });
    return found(options);
  });
  const { rows: [row], withheld } = ledger({ ids: [id], details: true });

  expect(withheld).toEqual(['changed_by']);

  expect(row).toMatchObject({ changedBy: null, settledBy: [] });
});

test('customers and what they owe are pages of their own', () => {
  write(customer(), invoice(), payment({ amount: '19.00' }));

  expect(ledger({ type: 'customer' }).customers).toMatchObject([{ externalId: 'lago-cus-9a', name: 'cus_9a', currency: 'EUR' }]);

  expect(ledger({ balances: true }).balances).toMatchObject([
    { currency: 'EUR', open: '100.00', lagoOpen: '100.00', customerExternalId: 'lago-cus-9a' },
  ]);
});

test('what was deleted is told type by type', () => {
  hasLevel(1);
  account.books.keep({
    type: 'deletedrecord',
    fields: {
      recordtype: 'invoice', name: 'Invoice #HOO-1', externalid: 'lago-inv-5f', deletedby: '7',
      deleteddate: '2026-08-02T01:00:00',
    },
  });
  const first = ledger({ deleted: true, types: ['creditmemo', 'invoice'] });
  const second = ledger({ deleted: true, types: ['creditmemo', 'invoice'], after: first.next });

  expect([first.deletions, first.next, second.next]).toEqual([[], 'invoice:0', null]);

  expect(second.deletions).toMatchObject([
    { type: 'invoice', externalId: 'lago-inv-5f', name: 'Invoice #HOO-1', deletedBy: { id: '7' } },
  ]);
});

test('a role that may not see what was deleted is told so', () => {
  hasLevel(0);

  expect(ledger({ deleted: true })).toEqual({ rows: [], deletions: [], next: null, withheld: ['deleted_records'] });
});

test('ids are few, and a place is one that a page has named', () => {
  hasLevel(1);

  expect(ledger({ ids: Array.from({ length: 51 }, String) }).error).toMatchObject({ code: 'LAGO_BAD_ITEM' });

  expect(ledger({ deleted: true, after: '9001' }).error).toMatchObject({ code: 'LAGO_BAD_ITEM' });
});
