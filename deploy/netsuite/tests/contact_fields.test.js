'use strict';

const { Account } = require('./doubles/account');
const { customer, write } = require('./requests');

const INVALID = 'INVALID_FLD_VALUE';

let account;

beforeEach(() => {
  account = new Account().install();
});

function book(place) {
  const line = { defaultbilling: true, defaultshipping: true, subObjectId: 'addressbookaddress', subObject: place };
  return [{ sublistId: 'addressbook', lineItems: [line] }, { sublistId: 'addressbook' }];
}

function withBook(place, columns) {
  const item = customer({ columns: { phone: '12345', email: 'a@b.example', ...columns } });
  item.record.lines = place ? book(place) : [];
  return item;
}

function leftOut({ warnings }) {
  return warnings.filter(({ code }) => code === 'LAGO_FIELD_LEFT_OUT').map(({ field }) => field);
}

function only() {
  return account.books.all('customer')[0];
}

test('the field that the refusal names is left out first', () => {
  account.refuse('save customer', INVALID, 'Invalid Field Value a@b.example for the following field: email');
  const [answer] = write(withBook());

  expect([answer.status, leftOut(answer)]).toEqual(['created', ['email']]);
  expect(only().fields).toMatchObject({ phone: '12345' });
  expect(only().fields).not.toHaveProperty('email');
});

test('in a language that names nothing one field after the other is tried without', () => {
  ['Feldwert falsch', 'Feldwert falsch'].forEach((text) => account.refuse('save customer', INVALID, text));
  const [answer] = write(withBook());

  expect(leftOut(answer)).toEqual(['email']);
});

test('what only works without all of them is written without all of them', () => {
  Array.from({ length: 5 }).forEach(() => account.refuse('save customer', 'INVALID_ZIP', 'nein'));
  const [answer] = write(withBook({ country: 'DE', zip: '1' }));

  expect([answer.status, leftOut(answer)]).toEqual(['created', ['phone', 'email', 'zip', 'addressbook']]);
  expect(only().sublists.addressbook).toBeUndefined();
});

test('a part of an address is left out of all of them', () => {
  account.refuse('save customer', INVALID, 'the following field: zip');
  const [answer] = write(withBook({ country: 'DE', zip: '1', city: 'Berlin' }));

  expect(leftOut(answer)).toEqual(['zip']);
  expect(only().sublists.addressbook[0].address).toEqual({ country: 'DE', city: 'Berlin' });
});

test('what is refused without any of them too is refused as it was at first', () => {
  account.refuse('save customer', INVALID, 'the first');
  ['phone', 'email', 'both'].forEach(() => account.refuse('save customer', INVALID, 'later'));
  const [answer] = write(withBook());

  expect(answer.error).toMatchObject({ code: INVALID, message: 'the first' });
  expect(answer.warnings).toEqual([]);
});

test('a refusal of another kind while a field is left out is that refusal', () => {
  account.refuse('save customer', INVALID, 'no');
  account.refuse('save customer', 'INSUFFICIENT_PERMISSION', 'no');

  expect(write(withBook())[0].error).toMatchObject({ code: 'INSUFFICIENT_PERMISSION' });
});

test('a customer with one contact field is tried once without it', () => {
  account.refuse('save customer', INVALID, 'no');
  account.refuse('save customer', INVALID, 'again');
  const [answer] = write(customer({ columns: { phone: '1' } }));

  expect(answer.error).toMatchObject({ code: INVALID, message: 'no' });
});

test.each([
  ['names another field', 'setValue entityid', INVALID],
  ['is about no value', 'save customer', 'RCRD_DSNT_EXIST'],
])('a refusal that %s leaves nothing out', (reason, act, code) => {
  account.refuse(act, code, 'no');

  expect(write(withBook())[0].error).toMatchObject({ code });
});

test('a customer without contact fields is refused as before', () => {
  account.refuse('save customer', INVALID, 'no');
  const item = customer();
  delete item.record.lines;

  expect(write(item)[0].error).toMatchObject({ code: INVALID });
});

test('a value that is refused when it is set is left out too', () => {
  account.refuse('setValue phone', INVALID, 'no');
  const [answer] = write(withBook());

  expect([answer.status, leftOut(answer)]).toEqual(['created', ['phone']]);
});

test.each([
  ['zip', ['zip'], 1],
  ['country', ['country'], 0],
])('a %s that the address does not take is left out', (part, expected, lines) => {
  account.refuse(`address ${part}`, INVALID, 'no');
  const [answer] = write(withBook({ country: 'XX', zip: '1', city: 'Berlin' }));

  expect(leftOut(answer)).toEqual(expected);
  expect(only().sublists.addressbook || []).toHaveLength(lines);
});

test('a later version keeps what stands in the place of what is refused', () => {
  write(withBook(null, { phone: '+49 30 5550100' }));
  account.refuse('save customer', INVALID, 'the following field: phone');
  const later = { ...withBook(), mode: 'upsert', fingerprint: 'sha256:later', version: '2026-09-01T00:00:00Z' };
  const [answer] = write(later);

  expect([answer.status, leftOut(answer)]).toEqual(['updated', ['phone']]);
  expect(only().fields.phone).toBe('+49 30 5550100');
});
