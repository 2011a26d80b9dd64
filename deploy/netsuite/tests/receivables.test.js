'use strict';

const { Account } = require('./doubles/account');
const { customer, invoice, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

function note(columns, lines = []) {
  const item = invoice({ external_id: 'lago-cn-1', lago_id: 'n', taxes: [], expect: { total: '100.00' } });
  Object.assign(item.record, { type: 'creditmemo', lines: item.record.lines.concat(lines) });
  Object.assign(item.record.columns, { custbody_lago_invoice_id: '5f', ...columns });
  return item;
}

test.each([
  ['its invoice lies on', {}, '111'],
  ['the mapping names', { account: '100' }, '100'],
  ['NetSuite takes by itself without an invoice', { custbody_lago_invoice_id: 'other' }, undefined],
])('a note lies on the receivables account that %s', (reason, columns, lies) => {
  write(customer(), invoice({ columns: { account: '111' } }));
  const [answer] = write(note(columns));

  expect(answer.status).toBe('created');
  expect(account.books.all('creditmemo')[0].fields.account).toBe(lies);
});
