'use strict';

const format = require('N/format');
const search = require('N/search');

const { double, on } = require('./oracle');

const HELD = {
  anyof: (value, wanted) => wanted.flat().map(String).includes(value),
  contains: (value, [wanted]) => value.toLowerCase().includes(String(wanted).toLowerCase()),
};

function held(row, [name, operator, ...wanted]) {
  return HELD[operator](String(row[name]), wanted);
}

function holds(row, expression) {
  if (expression.length === 0) return true;
  const terms = Array.isArray(expression[0]) ? expression.filter(Array.isArray) : [expression];
  return terms.every((term) => held(row, term));
}

/** The lists of an account behind searches: one list, its columns and rows; a column it does not have is an error. */
class Lists {
  constructor(columns, rows) {
    this.columns = new Set([...columns, 'internalid', 'isinactive']);
    this.rows = rows;
    this.texts = {};
    this.searches = []; // the options of each search, in their order
    this.pageSizes = [];
    this.refusal = null;
  }

  asked({ filters = [], columns }) {
    if (this.refusal) throw this.refusal;
    const unknown = columns.map((column) => column.name || column).find((name) => !this.columns.has(name));
    if (unknown) throw Object.assign(new Error(unknown), { name: 'SSS_INVALID_SRCH_COL' });
    return this.rows.filter((row) => holds(row, filters)).map((row) => this.result(row));
  }

  result(row) {
    const valueOf = (name) => (row[name] === undefined ? '' : row[name]);
    return double('N/search/result', {
      id: row.internalid,
      getValue: ({ name }) => valueOf(name),
      getText: ({ name }) => (this.texts[name] || {})[row[name]] || null,
    });
  }

  paged(options, pageSize) {
    const results = this.asked(options);
    this.pageSizes.push(pageSize);
    const count = Math.ceil(results.length / pageSize);
    return double('N/search/pagedData', {
      count: results.length,
      pageRanges: Array.from({ length: count }, (_, index) => ({ index })),
      fetch: ({ index }) => ({ data: results.slice(index * pageSize, (index + 1) * pageSize) }),
    });
  }

  /** Puts the list behind Oracle's stubs; `restoreMocks` takes it away after each test. */
  install() {
    on('N/search', search, 'createColumn', (options) => options);
    on('N/search', search, 'create', (options) => {
      this.searches.push(options);
      return double('N/search/instance', {
        run: () => double('N/search/resultSet', { getRange: ({ start, end }) => this.asked(options).slice(start, end) }),
        runPaged: ({ pageSize }) => this.paged(options, pageSize),
      });
    });
    on('N/format', format, 'parse', ({ value }) => {
      const [month, day, year] = value.split('/').map(Number);
      return new Date(year, month - 1, day);
    });
    return this;
  }
}

module.exports = { Lists };
