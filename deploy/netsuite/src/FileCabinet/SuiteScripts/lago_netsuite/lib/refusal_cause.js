/**
 * What a refused save was about, where NetSuite's code does not tell: by the state of the record and its period.
 *
 * USER_ERROR is NetSuite's code for anything, and its text is in the language of the integration's user. So what
 * counts is which mandatory field is empty, and whether the date's period is closed; else a script or workflow of
 * the account has refused the record, and the text is its own.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './periods', './record_types'], (errors, periods, recordTypes) => {
  const SAYS_NOTHING = 'USER_ERROR';
  // Empty until the save: NetSuite numbers the record then.
  const NUMBERED_AT_SAVE = new Set(['tranid', 'entityid']);

  function orNull(work) {
    try {
      return work();
    } catch (thrown) {
      return null; // a field that the form does not show cannot be asked
    }
  }

  function isEmpty(value) {
    return value === null || value === undefined || value === '';
  }

  function isMissing(fieldId, fieldOf, valueOf) {
    if (NUMBERED_AT_SAVE.has(fieldId)) return false;
    const field = orNull(() => fieldOf(fieldId));
    return Boolean(field && field.isMandatory) && isEmpty(orNull(() => valueOf(fieldId)));
  }

  function missingOnBody(draft) {
    const fieldId = (orNull(() => draft.getFields()) || []).find((name) => isMissing(
      name, (id) => draft.getField({ fieldId: id }), (id) => draft.getValue({ fieldId: id }),
    ));
    return fieldId === undefined ? null : { field: fieldId };
  }

  function missingOnLine(draft, sublistId, line) {
    const field = (orNull(() => draft.getSublistFields({ sublistId })) || []).find((name) => isMissing(
      name,
      (fieldId) => draft.getSublistField({ sublistId, fieldId, line }),
      (fieldId) => draft.getSublistValue({ sublistId, fieldId, line }),
    ));
    return field === undefined ? null : { field, line };
  }

  function missingOnLines(draft, sublistId) {
    const count = orNull(() => draft.getLineCount({ sublistId })) || 0;
    for (let line = 0; line < count; line += 1) {
      const found = missingOnLine(draft, sublistId, line);
      if (found) return found;
    }
    return null;
  }

  // Which name a customer needs depends on what it is, so that neither field is always mandatory.
  function missingName(draft, item) {
    if (item.record.type !== 'customer') return null;
    const isPerson = [true, 'T'].includes(orNull(() => draft.getValue({ fieldId: 'isperson' })));
    const field = isPerson ? 'lastname' : 'companyname';
    return isEmpty(orNull(() => draft.getValue({ fieldId: field }))) ? { field } : null;
  }

  function missing(draft, item) {
    const groups = (item.record.lines || []).concat(item.record.taxdetails || []);
    const sublists = [...new Set(groups.map((group) => group.sublistId))];
    const onBody = missingOnBody(draft) || missingName(draft, item);
    return sublists.reduce((found, sublistId) => found || missingOnLines(draft, sublistId), onBody);
  }

  // The date's own period, closed; null also where a role may not see periods, or an account has none.
  function closedPeriod(draft, item) {
    const kind = recordTypes.of(item.record.type);
    const day = kind && kind.totals ? orNull(() => draft.getValue({ fieldId: 'trandate' })) : null;
    const period = day instanceof Date ? orNull(() => periods.at(day)) : null;
    return period && !period.isOpen ? { group: 'period_closed', period: period.name } : null;
  }

  function causeOf(thrown, draft, item) {
    if (errors.describe(thrown).class === 'period_closed') return closedPeriod(draft, item);
    if (thrown.name !== SAYS_NOTHING) return null;
    const empty = missing(draft, item);
    return empty ? Object.assign(empty, { group: 'missing_field' }) : closedPeriod(draft, item);
  }

  /** The error of a refused save, with the class, field and period that the record's state shows. */
  function explained(thrown, draft, item) {
    const cause = causeOf(thrown, draft, item);
    return cause ? errors.raise(thrown.name, thrown.message, cause) : thrown;
  }

  return { explained };
});
