'use strict';

/** What Oracle lists as search filters and columns, by record type; what a script names beyond it is an error. */

const { records } = require('../../../../consumer/sandbox/netsuite/oracle_records.json');

const OF_TRANSACTIONS = new Set(['invoice', 'creditmemo', 'customerpayment', 'customerrefund', 'salesorder']);

// Each with its source.
const BEYOND = {
  transaction: { columns: ['fxamountremaining'] }, // Oracle's Electronic Bank Payments
};
const JOINED = { systemNotes: ['date', 'name', 'type', 'field'] }; // public scripts

function listsOf(type) {
  const name = OF_TRANSACTIONS.has(type) ? 'transaction' : { entity: 'customer' }[type] || type;
  const own = records[name] || {};
  // Oracle's lists of accounts are one off, and periods have none but their fields.
  const filters = { account: own.columns, accountingperiod: own.fields }[name] || own.filters || {};
  const columns = { accountingperiod: own.fields }[name] || own.columns || {};
  const more = (BEYOND[name] || {}).columns || [];
  return { filters: new Set(Object.keys(filters)), columns: new Set([...Object.keys(columns), ...more]) };
}

function termsOf(expression) {
  if (!Array.isArray(expression) || expression.length === 0) return [];
  if (typeof expression[0] === 'string' && typeof expression[1] === 'string') return [expression];
  return expression.flatMap(termsOf);
}

function refuse(code, name) {
  throw Object.assign(new Error(name), { name: code });
}

/** Throws, as NetSuite does, for a filter or column that Oracle does not list for the type; custom fields pass. */
function checkSearch({ type, filters = [], columns = [] }) {
  const lists = listsOf(type);
  const isKnown = (known, name) => name.startsWith('cust') || name === 'internalid' || known.has(name);
  columns.filter(({ join, name }) => join && !(JOINED[join] || []).includes(name))
    .forEach(({ join }) => refuse('SSS_INVALID_SRCH_COLUMN_JOIN', join));
  const names = columns.filter(({ join }) => !join).map((column) => column.name || column);
  names.filter((name) => !isKnown(lists.columns, name)).forEach((name) => refuse('SSS_INVALID_SRCH_COL', name));
  termsOf(filters).map(([name]) => name).filter((name) => !isKnown(lists.filters, name))
    .forEach((name) => refuse('SSS_INVALID_SRCH_FILTER', name));
}

module.exports = { checkSearch };
