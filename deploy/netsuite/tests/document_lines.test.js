'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, post, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account();
  account.install();
});

function lines(documents) {
  return post({ op: 'lines', documents }).ledger;
}

test('a document is told with its lines and the taxes of each', () => {
  write(customer(), invoice());
  const [{ id }] = account.books.all('invoice');
  const { documents: [found], rows, next } = lines([{ type: 'invoice', id }]);

  expect([rows, next]).toEqual([[], null]);
  expect(found).toEqual({
    type: 'invoice',
    internalId: id,
    number: 'HOO-1',
    url: expect.stringContaining(id),
    lines: [{ item: '802', account: '', description: '', reference: 'fee', amount: '100.00' }],
    taxes: [{ reference: 'fee', type: '5', code: '6', amount: '19.00' }],
    taxItem: null,
  });
});

test('one that is gone hides no other', () => {
  write(customer(), invoice());
  const [{ id }] = account.books.all('invoice');
  const { documents } = lines([{ type: 'invoice', id: '4711' }, { type: 'invoice', id }]);

  expect(documents.map(({ lines: { length } }) => length)).toEqual([0, 1]);
  expect(documents[0].error.code).toBe('RCRD_DSNT_EXIST');
});

test('of other types there are no lines, and of more than a hundred none at once', () => {
  const many = Array.from({ length: 101 }, (_, id) => ({ type: 'invoice', id: String(id) }));

  expect(lines([{ type: 'customer', id: '1' }]).error.code).toBe('LAGO_TYPE_NOT_SUPPORTED');
  expect(lines([null]).error.code).toBe('LAGO_TYPE_NOT_SUPPORTED');
  expect(lines(many).error.code).toBe('LAGO_BAD_ITEM');
  expect(lines(undefined).documents).toEqual([]);
});

test('when units run short the rest is left to the next call', () => {
  write(customer(), invoice());
  const [{ id }] = account.books.all('invoice');
  account.unitsLeft = 150;

  expect(lines([{ type: 'invoice', id }, { type: 'invoice', id }]).documents.length).toBe(1);
});
