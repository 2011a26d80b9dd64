'use strict';

const { Account } = require('./doubles/account');
const { INVOICE, customer, invoice, payment, post, write } = require('./requests');

const MARKS = { externalid: '', custbody_lago_id: '', custbody_lago_fingerprint: '' };

let account;

beforeEach(() => {
  account = new Account();
  account.install();
});

/** Documents as another integration would have written them: without our marks. */
function stand(...items) {
  write(customer(), ...items);
  items.forEach(({ record: { type } }) => account.books.all(type).forEach(({ fields }) => Object.assign(fields, MARKS)));
}

function only(type) {
  return account.books.all(type)[0];
}

function adopt(item, id, changes) {
  return { ...item, mode: 'adopt', internal_id: id, record: { type: item.record.type }, ...changes };
}

function unmarked(request) {
  return post({ op: 'unmarked', ...request }).ledger;
}

test('an adopted document has both marks, and nothing else of it changes', () => {
  stand(invoice());
  const { id, fields, sublists } = only('invoice');
  const before = JSON.stringify([fields.trandate, sublists]);
  const [answer] = write(adopt(invoice(), id));

  expect(answer).toMatchObject({ status: 'adopted', internalId: id, externalId: INVOICE, number: 'HOO-1' });
  expect(only('invoice').fields).toMatchObject({
    externalid: INVOICE, custbody_lago_id: '5f', custbody_lago_fingerprint: '',
  });
  expect(JSON.stringify([only('invoice').fields.trandate, only('invoice').sublists])).toBe(before);
  expect(write(adopt(invoice(), id))[0].status).toBe('exists');
});

test('what is adopted is not written a second time', () => {
  stand(invoice(), payment());
  write(adopt(invoice(), only('invoice').id), adopt(payment(), only('customerpayment').id));
  const answers = write(customer(), invoice(), payment());

  expect(answers.map(({ status }) => status)).toEqual(['exists', 'exists', 'exists']);
  expect([account.books.all('invoice').length, account.books.all('customerpayment').length]).toEqual([1, 1]);
});

test('a foreign external id is kept', () => {
  stand(invoice());
  only('invoice').fields.externalid = 'crm-1';
  const [answer] = write(adopt(invoice(), only('invoice').id));

  expect(answer).toMatchObject({ status: 'adopted', externalId: 'crm-1' });
  expect(only('invoice').fields).toMatchObject({ externalid: 'crm-1', custbody_lago_id: '5f' });
});

test.each([
  ['does not exist', () => '4711', 'LAGO_LINK_NOT_FOUND'],
  ['is not named', () => undefined, 'LAGO_BAD_ITEM'],
  ['is another document of Lago', (made) => { made.fields.custbody_lago_id = '9z'; return made.id; }, 'LAGO_LINK_TAKEN'],
])('a document that %s is not adopted', (reason, prepare, code) => {
  stand(invoice());
  const [answer] = write(adopt(invoice(), prepare(only('invoice'))));

  expect(answer).toMatchObject({ status: 'error', error: { code } });
});

test('a document that stands already is not adopted as a second one', () => {
  stand(invoice());
  const { id } = only('invoice');
  write(invoice());
  const [answer] = write(adopt(invoice(), id));

  expect(answer).toMatchObject({ status: 'error', error: { code: 'LAGO_LINK_TAKEN' } });
});

test('a dry run marks nothing', () => {
  stand(invoice());
  const { items: [answer] } = post({
    op: 'write', options: { dry_run: true }, items: [adopt(invoice(), only('invoice').id)],
  });

  expect(answer.status).toBe('adopted');
  expect(only('invoice').fields).toMatchObject(MARKS);
});

test('documents without marks are found by number, and payments by what they are applied to', () => {
  stand(invoice(), payment());
  const { id } = only('invoice');
  only('customerpayment').fields.appliedtotransaction = id; // NetSuite keeps it by the applications
  const { rows, next } = unmarked({ numbers: { invoice: ['HOO-1', 'HOO-2'], creditmemo: ['HOO-1'] }, paid: [id] });

  expect(next).toBeNull();
  expect(rows).toMatchObject([
    { type: 'invoice', internalId: id, number: 'HOO-1', total: '119.00', remaining: '0.00', date: '2026-08-01', appliedTo: [] },
    { type: 'customerpayment', total: '119.00', remaining: '0.00', date: '2026-08-03', appliedTo: [id] },
  ]);
});

test('documents with a mark are not among them', () => {
  write(customer(), invoice(), payment());

  expect(unmarked({ numbers: { invoice: ['HOO-1'] }, paid: [only('invoice').id] }).rows).toEqual([]);
  expect(unmarked().rows).toEqual([]);
});

test('more than a hundred at once are refused', () => {
  const numbers = { invoice: Array.from({ length: 101 }, (_, place) => `HOO-${place}`) };

  expect(unmarked({ numbers })).toMatchObject({ rows: [], error: { code: 'LAGO_BAD_ITEM' } });
});

test('credits are not applied to an adopted invoice that has them as a line', () => {
  const credit = { item: '804', quantity: '1', rate: '-30.0', amount: '-30.00', taxdetailsreference: 'note' };
  const { lines: [{ lineItems }] } = invoice().record;
  stand(invoice({ lines: lineItems.concat(credit), expect: { subtotal: '70.00', tax: '19.00', total: '89.00' } }));
  write(adopt(invoice(), only('invoice').id));
  const [, answer] = write(customer(), invoice({ apply_credits: [{ doc: { externalId: 'lago-cn-9' }, amount: '30.00' }] }));

  expect(answer).toMatchObject({ status: 'exists', foreign: true });
  expect(answer.warnings.map(({ code }) => code)).toEqual(['LAGO_TOTAL_MISMATCH']);
});

test('customers are told by internal id, entity id or name, each once and whoever entered them', () => {
  write(customer());
  const [{ id }] = account.books.all('customer');
  const asked = { ids: [id], numbers: ['cus_9a', 'cus_9b'], names: ['Raviga GmbH'] };
  const { customers } = unmarked({ customers: asked });

  expect(customers).toMatchObject([{ internalId: id, name: 'cus_9a', company: 'Raviga GmbH', lagoId: '9a' }]);
  expect(unmarked({ customers: {} }).customers).toEqual([]);
  expect(unmarked({}).customers).toBeUndefined();
  expect(unmarked({ customers: { ids: Array.from({ length: 101 }, String) } }).error.code).toBe('LAGO_BAD_ITEM');
});
