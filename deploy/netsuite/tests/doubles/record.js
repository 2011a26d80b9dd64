'use strict';

const { Books } = require('./books');
const { double } = require('./oracle');

const FIGURES = { subtotal: 'subtotal', taxtotal: 'tax', total: 'total' };

function field(account, fieldId) {
  if (account.missingFields.has(fieldId)) return null;
  const type = account.types[fieldId] || (/date|period_/.test(fieldId) ? 'date' : 'text');
  const isMandatory = account.mandatory.has(fieldId);
  return double('N/record/field', { id: fieldId, label: account.labels[fieldId] || fieldId, type, isMandatory });
}

function addressOf(account, line) {
  line.address = line.address || {};
  return double('N/record/instance', {
    setValue: ({ fieldId, value }) => {
      account.refuseWhenAsked(`address ${fieldId}`);
      line.address[fieldId] = value;
    },
    setText: ({ fieldId, text }) => {
      account.refuseWhenAsked(`address text ${fieldId}`);
      line.address[fieldId] = text;
    },
  });
}

/** The members of a record for its lines, in dynamic mode. */
function lineMembers(account, state) {
  const linesOf = (sublistId) => (state.sublists[sublistId] = state.sublists[sublistId] || []);
  let current = null;
  return {
    getLineCount: ({ sublistId }) => linesOf(sublistId).length,
    getSublistValue: ({ sublistId, fieldId, line }) => {
      const value = linesOf(sublistId)[line][fieldId];
      return value === undefined ? '' : value;
    },
    findSublistLineWithValue: ({ sublistId, fieldId, value }) => (
      linesOf(sublistId).findIndex((line) => String(line[fieldId]) === String(value))
    ),
    getSublistFields: () => Object.keys(account.lineLabels),
    getSublistField: ({ fieldId }) => field(account, fieldId),
    selectNewLine: ({ sublistId }) => { current = { sublistId, line: linesOf(sublistId).length, values: {} }; },
    selectLine: ({ sublistId, line }) => { current = { sublistId, line, values: { ...linesOf(sublistId)[line] } }; },
    setCurrentSublistValue: ({ fieldId, value }) => {
      account.set.push(`${current.sublistId}.${fieldId}`);
      current.values[fieldId] = value;
    },
    getCurrentSublistValue: ({ fieldId }) => current.values[fieldId],
    getCurrentSublistField: ({ fieldId }) => field(account, fieldId),
    getCurrentSublistSubrecord: () => addressOf(account, current.values),
    commitLine: ({ sublistId }) => { linesOf(sublistId)[current.line] = current.values; },
    cancelLine: () => { current = null; },
    removeLine: ({ sublistId, line }) => { linesOf(sublistId).splice(line, 1); },
  };
}

/** A record in dynamic mode with the members that Oracle's N/record/instance has, on the books of `account`. */
function openRecord(account, opened) {
  const state = { ...opened, fields: { ...opened.fields }, sublists: structuredClone(opened.sublists || {}) };
  const computed = {
    applied: () => Books.applied(state),
    unapplied: () => Books.totals(state).total - Books.applied(state),
  };
  function valueOf(fieldId) {
    if (computed[fieldId]) return computed[fieldId]();
    const figure = account.figures(state)[FIGURES[fieldId]];
    if (figure !== undefined) return figure;
    return state.fields[fieldId] === undefined ? '' : state.fields[fieldId];
  }
  return double('N/record/instance', {
    id: state.id === undefined ? null : state.id,
    type: state.type,
    isDynamic: true,
    getValue: ({ fieldId }) => valueOf(fieldId),
    setValue: ({ fieldId, value }) => {
      account.refuseWhenAsked(`setValue ${fieldId}`);
      account.set.push(fieldId);
      state.fields[fieldId] = value;
    },
    getField: ({ fieldId }) => field(account, fieldId),
    getFields: () => Object.keys(account.labels),
    ...lineMembers(account, state),
    save: () => {
      account.refuseWhenAsked(`save ${state.type}`);
      account.saved.push(state.type);
      return Number(account.books.keep(state));
    },
  });
}

module.exports = { openRecord };
