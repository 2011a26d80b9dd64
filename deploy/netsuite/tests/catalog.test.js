'use strict';

const search = require('N/search');

const { Account } = require('./doubles/account');
const { Lists } = require('./doubles/lists');
const { stubOf } = require('./doubles/oracle');
const { post } = require('./requests');

const KINDS = [
  'items', 'accounts', 'subsidiaries', 'currencies', 'tax_codes', 'tax_types', 'nexuses', 'locations', 'departments',
  'classes', 'periods', 'terms', 'payment_methods', 'customers',
];
const CURRENCY = ['name', 'symbol', 'exchangerate'];

beforeEach(() => {
  new Account().install();
});

function catalog(asked) {
  return post({ op: 'catalog', ...asked }).catalog;
}

function euros(count) {
  return Array.from({ length: count }, (_, index) => ({
    internalid: String(index + 1), name: `Euro ${index + 1}`, symbol: 'EUR', exchangerate: 1, isinactive: false,
  }));
}

function currencies(count) {
  return new Lists(CURRENCY, euros(count)).install();
}

test('a row tells id, name and values by names of our own', () => {
  currencies(1);

  expect(catalog({ kind: 'currencies' })).toEqual({
    kind: 'currencies',
    rows: [{ id: '1', name: 'Euro 1', inactive: false, values: { symbol: 'EUR', rate: '1' }, texts: {} }],
    next: null,
  });
});

test('a reference also tells what the user interface shows', () => {
  const lists = new Lists(['name', 'subsidiary'], [{ internalid: '3', name: 'Berlin', subsidiary: '4', isinactive: 'F' }]);
  lists.install().texts = { subsidiary: { 4: 'Hooli GmbH' } };

  expect(catalog({ kind: 'locations' }).rows[0]).toMatchObject({
    values: { subsidiary: '4' }, texts: { subsidiary: 'Hooli GmbH' },
  });
});

test.each([[true, true], ['T', true], [false, false], ['F', false]])('the check box %p is read as %p', (told, inactive) => {
  const [row] = euros(1);
  new Lists(CURRENCY, [{ ...row, isinactive: told }]).install();

  expect(catalog({ kind: 'currencies' }).rows[0].inactive).toBe(inactive);
});

test('check boxes among the values are T and F', () => {
  const row = { internalid: '1', name: 'Hooli', currency: '1', country: 'US', iselimination: true, isinactive: false };
  new Lists(['name', 'currency', 'country', 'iselimination'], [row]).install();

  expect(catalog({ kind: 'subsidiaries' }).rows[0].values).toMatchObject({ elimination: 'T' });
});

test('dates are ISO, read by the format the user prefers, and empty ones stay empty', () => {
  const columns = ['periodname', 'startdate', 'enddate', 'closed', 'arlocked', 'alllocked', 'isquarter', 'isyear', 'isadjust'];
  new Lists(columns, [{ internalid: '220', periodname: 'Aug 2026', startdate: '8/1/2026', enddate: '' }]).install();

  expect(catalog({ kind: 'periods' }).rows[0].values).toMatchObject({ start: '2026-08-01', end: '' });
});

test('pages lead on until all rows are there, each once', () => {
  currencies(12);
  const first = catalog({ kind: 'currencies', limit: 5 });
  const second = catalog({ kind: 'currencies', limit: 5, after: first.next });
  const last = catalog({ kind: 'currencies', limit: 5, after: second.next });

  expect([first, second, last].flatMap(({ rows }) => rows.map(({ id }) => Number(id))))
    .toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(last.next).toBeNull();
});

test('a page beyond the last is empty', () => {
  currencies(12);

  expect(catalog({ kind: 'currencies', limit: 5, after: '3' })).toEqual({ kind: 'currencies', rows: [], next: null });
});

test.each([[1, 5], [7.9, 7], [100000, 1000], [undefined, 1000], ['many', 1000]])('a limit of %p becomes %p', (limit, size) => {
  const lists = currencies(1);
  catalog({ kind: 'currencies', limit });

  expect(lists.pageSizes).toEqual([size]);
});

test('rows come in the order of ids, so that those added meanwhile come last', () => {
  const lists = currencies(1);
  catalog({ kind: 'currencies' });

  expect(lists.searches[0].columns[0]).toEqual({ name: 'internalid', sort: search.Sort.ASC });
});

test('ids and a text choose rows, also together', () => {
  currencies(12);
  const ids = (asked) => catalog({ kind: 'currencies', ...asked }).rows.map(({ id }) => id);

  expect(ids({ ids: ['2', '11', '99'] })).toEqual(['2', '11']);
  expect(ids({ filter: 'RO 1' })).toEqual(['1', '10', '11', '12']);
  expect(ids({ ids: ['2', '11'], filter: 'ro 1' })).toEqual(['11']);
});

test('columns that the account lacks are left out, and tried one by one only then', () => {
  const lists = new Lists(['name', 'symbol'], euros(1)).install();

  expect(catalog({ kind: 'currencies' }).rows[0].values).toEqual({ symbol: 'EUR' });
  expect(lists.searches).toHaveLength(1 + 4 + 1);
});

test('one search is enough where the account has every column', () => {
  const lists = currencies(1);
  catalog({ kind: 'currencies' });

  expect(lists.searches).toHaveLength(1);
});

test('a list that cannot be read is an answer that says why', () => {
  currencies(1).refusal = Object.assign(new Error('You may not.'), { name: 'INSUFFICIENT_PERMISSION' });

  expect(catalog({ kind: 'currencies' })).toEqual({
    kind: 'currencies', rows: [], next: null,
    error: expect.objectContaining({ code: 'INSUFFICIENT_PERMISSION', message: expect.stringContaining('You may not.') }),
  });
});

test('whatever else a column is refused for is told and not taken for its absence', () => {
  const lists = new Lists(['name'], euros(1)).install();
  const asked = lists.asked.bind(lists);
  lists.asked = (options) => {
    if (options.columns.includes('symbol') && options.columns.length === 1) {
      throw Object.assign(new Error('Later.'), { name: 'SSS_REQUEST_LIMIT_EXCEEDED' });
    }
    return asked(options);
  };

  expect(catalog({ kind: 'currencies' }).error.code).toBe('SSS_REQUEST_LIMIT_EXCEEDED');
});

test.each(['unicorns', 'toString', undefined])('%p is no kind, and the known ones are named', (kind) => {
  const { error } = catalog({ kind });

  expect(error.code).toBe('LAGO_BAD_ITEM');
  expect(error.message).toContain(KINDS.join(', '));
});

test.each(KINDS)('%s is a search of a type that NetSuite has', (kind) => {
  const lists = new Lists([], []).install();
  catalog({ kind });

  const types = new Set(Object.values(stubOf('N/search').Type));
  expect(lists.searches.map(({ type }) => type).filter((type) => !types.has(type))).toEqual([]);
});
