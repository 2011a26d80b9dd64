'use strict';

const { Account } = require('./doubles/account');
const { CUSTOMER, customer, invoice, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

function stands(fields) {
  return account.books.keep({ type: 'customer', fields: { entityid: 'Old name', currency: '2', ...fields }, sublists: {} });
}

function adopt(id, changes) {
  return customer({ mode: 'adopt', internal_id: id, ...changes });
}

test('a linked customer gets both marks', () => {
  const id = stands();
  const [answer] = write(adopt(id));

  expect(answer).toMatchObject({ status: 'adopted', internalId: id });
  expect(account.books.get(id).fields).toMatchObject({ externalid: CUSTOMER, custentity_lago_id: '9a' });
});

test('a foreign external id is left as it is', () => {
  const id = stands({ externalid: 'crm-1' });
  write(adopt(id));

  expect(account.books.get(id).fields).toMatchObject({ externalid: 'crm-1', custentity_lago_id: '9a' });
});

test('linking again changes nothing', () => {
  const id = stands();
  write(adopt(id));
  const [answer] = write(adopt(id));

  expect(answer.status).toBe('exists');
  expect(account.saved).toEqual(['customer']);
});

test.each([
  ['does not exist', () => '4711', 'LAGO_LINK_NOT_FOUND'],
  ['is inactive', () => stands({ isinactive: true }), 'LAGO_CUSTOMER_INACTIVE'],
  ['has another Lago customer', () => stands({ custentity_lago_id: 'other' }), 'LAGO_LINK_TAKEN'],
  ['is not named', () => undefined, 'LAGO_BAD_ITEM'],
])('a link to a customer that %s is refused', (reason, prepare, code) => {
  const [answer] = write(adopt(prepare()));

  expect(answer).toMatchObject({ status: 'error', error: { code, retryable: false } });
});

test('a link that has moved takes the marks off the customer that had them', () => {
  const [before, after] = [stands(), stands({ entityid: 'Other' })];
  write(adopt(before));
  const [answer] = write(adopt(after));

  expect(answer).toMatchObject({ status: 'adopted', internalId: after });
  expect(answer.warnings).toContainEqual({ code: 'LAGO_LINK_MOVED', message: `from NetSuite customer ${before}` });
  expect(account.books.get(before).fields).toMatchObject({ externalid: '', custentity_lago_id: '' });
});

test('an invoice that an older integration wrote is found by its Lago id and stamped', () => {
  write(customer());
  account.books.keep({
    type: 'invoice', fields: { custbody_lago_id: '5f', tranid: 'HOO-1', currency: '2' },
    sublists: { item: [{ amount: 100 }], taxdetails: [{ taxamount: 19 }] },
  });
  const [answer] = write(invoice());

  expect(answer).toMatchObject({ status: 'adopted', externalId: 'lago-inv-5f' });
  expect(account.saved).toEqual(['customer']);
});

test('a document of a linked customer is refused where the record is another Lago customer\'s', () => {
  const id = stands({ custentity_lago_id: 'other' });
  const [answer] = write(invoice({ columns: { entity: { internalId: id, lagoId: '9a' } } }));

  expect(answer.error).toMatchObject({ code: 'LAGO_LINK_TAKEN', class: 'config', field: 'entity', retryable: false });
  expect(answer.error.message).toBe(
    `Lago links the customer 9a to NetSuite's customer Old name (${id}), which belongs to the Lago customer other already.`,
  );
});

test.each([['', '9a'], ['9a', '9a'], ['other', undefined]])(
  'a linked customer of %p takes the documents of %p', (owner, lagoId) => {
    const id = stands({ custentity_lago_id: owner });
    const [first, second] = write(
      invoice({ columns: { entity: { internalId: id, lagoId } } }),
      invoice({ columns: { entity: { internalId: id, lagoId }, tranid: 'HOO-2' }, external_id: 'lago-inv-60', lago_id: '60' }),
    );

    expect([first.status, second.status]).toEqual(['created', 'created']);
  },
);

test('an external id of ours for another Lago customer goes where a person has emptied its Lago id', () => {
  const id = stands({ externalid: 'lago-cus-other' });
  write(adopt(id));

  expect(account.books.get(id).fields).toMatchObject({ externalid: CUSTOMER, custentity_lago_id: '9a' });
});

test('a linked customer keeps its name where the wished one is taken', () => {
  const id = stands();
  account.refuse('save customer', 'UNIQUE_CUST_ID_REQD', 'Taken.');
  const [answer] = write(adopt(id));

  expect(answer.status).toBe('adopted');
  expect(answer.warnings).toContainEqual({ code: 'LAGO_FIELD_FIXED', field: 'entityid', message: 'cus_9a is taken' });
  expect(account.books.get(id).fields.entityid).toBe('Old name');
});
