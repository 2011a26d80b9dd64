'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, payment, voidOf, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
  write(customer(), invoice());
});

function dueOf(lagoId) {
  const { id } = account.books.all('invoice').find(({ fields }) => fields.custbody_lago_id === lagoId);
  return account.books.due(id);
}

function second() {
  return invoice({ external_id: 'lago-inv-60', lago_id: '60', fingerprint: 'sha256:60', columns: { tranid: 'HOO-2' } });
}

const BOTH = [{ doc: { externalId: 'lago-inv-5f' }, apply: true }, { doc: { externalId: 'lago-inv-60' }, apply: true }];

test('a payment is made from its invoice and settles it', () => {
  const [answer] = write(payment());

  expect(answer).toMatchObject({
    status: 'created', totals: { total: '119.00', applied: '119.00', unapplied: '0.00' }, warnings: [],
  });
  expect(dueOf('5f')).toBe(0);
});

test('a payment of less leaves the rest due', () => {
  write(payment({ amount: '19.00' }));

  expect(dueOf('5f')).toBe(100);
});

test('a payment of more keeps the rest unapplied, and says so', () => {
  const [answer] = write(payment({ amount: '150.00' }));

  expect(answer).toMatchObject({
    totals: { applied: '119.00', unapplied: '31.00' }, warnings: [{ code: 'LAGO_UNAPPLIED', amount: '31.00' }],
  });
});

test('a payment over two invoices settles them in order', () => {
  write(second());
  write(payment({ amount: '200.00', lines: BOTH }));

  expect([dueOf('5f'), dueOf('60')]).toEqual([0, 38]);
});

test('a payment applies the amounts that are given for its invoices', () => {
  write(second());
  const lines = BOTH.map((line, index) => ({ ...line, amount: ['19.00', '100.00'][index] }));
  write(payment({ lines }));

  expect([dueOf('5f'), dueOf('60')]).toEqual([100, 19]);
});

test('more than an invoice is due for is refused', () => {
  const [answer] = write(payment({ amount: '200.00', lines: [{ ...BOTH[0], amount: '119.01' }] }));

  expect(answer.error).toMatchObject({ code: 'LAGO_OVERAPPLIED', class: 'state', field: 'doc', line: 0 });
  expect(account.saved).toEqual(['customer', 'invoice']);
});

test('a payment waits for an invoice that is not there yet', () => {
  const [answer] = write(payment({ lines: [{ doc: { externalId: 'lago-inv-00' }, apply: true }] }));

  expect(answer.error).toMatchObject({ code: 'LAGO_REFERENCE_NOT_FOUND', class: 'dependency', retryable: true });
});

test("another customer's invoice is refused", () => {
  const other = customer({ ref: 'x', external_id: 'lago-cus-0b', lago_id: '0b', columns: { entityid: 'cus_0b' } });
  const [, answer] = write(other, payment({ columns: { customer: { externalId: 'lago-cus-0b' } } }));

  expect(answer.error).toMatchObject({ code: 'LAGO_CUSTOMER_MISMATCH', class: 'invalid_reference' });
});

test('a payment in another currency than its invoice is refused', () => {
  const [answer] = write(payment({ columns: { currency: '1' } }));

  expect(answer.error).toMatchObject({ code: 'LAGO_CURRENCY_MISMATCH', message: expect.stringContaining('is in EUR') });
});

test('a payment for what is settled already is kept unapplied', () => {
  write(payment());
  const [answer] = write(payment({ external_id: 'lago-pay-8d', lago_id: '8d', amount: '10.00' }));

  expect(answer).toMatchObject({ status: 'created', totals: { applied: '0.00', unapplied: '10.00' } });
});

test('a repeated payment pays nothing twice', () => {
  write(payment({ amount: '19.00' }));
  const [answer] = write(payment({ amount: '19.00' }));

  expect(answer.status).toBe('exists');
  expect(dueOf('5f')).toBe(100);
});

function invoices() {
  return account.books.all('invoice').map(({ fields }) => fields);
}

test('a payment lies on the receivables account of its invoice', () => {
  invoices()[0].account = '111';
  const [answer] = write(payment());

  expect(answer).toMatchObject({ status: 'created', totals: { applied: '119.00' } });
  expect(account.books.all('customerpayment')[0].fields.aracct).toBe('111');
});

test('a payment of an invoice that is void lies where the invoice was billed', () => {
  Object.assign(invoices()[0], { account: '111', subsidiary: '4' });
  write(voidOf());
  const [answer] = write(payment());

  expect(answer).toMatchObject({ status: 'created', totals: { unapplied: '119.00' } });
  expect(account.books.all('customerpayment')[0].fields).toMatchObject({ aracct: '111', subsidiary: '4' });
});

test('a payment of invoices on two receivables accounts is refused', () => {
  write(second());
  invoices().forEach((fields, index) => { fields.account = ['111', '112'][index]; });
  const [answer] = write(payment({ amount: '200.00', lines: BOTH }));

  expect(answer.error).toMatchObject({ code: 'LAGO_NOT_APPLICABLE', class: 'state' });
  expect(answer.error.message).toContain('one record settles invoices of one account only');
});

test('a payment of an open invoice that NetSuite does not offer is refused, not left unapplied', () => {
  account.openInvoices = () => [];
  const [answer] = write(payment());

  expect(answer.error).toMatchObject({ code: 'LAGO_NOT_APPLICABLE', line: 0 });
  expect(account.books.all('customerpayment')).toEqual([]);
});

test.each([
  ['1', { code: 'LAGO_PENDING_APPROVAL', class: 'dependency', retryable: true, line: 0 }],
  ['3', { code: 'LAGO_NOT_APPLICABLE', class: 'state', retryable: false, line: 0 }],
])('a payment of an invoice with approval status %s is not made', (approvalstatus, error) => {
  Object.assign(invoices()[0], { approvalstatus });
  const [answer] = write(payment());

  expect(answer.error).toMatchObject(error);
});
