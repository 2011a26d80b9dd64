'use strict';

const { Account } = require('./doubles/account');
const { CUSTOMER, customer, write } = require('./requests');

let account;

beforeEach(() => {
  account = new Account().install();
});

function upsert(changes) {
  return customer({ mode: 'upsert', ...changes });
}

function later(columns) {
  return upsert({ version: '2026-08-02T00:00:00Z', fingerprint: 'sha256:later', columns });
}

function standing() {
  return account.books.all('customer')[0].fields;
}

test('a customer that is not there is created', () => {
  expect(write(upsert())[0]).toMatchObject({ status: 'created', externalId: CUSTOMER });
});

test('a later version is brought to the customer', () => {
  write(upsert());
  const [answer] = write(later({ companyname: 'Raviga Analytics GmbH' }));

  expect(answer.status).toBe('updated');
  expect(standing()).toMatchObject({
    companyname: 'Raviga Analytics GmbH', custentity_lago_version: '2026-08-02T00:00:00Z',
  });
});

test('an older version never overwrites a newer one', () => {
  write(later({ companyname: 'New' }));
  const [answer] = write(upsert({ columns: { companyname: 'Old' } }));

  expect(answer.status).toBe('exists');
  expect(standing().companyname).toBe('New');
});

test('the same content again is not saved', () => {
  write(upsert());
  write(upsert({ version: '2026-08-09T00:00:00Z' }));

  expect(account.saved).toEqual(['customer']);
});

test('what a customer cannot change is told of and left alone', () => {
  write(upsert());
  const [answer] = write(later({ currency: '1' }));

  expect(answer).toMatchObject({ status: 'updated', warnings: [{ code: 'LAGO_FIELD_FIXED', field: 'currency' }] });
  expect(standing().currency).toBe('2');
});

test('a name that another customer has is made unique where that is allowed', () => {
  account.books.keep({ type: 'customer', fields: { entityid: 'cus_9a' }, sublists: {} });
  account.refuse('save customer', 'UNIQUE_CUST_ID_REQD', 'A customer record with this ID already exists.');
  const item = upsert({ lago_id: '9a1b6f0c-3c58' });
  item.record.options = { entityIdClash: 'suffix' };
  const [answer] = write(item);

  expect(answer).toMatchObject({
    status: 'created', number: 'cus_9a (9a1b6f0c)', warnings: [{ code: 'LAGO_ENTITY_ID_SUFFIXED' }],
  });
});

test('a name that another customer has is a duplicate otherwise, and the holder is named', () => {
  const holder = account.books.keep({ type: 'customer', fields: { entityid: 'cus_9a' }, sublists: {} });
  account.refuse('save customer', 'UNIQUE_CUST_ID_REQD', 'Taken.');
  const [answer] = write(upsert());

  expect(answer.error).toMatchObject({
    code: 'UNIQUE_CUST_ID_REQD', class: 'duplicate', field: 'entityid',
    message: `Taken. It is customer ${holder}, which carries no Lago id.`,
  });
});

test('a customer that was changed while it was open is opened once more', () => {
  write(upsert());
  account.refuse('save customer', 'RCRD_HAS_BEEN_CHANGED', 'Record has been changed');
  const [answer] = write(later({ companyname: 'New' }));

  expect(answer.status).toBe('updated');
  expect(standing().companyname).toBe('New');
});

test('an address gets one line for billing and shipping, and keeps it', () => {
  const place = { addr1: 'Torstr. 1', city: 'Berlin', country: 'DE' };
  const book = (subObject) => [{ sublistId: 'addressbook', lineItems: [
    { defaultbilling: true, defaultshipping: true, subObjectId: 'addressbookaddress', subObject },
  ] }];
  const [first, second] = [upsert(), later()];
  first.record.lines = book(place);
  second.record.lines = book({ ...place, addr1: 'Torstr. 2' });
  write(first);
  write(second);

  const [{ sublists }] = account.books.all('customer');
  expect(sublists.addressbook).toHaveLength(1);
  expect(sublists.addressbook[0].address).toMatchObject({ addr1: 'Torstr. 2', country: 'DE' });
});

test('a name that another Lago customer has is a duplicate that names both', () => {
  const holder = account.books.keep({ type: 'customer', fields: { entityid: 'cus_9a', custentity_lago_id: '77' }, sublists: {} });
  account.refuse('save customer', 'UNIQUE_CUST_ID_REQD', 'Taken.');
  const [answer] = write(upsert());

  expect(answer.error.message)
    .toBe(`Taken. It is customer ${holder}, which belongs to the Lago customer 77, not to 9a.`);
});

describe('a customer that may have several', () => {
  beforeEach(() => {
    account.features.add('MULTISUBSIDIARYCUSTOMER');
    account.features.add('MULTICURRENCYCUSTOMER');
    account.books.keep({ id: '4', type: 'subsidiary', fields: {} });
    write(upsert({ columns: { subsidiary: '1' } }));
  });

  function relationships() {
    return account.books.all('customersubsidiaryrelationship').map(({ fields }) => fields);
  }

  test('gets the subsidiary that it is billed by now', () => {
    const [answer] = write(later({ subsidiary: '4' }));

    expect(answer).toMatchObject({
      status: 'updated',
      warnings: [{ code: 'LAGO_SUBSIDIARY_ADDED', field: 'subsidiary', message: '4 on customer cus_9a (9001)' }],
    });
    expect(relationships()).toEqual([{ entity: '9001', subsidiary: '4' }]);
    expect(standing().subsidiary).toBe('1');
  });

  test('gets it once', () => {
    write(later({ subsidiary: '4' }));
    const again = later({ subsidiary: '4', companyname: 'New' });
    const [answer] = write(Object.assign(again, { version: '2026-08-20T00:00:00Z', fingerprint: 'sha256:3' }));

    expect(answer).toMatchObject({ status: 'updated', warnings: [] });
    expect(relationships()).toHaveLength(1);
  });

  test('gets no subsidiary that there is none of', () => {
    const [answer] = write(later({ subsidiary: '99' }));

    expect(answer.warnings).toEqual([{ code: 'LAGO_FIELD_FIXED', field: 'subsidiary' }]);
  });

  test('is brought up to date where the role may not add one', () => {
    account.refuse('save customersubsidiaryrelationship', 'INSUFFICIENT_PERMISSION', 'no');
    const [answer] = write(later({ subsidiary: '4', companyname: 'New' }));

    expect(answer).toMatchObject({ status: 'updated', warnings: [{ code: 'LAGO_FIELD_FIXED', field: 'subsidiary' }] });
    expect(standing().companyname).toBe('New');
  });
});
