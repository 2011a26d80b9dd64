'use strict';

const config = require('N/config');
const record = require('N/record');
const runtime = require('N/runtime');

const { Account, suiteScriptError } = require('./doubles/account');
const { blankRecord, subsidiary } = require('./doubles/blank');
const { double, on } = require('./doubles/oracle');
const { post } = require('./requests');

const LEVELS = { TRAN_CUSTINVC: 4, LIST_ITEM: '1', TRAN_SALESORD: 0 };
const PREFERENCES = { LOCMANDATORY: 'T', DEPTMANDATORY: false };

let account;

beforeEach(() => {
  account = new Account().install();
  on('N/runtime', runtime, 'getCurrentUser', () => double('N/runtime/user', {
    id: 7,
    role: 1012,
    roleId: 'customrole_lago_netsuite',
    getPermission: ({ name }) => told(LEVELS, name),
    getPreference: ({ name }) => told(PREFERENCES, name),
  }));
});

function told(values, name) {
  if (name in values) return values[name];
  throw suiteScriptError('UNEXPECTED_ERROR', name);
}

function health(asked) {
  return post({ op: 'health', ...asked }).health;
}

function shows(form) {
  on('N/record', record, 'create', () => blankRecord(form));
}

function formOf(type, asked) {
  return health({ fields: { [type]: asked } }).forms[type];
}

test('who asks for nothing is told the time and who it is', () => {
  expect(health({})).toEqual({
    server_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    user: { id: '7', role: 'customrole_lago_netsuite', role_id: '1012' },
    permissions: {}, features: {}, preferences: {}, voids_by_journal: false, forms: {}, registrations: {},
    outside_period: null, language: null, currencies: {},
  });
});

test('levels of permissions are numbers, and null where NetSuite does not tell', () => {
  const { permissions } = health({ permissions: ['TRAN_CUSTINVC', 'LIST_ITEM', 'TRAN_SALESORD', 'LIST_UNHEARD_OF'] });

  expect(permissions).toEqual({ TRAN_CUSTINVC: 4, LIST_ITEM: 1, TRAN_SALESORD: 0, LIST_UNHEARD_OF: null });
});

test('a level that is no number is not taken for one', () => {
  on('N/runtime', runtime, 'getCurrentUser', () => double('N/runtime/user', {
    id: 7, role: 3, roleId: 'administrator', getPermission: () => 'FULL',
  }));

  expect(health({ permissions: ['LIST_ITEM'] }).permissions).toEqual({ LIST_ITEM: null });
});

test('features and preferences are told as they are', () => {
  expect(health({
    features: ['TAX_OVERHAULING', 'LOCATIONS'], preferences: ['LOCMANDATORY', 'DEPTMANDATORY', 'UNHEARD_OF'],
  })).toMatchObject({
    features: { TAX_OVERHAULING: true, LOCATIONS: false },
    preferences: { LOCMANDATORY: 'T', DEPTMANDATORY: false, UNHEARD_OF: null },
  });
});

test.each([[true, true], ['T', true], [false, false], ['F', false]])('REVERSALVOIDING %p: voids by journal %p', (is, voids) => {
  account.preferences.REVERSALVOIDING = is;

  expect(health({}).voids_by_journal).toBe(voids);
});

test.each([['T', true], [true, true], ['F', false], [false, false]])(
  'a user preference of %p for voids tells it to a role that may not load the account\'s: %p',
  (is, voids) => {
    prefers({ REVERSALVOIDING: is });
    on('N/config', config, 'load', () => { throw suiteScriptError('INSUFFICIENT_PERMISSION'); });

    expect(health({}).voids_by_journal).toBe(voids);
  },
);

test('how voids are done is null for a role that may not read it', () => {
  on('N/config', config, 'load', () => { throw suiteScriptError('INSUFFICIENT_PERMISSION'); });

  expect(health({}).voids_by_journal).toBeNull();
});

function prefers(values) {
  on('N/runtime', runtime, 'getCurrentUser', () => double('N/runtime/user', {
    id: 7, role: 3, roleId: 'administrator', getPreference: ({ name }) => told(values, name),
  }));
}

test('the posting period preference and the language are told as NetSuite spells them', () => {
  prefers({ DATEPERIODMISMATCH: 'DISALLOW', LANGUAGE: 'de_DE' });

  expect(health({})).toMatchObject({
    outside_period: 'DISALLOW', language: 'de_DE', user: { role: 'administrator', role_id: '3' },
  });
});

