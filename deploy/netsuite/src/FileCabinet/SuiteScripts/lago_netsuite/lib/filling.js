/**
 * Setting what a request brings on a record in dynamic mode: columns, lines, tax details, addresses.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./fields', './faults'], (fields, faults) => {
  // Set by Avalara's bundle only; nobody misses it where the bundle is not.
  const SILENTLY_SKIPPED = new Set(['custbody_ava_disable_tax_calculation']);
  const OPTIONAL_ON_LINES = new Set(['account']); // standard invoices take the account from the item

  /** Sets columns and lines on `record`, collecting warnings about what the account does not have. */
  function filler(record, resolve, warnings) {
    const known = {};

    function warn(code, field, message) {
      if (!warnings.some((warning) => warning.code === code && warning.field === field)) {
        warnings.push(Object.assign({ code, field }, message ? { message } : {}));
      }
    }

    function look(key, ask) {
      if (known[key] === undefined) known[key] = ask() || null;
      return known[key];
    }

    // The account's own word on a field, for those that an account may lack; undefined means "take it as there".
    function inquire(fieldId, realId, ask, isOptional) {
      if (!fields.isCustom(realId) && !isOptional) return undefined;
      const field = look(realId, ask);
      if (!field && !isOptional && !fields.isPseudo(fieldId) && !SILENTLY_SKIPPED.has(fieldId)) {
        warn('LAGO_FIELD_MISSING', fieldId);
      }
      return field;
    }

    function valueOf(fieldId, raw, realId, field) {
      return fields.convert(realId, resolve(fieldId, raw), field ? field.type : undefined);
    }

    function column(fieldId, raw) {
      const realId = fields.realName(fieldId);
      const field = inquire(fieldId, realId, () => record.getField({ fieldId: realId }), false);
      if (field !== null) record.setValue({ fieldId: realId, value: valueOf(fieldId, raw, realId, field) });
    }

    function columns(values) {
      fields.inOrder(values).forEach((fieldId) => {
        faults.at({ field: fieldId }, () => column(fieldId, values[fieldId]));
      });
    }

    function lineColumn(sublistId, fieldId, raw) {
      const realId = fields.realName(fieldId);
      const ask = () => record.getCurrentSublistField({ sublistId, fieldId: realId });
      const field = inquire(fieldId, realId, ask, OPTIONAL_ON_LINES.has(fieldId));
      if (field === null) return;
      record.setCurrentSublistValue({ sublistId, fieldId: realId, value: valueOf(fieldId, raw, realId, field) });
    }

    function line(sublistId, values, index) {
      let field; // the one being set, as an error tells it
      try {
        record.selectNewLine({ sublistId });
        fields.lineInOrder(values).forEach((fieldId) => {
          field = fieldId;
          lineColumn(sublistId, fieldId, values[fieldId]);
        });
        field = undefined;
        record.commitLine({ sublistId });
      } catch (thrown) {
        throw faults.placed(thrown, field === undefined ? { line: index } : { field, line: index });
      }
    }

    function sublists(groups) {
      (groups || []).forEach(({ sublistId, lineItems }) => {
        (lineItems || []).forEach((values, index) => line(sublistId, values, index));
      });
    }

    return { columns, sublists, warn };
  }

  return { filler };
});
