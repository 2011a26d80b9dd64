/**
 * Contact fields of a customer: what the account refuses of them is left out with a warning, for no phone number may
 * keep an invoice out of the books. Names, amounts, accounts, taxes and dates are never left out.
 *
 * NetSuite does not say in every language which field it means, so one field after the other is tried without.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./addresses', './errors'], (addresses, errors) => {
  const LEFT_OUT = 'LAGO_FIELD_LEFT_OUT';
  const IN_COLUMNS = ['phone', 'altphone', 'fax', 'email', 'url'];
  const IN_ADDRESS = ['zip', 'state', 'addrphone', 'city'];
  const CLASSES = ['validation', 'unknown'];

  function isGiven(value) {
    return value !== undefined && value !== null && value !== '';
  }

  function isAddressBook({ sublistId }) {
    return sublistId === addresses.SUBLIST;
  }

  function withRecord(item, changes) {
    return Object.assign({}, item, { record: Object.assign({}, item.record, changes) });
  }

  function withoutColumn(item, fieldId) {
    return withRecord(item, { columns: Object.assign({}, item.record.columns, { [fieldId]: null }) });
  }

  function withoutPart(line, fieldId) {
    return Object.assign({}, line, { subObject: Object.assign({}, line.subObject, { [fieldId]: null }) });
  }

  function withoutInAddresses(item, fieldId) {
    const strip = (group) => Object.assign({}, group, {
      lineItems: (group.lineItems || []).map((line) => withoutPart(line, fieldId)),
    });
    return withRecord(item, { lines: item.record.lines.map((group) => (isAddressBook(group) ? strip(group) : group)) });
  }

  function withoutAddresses(item) {
    return withRecord(item, { lines: item.record.lines.filter((group) => !isAddressBook(group)) });
  }

  // What may be left out of an item, each {field, without}.
  function candidatesIn(item) {
    const columns = item.record.columns || {};
    const lines = (item.record.lines || []).filter(isAddressBook).reduce((all, group) => all.concat(group.lineItems || []), []);
    const inColumns = IN_COLUMNS.filter((fieldId) => isGiven(columns[fieldId]))
      .map((field) => ({ field, without: (given) => withoutColumn(given, field) }));
    const inAddress = IN_ADDRESS.filter((fieldId) => lines.some((line) => isGiven((line.subObject || {})[fieldId])))
      .map((field) => ({ field, without: (given) => withoutInAddresses(given, field) }));
    const whole = lines.length > 0 ? [{ field: addresses.SUBLIST, without: withoutAddresses }] : [];
    return inColumns.concat(inAddress, whole);
  }

  // A field that the message names is tried first; that it names none proves nothing.
  function inOrder(candidates, thrown) {
    const { field, message } = errors.describe(thrown);
    const isNamed = (candidate) => field === candidate.field || new RegExp(`\\b${candidate.field}\\b`, 'i').test(message);
    return candidates.filter(isNamed).concat(candidates.filter((candidate) => !isNamed(candidate)));
  }

  function mayMeanContact(thrown, candidates) {
    const { class: group, field } = errors.describe(thrown);
    const isAboutAnother = field !== null && !candidates.some((candidate) => candidate.field === field);
    return CLASSES.includes(group) && !isAboutAnother;
  }

  // Answers {result} when the work succeeds, null when the refusal may still be about a contact field.
  function tried(work, item, candidates) {
    try {
      return { result: work(item) };
    } catch (thrown) {
      if (!mayMeanContact(thrown, candidates)) throw thrown;
      return null;
    }
  }

  function warn(warnings, left, thrown) {
    left.forEach(({ field }) => warnings.push({ code: LEFT_OUT, field, message: String(thrown.message) }));
  }

  function leave(item, candidates, work, warnings, thrown) {
    const each = candidates.map((candidate) => [candidate]);
    const before = warnings.length;
    for (const group of candidates.length > 1 ? each.concat([candidates]) : each) {
      warnings.length = before; // what a failed try warned of did not come to be
      const outcome = tried(work, group.reduce((given, { without }) => without(given), item), candidates);
      if (outcome) {
        warn(warnings, group, thrown);
        return outcome.result;
      }
    }
    throw thrown;
  }

  /** Does `work` with the item, and without one or all of its contact fields where the account refuses it with them. */
  function withoutRefused(item, warnings, work) {
    const candidates = candidatesIn(item);
    try {
      return work(item);
    } catch (thrown) {
      if (candidates.length === 0 || !mayMeanContact(thrown, candidates)) throw thrown;
      return leave(item, inOrder(candidates, thrown), work, warnings, thrown);
    }
  }

  return { withoutRefused };
});
