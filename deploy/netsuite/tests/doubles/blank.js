'use strict';

const { double } = require('./oracle');

/**
 * A record that was begun and not saved, as a form shows it: `body` and `lines` are fields by id, each
 * {mandatory, value, thrown}; `lines` null for a type without item lines. It has no save, so that nothing can save it.
 */
function blankRecord({ body, lines = null }) {
  function fieldOf(fields, fieldId) {
    const { mandatory = false, thrown } = fields[fieldId] || {};
    if (thrown) throw thrown;
    return fieldId in fields ? double('N/record/field', { id: fieldId, isMandatory: mandatory }) : null;
  }
  function valueOf(fields, fieldId) {
    const { value = '' } = fields[fieldId];
    return value;
  }
  const sublist = {
    selectNewLine: () => undefined,
    getSublistFields: () => Object.keys(lines),
    getCurrentSublistField: ({ fieldId }) => fieldOf(lines, fieldId),
    getCurrentSublistValue: ({ fieldId }) => valueOf(lines, fieldId),
  };
  return double('N/record/instance', {
    getFields: () => Object.keys(body),
    getField: ({ fieldId }) => fieldOf(body, fieldId),
    getValue: ({ fieldId }) => valueOf(body, fieldId),
    ...(lines ? sublist : {}),
  });
}

/** A subsidiary with the nexuses that it is registered in. */
function subsidiary(nexuses) {
  return double('N/record/instance', {
    // NetSuite answers -1 for a sublist that is not there.
    getLineCount: ({ sublistId }) => (nexuses && sublistId === 'taxregistration' ? nexuses.length : -1),
    getSublistValue: ({ line }) => nexuses[line],
  });
}

module.exports = { blankRecord, subsidiary };
