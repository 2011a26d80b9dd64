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
    // word is asked for those fields that an account may lack. A native one may only be hidden on the form: it is
    // tried nevertheless.
    function fieldFor(fieldId, isOptional, fieldById) {
      const realId = fieldTypes.realName(fieldId);
      const isCustom = fieldTypes.isCustom(realId);
      if (!isCustom && !isOptional && fieldTypes.isOwn(realId)) return { realId, isThere: true, type: undefined };
      const field = fieldById(realId);
      const isMissing = !field && !isOptional && !fieldTypes.isPseudo(fieldId) && !SILENTLY_SKIPPED.has(fieldId);
      if (isMissing) warn('LAGO_FIELD_MISSING', fieldId);
      const isTried = isMissing && !isCustom;
      return { realId, isThere: Boolean(field) || isTried, isTried, type: field ? field.type : undefined };
    }

    function put({ isTried }, set) {
      try {
        set();
      } catch (thrown) {
        if (!isTried) throw thrown;
      }
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
      const known = ofBody[fieldId] || columnField(fieldId);
      if (!known.isThere) return;
      const value = fieldTypes.convert(known.realId, resolve(fieldId, raw), known.type);
      put(known, () => record.setValue({ fieldId: known.realId, value }));
    }

    function columns(values) {
      fieldTypes.inOrder(values).forEach((fieldId) => {
        errors.at({ field: fieldId }, () => column(fieldId, values[fieldId]));
      });
    }

    function lineColumn(sublistId, fieldId, raw) {
      const known = ofLines[fieldId] || lineField(sublistId, fieldId);
      if (!known.isThere) return;
      const value = fieldTypes.convert(known.realId, resolve(fieldId, raw), known.type);
      put(known, () => record.setCurrentSublistValue({ sublistId, fieldId: known.realId, value }));
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

  /** Those of the values that are known and that the record does not have yet. */
  function lacking(record, values) {
    const unlike = Object.keys(values).filter((fieldId) => (
      values[fieldId] && values[fieldId] !== String(record.getValue({ fieldId }))
    ));
    return Object.fromEntries(unlike.map((fieldId) => [fieldId, values[fieldId]]));
  }

  return { filler, lacking };
});