test('a preference that is not set is null', () => {
  prefers({ DATEPERIODMISMATCH: '', LANGUAGE: null });

  expect(health({})).toMatchObject({ outside_period: null, language: null });
});

describe('of a currency', () => {
  function holds(id, fields) {
    account.books.keep({ id, type: 'currency', fields });
  }

  test('symbol, decimals and whether it is the base are told', () => {
    holds('1', { symbol: 'USD', currencyprecision: 2, isbasecurrency: true });
    holds('4', { symbol: 'JPY', currencyprecision: '0', isbasecurrency: 'F' });

    expect(health({ currencies: ['1', '4'] }).currencies).toEqual({
      1: { symbol: 'USD', decimals: 2, is_base: true }, 4: { symbol: 'JPY', decimals: 0, is_base: false },
    });
  });

  test('decimals that are none are null, and so is a currency that cannot be read', () => {
    holds('1', { symbol: '' });

    expect(health({ currencies: ['1', '99'] }).currencies).toEqual({
      1: { symbol: '', decimals: null, is_base: false }, 99: null,
    });
  });
});

describe('of a form', () => {
  test('it is told which of the asked fields there are', () => {
    shows({ body: { custbody_lago_id: {}, memo: {} } });

    expect(formOf('invoice', { body: ['custbody_lago_id', 'custbody_other'] }).body.known)
      .toEqual({ custbody_lago_id: true, custbody_other: false });
  });

  test('mandatory is what a new record has no value for', () => {
    shows({ body: {
      entity: { mandatory: true }, location: { mandatory: true, value: null }, memo: {},
      trandate: { mandatory: true, value: '8/1/2026' }, exchangerate: { mandatory: true, value: 0 },
    } });

    expect(formOf('invoice', { body: [] }).body.mandatory).toEqual(['entity', 'location']);
  });

  test('a field that cannot be looked at stops nothing', () => {
    shows({ body: { odd: { mandatory: true, thrown: suiteScriptError('SSS_INVALID_FIELD') }, entity: { mandatory: true } } });

    expect(formOf('invoice', { body: ['odd'] }).body).toEqual({ known: { odd: false }, mandatory: ['entity'] });
  });

  test('its lines are told by themselves where they are asked for', () => {
    shows({
      body: {},
      lines: { item: { mandatory: true }, quantity: { mandatory: true, value: 1 }, custcol_lago_id: {} },
    });

    expect(formOf('invoice', { body: [], lines: ['custcol_lago_id', 'custcol_other'] }).lines)
      .toEqual({ known: { custcol_lago_id: true, custcol_other: false }, mandatory: ['item'] });
  });

  test('lines that nobody asks for are not looked at', () => {
    shows({ body: {} });

    expect(formOf('customer', { body: [] })).toMatchObject({ lines: null, error: null });
  });

  test('a type that the role may not begin has an error, and the others are told', () => {
    on('N/record', record, 'create', ({ type }) => {
      if (type === 'invoice') throw suiteScriptError('INSUFFICIENT_PERMISSION', 'You may not.');
      return blankRecord({ body: { entityid: {} } });
    });
    const { forms } = health({ fields: { invoice: { body: [] }, customer: { body: ['entityid'] } } });

    expect(forms.invoice).toMatchObject({ body: null, lines: null, error: { code: 'INSUFFICIENT_PERMISSION' } });
    expect(forms.customer.body.known).toEqual({ entityid: true });
  });

  test('the record is begun as it will be written, dynamic, and never saved', () => {
    shows({ body: {} });
    formOf('invoice', { body: [] });

    expect(record.create).toHaveBeenCalledWith({ type: 'invoice', isDynamic: true });
    expect(account.saved).toEqual([]);
  });
});

describe('of a subsidiary', () => {
  function registered(byId) {
    on('N/record', record, 'load', ({ type, id }) => {
      if (type !== 'subsidiary' || !(id in byId)) throw suiteScriptError('RCRD_DSNT_EXIST');
      return subsidiary(byId[id]);
    });
  }

  test('the nexuses are told that it is registered in', () => {
    registered({ 1: [9, 11] });

    expect(health({ subsidiaries: ['1'] }).registrations).toEqual({ 1: ['9', '11'] });
  });

  test('one without such a list is registered nowhere', () => {
    registered({ 1: null });

    expect(health({ subsidiaries: ['1'] }).registrations).toEqual({ 1: [] });
  });

  test('one that cannot be read is null', () => {
    registered({ 1: [] });

    expect(health({ subsidiaries: ['1', '99'] }).registrations).toEqual({ 1: [], 99: null });
  });
});
