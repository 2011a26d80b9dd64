'use strict';

const runtime = require('N/runtime');

const { Account } = require('./doubles/account');
const { double, on } = require('./doubles/oracle');
const { INVOICE, customer, invoice, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

test('a customer and its invoice are created in one call', () => {
  const [first, second] = write(customer(), invoice());

  expect(first).toMatchObject({ status: 'created', type: 'customer', externalId: 'lago-cus-9a', number: 'cus_9a' });
  expect(second).toMatchObject({
    status: 'created', number: 'HOO-1', totals: { subtotal: '100.00', tax: '19.00', total: '119.00' }, warnings: [],
  });
  expect(second.url).toBe(`https://1234567-sb1.app.netsuite.com/app/invoice.nl?id=${second.internalId}`);
  expect(account.saved).toEqual(['customer', 'invoice']);
});

test('what is written carries the marks by which it is found again', () => {
  write(customer(), invoice());

  const [{ fields }] = account.books.all('invoice');
  expect(fields).toMatchObject({
    externalid: INVOICE, custbody_lago_id: '5f', custbody_lago_fingerprint: 'sha256:invoice',
  });
  expect(fields.trandate).toEqual(new Date(2026, 7, 1));
});

test('a repeated request finds what the first one wrote and saves nothing', () => {
  const [, before] = write(customer(), invoice());
  const [, again] = write(customer(), invoice());

  expect(again).toMatchObject({ status: 'exists', internalId: before.internalId });
  expect(account.saved).toEqual(['customer', 'invoice']);
});

test('whoever loses a race answers with the record of the winner', () => {
  write(customer());
  account.refuse('save invoice', 'DUP_RCRD', 'This record already exists', () => account.books.keep({
    type: 'invoice',
    fields: { externalid: INVOICE, tranid: 'HOO-1', entity: '9001', currency: '2' },
    sublists: { item: [{ amount: 100 }], taxdetails: [{ taxamount: 19 }] },
  }));

  const [answer] = write(invoice());

  expect(answer).toMatchObject({ status: 'exists', raced: true, internalId: '9002' });
});

test('the same document with another content is a conflict, and nothing is changed', () => {
  write(customer(), invoice());
  const [answer] = write(invoice({ fingerprint: 'sha256:other' }));

  expect(answer).toMatchObject({ status: 'conflict', error: { code: 'LAGO_FINGERPRINT_CONFLICT', class: 'duplicate' } });
  expect(account.saved).toEqual(['customer', 'invoice']);
});

test('a document whose total would differ is not saved', () => {
  const [, answer] = write(customer(), invoice({ expect: { subtotal: '100.00', tax: '19.00', total: '119.01' } }));

  expect(answer).toMatchObject({ status: 'error', error: { code: 'LAGO_TOTAL_MISMATCH', class: 'total_mismatch' } });
  expect(account.saved).toEqual(['customer']);
});

test('a document whose total differs once it is saved is deleted again', () => {
  account.figures = (state) => (state.id && state.type === 'invoice'
    ? { subtotal: 100, tax: 19.01, total: 119.01 } : { subtotal: 100, tax: 19, total: 119 });
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({ code: 'LAGO_TOTAL_MISMATCH' });
  expect(answer.error.message).toContain('The record was deleted again.');
  expect(account.books.all('invoice')).toEqual([]);
});

test('a wrong document that cannot be deleted is told of by its id', () => {
  account.figures = (state) => ({ subtotal: 100, tax: 19, total: state.id && state.type === 'invoice' ? 1 : 119 });
  account.refuse('delete', 'INSUFFICIENT_PERMISSION', 'no');
  const [, answer] = write(customer(), invoice());

  expect(answer.error.message).toContain('Record 9002 stands and must be corrected');
});

test('the entity is set before what it overwrites, and the amount last on a line', () => {
  write(customer(), invoice({ columns: { location: '3' } }));

  const { set } = account;
  const order = ['entity', 'currency', 'location', 'item.item', 'item.quantity', 'item.rate', 'item.amount'];
  expect(order.map((name) => set.indexOf(name, set.indexOf('entity')))).toEqual(
    order.map((name) => set.indexOf(name, set.indexOf('entity'))).sort((left, right) => left - right),
  );
  expect(set).toEqual(expect.arrayContaining(order));
});

test('a field that the account lacks is left out with a warning', () => {
  account.missingFields.add('custbody_ours');
  const [, answer] = write(customer(), invoice({ columns: { custbody_ours: 'x', lago_plan_codes: 'scale' } }));

  expect(answer).toMatchObject({ status: 'created', warnings: [{ code: 'LAGO_FIELD_MISSING', field: 'custbody_ours' }] });
});

test('an external id that another type has is an invalid reference', () => {
  account.books.keep({ type: 'salesorder', fields: { externalid: INVOICE }, sublists: {} });
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({ code: 'LAGO_EXTID_TYPE_MISMATCH', class: 'invalid_reference', field: 'externalid' });
});

function lateInvoice() {
  account.books.keep({
    id: '77', type: 'accountingperiod', sublists: {},
    fields: {
      periodname: 'Sep 2026', startdate: '2026-09-01', closed: 'F', arlocked: 'F', alllocked: 'F', isquarter: 'F',
      isyear: 'F', isadjust: 'F',
    },
  });
  account.refuse('save invoice', 'TRAN_PERIOD_CLOSED', 'closed');
  const item = invoice();
  item.record.options = { closedPeriod: 'next_open_period' };
  return write(customer(), item)[1];
}

test('where dates are tied to their period a closed one is not left, and the preference is named', () => {
  on('N/runtime', runtime, 'getCurrentUser', () => double('N/runtime/user', { getPreference: () => 'DISALLOW' }));
  const { status, error } = lateInvoice();

  expect(status).toBe('error');
  expect(error).toMatchObject({ code: 'TRAN_PERIOD_CLOSED', class: 'period_closed', field: 'postingperiod' });
  expect(error.message).toMatch(/Sep 2026.*Allow Transaction Date Outside of the Posting Period is Disallow/);
});

test('a closed period is left for the next open one where that is allowed', () => {
  const answer = lateInvoice();

  expect(answer.warnings).toEqual([{ code: 'LAGO_POSTED_IN', field: 'postingperiod', period: 'Sep 2026' }]);
  expect(account.books.all('invoice')[0].fields.postingperiod).toBe('77');
});

test('a dry run saves nothing', () => {
  const body = { op: 'write', options: { dry_run: true }, items: [customer(), invoice()] };
  const answer = require('./requests').post(body);

  expect(answer.items.map(({ status }) => status)).toEqual(['created', 'created']);
  expect(account.saved).toEqual([]);
});

test('an invoice that is saved as pending approval says so', () => {
  const [, answer] = write(customer(), invoice({ columns: { approvalstatus: '1' } }));

  expect(answer.warnings).toEqual([expect.objectContaining({ code: 'LAGO_PENDING_APPROVAL', field: 'approvalstatus' })]);
});

test('tax details are refused where no SuiteTax takes them, before anything is saved', () => {
  account.features.delete('TAX_OVERHAULING');
  const [, answer] = write(customer(), invoice());

  expect(answer.error).toMatchObject({ code: 'LAGO_SUITETAX_OFF', class: 'config', retryable: false });
  expect(account.books.all('invoice')).toEqual([]);
});

test.each([['8.10', 'error'], ['0.00', 'created']])('a legacy tax of %s in an account with SuiteTax: %s', (amount, status) => {
  const columns = { taxdetailsoverride: null, istaxable: true, taxitem: '1', taxamountoverride: amount };
  const [, answer] = write(customer(), invoice({ columns, taxes: [], expect: { total: '100.00' } }));

  expect(answer).toMatchObject(status === 'created' ? { status } : { status, error: { code: 'LAGO_SUITETAX_ON' } });
});

test.each([
  ['SuiteTax', true, { taxdetailsoverride: true }, undefined],
  ['legacy taxes', false, { istaxable: false }, false],
])('a document without tax keeps an account with %s from computing any', (name, hasSuiteTax, expected, onLines) => {
  if (!hasSuiteTax) account.features.delete('TAX_OVERHAULING');
  const item = invoice({ columns: { taxdetailsoverride: null }, taxes: [], expect: { total: '100.00' } });
  item.record.options = { withoutTax: true };
  const [, answer] = write(customer(), item);

  expect(answer).toMatchObject({ status: 'created', warnings: [] });
  const [{ fields, sublists }] = account.books.all('invoice');
  expect(fields).toMatchObject(expected);
  expect(sublists.item[0].istaxable).toBe(onLines);
});

test('an account without the box is left alone', () => {
  account.features.delete('TAX_OVERHAULING');
  account.missingFields.add('istaxable');
  const item = invoice({ taxes: [], expect: { total: '100.00' } });
  item.record.options = { withoutTax: true };
  const [, answer] = write(customer(), item);

  expect(answer).toMatchObject({ status: 'created', warnings: [] });
  expect(account.books.all('invoice')[0].fields).not.toHaveProperty('istaxable');
});

test('a native field that the account lacks is tried, and named in a warning', () => {
  account.missingFields.add('discountitem');
  account.missingFields.add('revrecbegin');
  account.refuse('setValue discountitem', 'SSS_INVALID_FIELD_ID', 'no');
  const [line] = invoice().record.lines[0].lineItems;
  const [, answer] = write(customer(), invoice({ columns: { discountitem: '5' }, lines: [{ ...line, revrecbegin: 'x' }] }));

  expect(answer.status).toBe('created');
  expect(answer.warnings).toEqual([
    { code: 'LAGO_FIELD_MISSING', field: 'discountitem' }, { code: 'LAGO_FIELD_MISSING', field: 'revrecbegin' },
  ]);
});

test('a native field is set by the type that the account tells', () => {
  account.types = { discountrate: 'percent', custbody_count: 'integer', shipcount: 'integer', promocode: 'integer' };
  const columns = { shipcount: '3', promocode: 'TEN', expectedclosedate: '2026-08-31' };
  const [, answer] = write(customer(), invoice({ columns }));

  expect(answer.status).toBe('created');
  expect(account.books.all('invoice')[0].fields).toMatchObject({
    shipcount: 3, promocode: 'TEN', expectedclosedate: new Date(2026, 7, 31),
  });
});

test('a field that the account has and refuses is no missing one', () => {
  account.refuse('setValue discountitem', 'INVALID_KEY_OR_REF', 'Invalid discountitem reference key 99.');
  const [, answer] = write(customer(), invoice({ columns: { discountitem: '99' } }));

  expect(answer.error).toMatchObject({ code: 'INVALID_KEY_OR_REF', field: 'discountitem' });
});

test.each(['constructor', 'toString', 'hasOwnProperty'])('%s is a field that no account has', (name) => {
  account.missingFields.add(name);
  const item = invoice();
  item.record.columns = { ...item.record.columns, [name]: { externalId: 'lago-inv-x' } };
  const [, answer] = write(customer(), item);

  expect(answer.error).toMatchObject({ code: 'LAGO_REFERENCE_NOT_FOUND', field: name });
  item.record.columns[name] = '1';
  expect(write(item)[0]).toMatchObject({ status: 'created', warnings: [{ code: 'LAGO_FIELD_MISSING', field: name }] });
});

test.each(['columns', 'lines'])('__proto__ in %s is no field', (place) => {
  const hidden = JSON.parse('{"__proto__": {"tranid": "X"}}');
  const item = invoice();
  if (place === 'columns') item.record.columns = hidden;
  else item.record.lines = [{ sublistId: 'item', lineItems: [{ item: '802' }, hidden] }];
  const [, answer] = write(customer(), item);

  expect(answer.error).toMatchObject({ code: 'LAGO_BAD_ITEM', field: '__proto__', line: place === 'columns' ? null : 1 });
});
