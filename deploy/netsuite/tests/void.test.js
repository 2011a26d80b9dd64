'use strict';

const transaction = require('N/transaction');

const { Account } = require('./doubles/account');
const { customer, invoice, payment, voidOf, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
  write(customer(), invoice());
});

function memos() {
  return account.books.all('creditmemo');
}

test('an invoice that nothing is applied to is voided natively', () => {
  const [answer] = write(voidOf());

  expect(answer).toMatchObject({ status: 'voided', warnings: [{ code: 'LAGO_VOIDED_NATIVELY' }] });
  expect(transaction.void).toHaveBeenCalledWith({ type: 'invoice', id: '9002' });
  expect(memos()).toEqual([]);
});

test('an account that voids by journals gets a credit memo for the whole invoice', () => {
  account.preferences.REVERSALVOIDING = true;
  const [answer] = write(voidOf());

  expect(answer).toMatchObject({ status: 'voided', warnings: [{ code: 'LAGO_VOIDED_BY_MEMO' }] });
  expect(memos()[0].fields).toMatchObject({
    externalid: 'lago-inv-5f-void', custbody_lago_id: '5f', trandate: new Date(2026, 7, 5),
  });
  expect(account.books.due('9002')).toBe(0);
  expect(transaction.void).not.toHaveBeenCalled();
});

test('an invoice that was paid in part is reversed for what is still due', () => {
  write(payment({ amount: '19.00' }));
  write(voidOf());

  const [{ sublists }] = memos();
  expect(sublists.apply.filter(({ apply }) => apply).map(({ amount }) => amount)).toEqual([100]);
  expect(transaction.void).not.toHaveBeenCalled();
});

test.each(['CANT_VOID_TRANS', 'VOIDING_REVERSAL_DISALLWD', 'INSUFFICIENT_PERMISSION', 'TRAN_PERIOD_CLOSED'])(
  'a native void that ends in %s is made good by a credit memo',
  (code) => {
    account.refuse('void', code, 'no');

    expect(write(voidOf())[0].warnings).toEqual([expect.objectContaining({ code: 'LAGO_VOIDED_BY_MEMO' })]);
  },
);

test('a fault in passing is told, and nothing is reversed', () => {
  account.refuse('void', 'UNEXPECTED_ERROR', 'An unexpected error occurred.');
  const [answer] = write(voidOf());

  expect(answer.error).toMatchObject({ code: 'UNEXPECTED_ERROR', class: 'transient', retryable: true });
  expect(memos()).toEqual([]);
});

test.each([[false, 'LAGO_VOIDED_NATIVELY'], [true, 'LAGO_VOIDED_BY_MEMO']])(
  'a repeated void does nothing (voids by journal: %s)',
  (byJournal, code) => {
    account.preferences.REVERSALVOIDING = byJournal;
    write(voidOf());
    const before = account.saved.length;
    const [answer] = write(voidOf());

    expect(answer).toMatchObject({ status: 'exists', warnings: [{ code }] });
    expect(account.saved).toHaveLength(before);
  },
);

test('a paid invoice is not voided', () => {
  write(payment());
  const [answer] = write(voidOf());

  expect(answer.error).toMatchObject({ code: 'LAGO_VOID_OF_PAID_INVOICE', class: 'state', retryable: false });
});

test('a void waits for its invoice', () => {
  const [answer] = write(voidOf({ external_id: 'lago-inv-00' }));

  expect(answer.error).toMatchObject({ code: 'LAGO_REFERENCE_NOT_FOUND', class: 'dependency' });
});

test('the memo takes over the taxes where the transformation has lost them', () => {
  account.preferences.REVERSALVOIDING = true;
  const transformed = account.transformed.bind(account);
  jest.spyOn(account, 'transformed').mockImplementation((options) => {
    const memo = transformed(options);
    while (memo.getLineCount({ sublistId: 'taxdetails' }) > 0) memo.removeLine({ sublistId: 'taxdetails', line: 0 });
    return memo;
  });
  write(voidOf());

  expect(memos()[0].sublists.taxdetails).toEqual([expect.objectContaining({ taxcode: '6', taxamount: 19 })]);
});
