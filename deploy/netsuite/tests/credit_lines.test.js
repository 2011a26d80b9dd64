'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, voidOf, write } = require('./requests');

const LINE = { item: '806', quantity: '1', rate: '-19.00', amount: '-19.00', description: 'Credit note of another subsidiary' };

let account;

beforeEach(() => {
  account = new Account().install();
  write(customer({ columns: { subsidiary: '1' } }));
});

function memo(subsidiary) {
  const fields = { externalid: 'lago-cn-1', tranid: 'CN-1', entity: '9001', currency: '2', subsidiary };
  return account.books.keep({ type: 'creditmemo', fields, sublists: { item: [{ amount: 50 }] } });
}

function spending({ line = LINE, ...changes } = {}) {
  const credit = { doc: { externalId: 'lago-cn-1' }, amount: '19.00' };
  return invoice({ apply_credits: [line ? { ...credit, line } : credit], ...changes });
}

function itemLines() {
  return account.books.all('invoice')[0].sublists.item;
}

test('a credit of another subsidiary is a line, and the invoice worth that much less', () => {
  memo('4');
  const [answer] = write(spending());

  expect(answer).toMatchObject({ status: 'created', totals: { subtotal: '81.00', total: '100.00' } });
  expect(answer.warnings).toEqual([expect.objectContaining({ code: 'LAGO_CREDIT_AS_LINE', amount: '19.00' })]);
  expect(itemLines()).toHaveLength(2);
});

test('a figure that nobody expects stays so', () => {
  memo('4');

  expect(write(spending({ expect: { total: '119.00' } }))[0].totals.total).toBe('100.00');
});

test.each([
  ['the memo is of the same subsidiary', () => memo('1'), {}],
  ['the mapping gives no line', () => memo('4'), { line: null }],
  ['the account has no subsidiaries', () => { memo('4'); account.features.delete('SUBSIDIARIES'); }, {}],
  ['the role does not see the customer', () => { memo('4'); account.books.get('9001').type = 'hidden'; }, {}],
])('no line is written when %s', (reason, prepare, changes) => {
  prepare();
  write(spending({ columns: { entity: { internalId: '9001' } }, ...changes }));

  expect(itemLines()).toHaveLength(1);
});

test('the document decides before its customer', () => {
  memo('4');
  write(spending({ columns: { subsidiary: '4' } }));

  expect(itemLines()).toHaveLength(1);
});

test('a memo that is not there yet is waited for', () => {
  expect(write(spending())[0].error).toMatchObject({
    code: 'LAGO_REFERENCE_NOT_FOUND', class: 'dependency', field: 'apply_credits', line: 0,
  });
});

test('a memo that the role does not see counts as one of the same subsidiary', () => {
  const id = memo('4');
  const credit = { doc: { internalId: id }, amount: '19.00', line: LINE };
  account.books.get(id).type = 'hidden';
  write(invoice({ apply_credits: [credit] }));

  expect(itemLines()).toHaveLength(1);
});

test('other sublists keep their lines, and a void counts what the line has lessened', () => {
  memo('4');
  write(spending());
  const [answer] = write(voidOf({ settled: { credits: '19.00' }, policy: { recredit: false } }));

  expect(answer.status).toBe('voided');
});
