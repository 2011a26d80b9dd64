/**
 * Setting what a request brings on a record in dynamic mode: columns, lines, tax details, addresses.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './field_types'], (errors, fieldTypes) => {
  // Set by Avalara's bundle only; nobody misses it where the bundle is not.
  const SILENTLY_SKIPPED = new Set(['custbody_ava_disable_tax_calculation']);
  // Standard invoices take the account from the item; not every account has a tax box on each line.
  const OPTIONAL_ON_LINES = new Set(['account', 'istaxable']);

  /** Sets columns and lines on `record`, collecting warnings about what the account does not have. */
  function filler(record, resolve, warnings) {
    const ofBody = Object.create(null);
    const ofLines = Object.create(null);

    function warn(code, field, message) {
      if (!warnings.some((warning) => warning.code === code && warning.field === field)) {
        warnings.push(Object.assign({ code, field }, message ? { message } : {}));
      }
    }

    // How a field is set: under which id, as what type; not at all where the account lacks it. The account's own
    // word is asked for those fields that an account may lack.
    function fieldFor(fieldId, isOptional, fieldById) {
      const realId = fieldTypes.realName(fieldId);
      if (!fieldTypes.isCustom(realId) && !isOptional) return { realId, isThere: true, type: undefined };
      const field = fieldById(realId);
      if (!field && !isOptional && !fieldTypes.isPseudo(fieldId) && !SILENTLY_SKIPPED.has(fieldId)) {
        warn('LAGO_FIELD_MISSING', fieldId);
      }
      return { realId, isThere: Boolean(field), type: field ? field.type : undefined };
    }

    function columnField(fieldId) {
      ofBody[fieldId] = fieldFor(fieldId, false, (realId) => record.getField({ fieldId: realId }));
      return ofBody[fieldId];
    }

    function lineField(sublistId, fieldId) {
      const fieldById = (realId) => record.getCurrentSublistField({ sublistId, fieldId: realId });
      ofLines[fieldId] = fieldFor(fieldId, OPTIONAL_ON_LINES.has(fieldId), fieldById);
      return ofLines[fieldId];
    }

    function column(fieldId, raw) {
      const { realId, isThere, type } = ofBody[fieldId] || columnField(fieldId);
      if (isThere) record.setValue({ fieldId: realId, value: fieldTypes.convert(realId, resolve(fieldId, raw), type) });
    }

    function columns(values) {
      fieldTypes.inOrder(values).forEach((fieldId) => {
        errors.at({ field: fieldId }, () => column(fieldId, values[fieldId]));
      });
    }

    function lineColumn(sublistId, fieldId, raw) {
      const { realId, isThere, type } = ofLines[fieldId] || lineField(sublistId, fieldId);
      if (!isThere) return;
      const value = fieldTypes.convert(realId, resolve(fieldId, raw), type);
      record.setCurrentSublistValue({ sublistId, fieldId: realId, value });
    }

    function line(sublistId, values, index) {
      let field; // the one being set, as an error tells it
      try {
        record.selectNewLine({ sublistId });
        fieldTypes.lineInOrder(values).forEach((fieldId) => {
          field = fieldId;
          lineColumn(sublistId, fieldId, values[fieldId]);
        });
        field = undefined;
        record.commitLine({ sublistId });
      } catch (thrown) {
        throw errors.placed(thrown, field === undefined ? { line: index } : { field, line: index });
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
