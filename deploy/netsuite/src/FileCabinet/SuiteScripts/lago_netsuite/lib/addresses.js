/**
 * The address book of a customer: one default for billing, one for shipping.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './field_types'], (errors, fieldTypes) => {
  const SUBLIST = 'addressbook';
  const FLAGS = ['defaultbilling', 'defaultshipping'];

  function flagsOf(record, line) {
    return FLAGS.filter((fieldId) => record.getSublistValue({ sublistId: SUBLIST, fieldId, line }) === true);
  }

  // The lines that an incoming address replaces: those that stand for nothing but what it stands for. A line that
  // is also the other default becomes the billing address; the shipping address then gets a line of its own.
  function replaced(record, wanted) {
    const lines = [];
    for (let line = 0; line < record.getLineCount({ sublistId: SUBLIST }); line += 1) {
      const held = flagsOf(record, line);
      const isFree = held.every((flag) => wanted.includes(flag)) || wanted.includes('defaultbilling');
      if (held.some((flag) => wanted.includes(flag)) && isFree) lines.push({ line, held });
    }
    return lines;
  }

  // A part that the account refuses is left out; without its country an address would be another one.
  function setAddress(address, fieldId, value, filler) {
    try {
      address.setValue({ fieldId, value });
      return true;
    } catch (thrown) {
      if (fieldId === 'state') {
        setState(address, value, filler);
        return true;
      }
      filler.warn('LAGO_FIELD_LEFT_OUT', fieldId, thrown.message);
      return fieldId !== 'country';
    }
  }

  // Some countries have a list of states; Lago's text may be a name of it, a code, or neither.
  function setState(address, value, filler) {
    try {
      address.setText({ fieldId: 'state', text: value });
    } catch (refused) {
      filler.warn('LAGO_STATE_NOT_ACCEPTED', 'state', refused.message);
    }
  }

  function write(record, incoming, flags, filler) {
    FLAGS.forEach((fieldId) => {
      record.setCurrentSublistValue({ sublistId: SUBLIST, fieldId, value: flags.includes(fieldId) });
    });
    const fieldId = incoming.subObjectId || 'addressbookaddress';
    const address = record.getCurrentSublistSubrecord({ sublistId: SUBLIST, fieldId });
    const values = incoming.subObject || {};
    const isComplete = fieldTypes.inOrder(values).every((name) => setAddress(address, name, values[name], filler));
    if (isComplete) record.commitLine({ sublistId: SUBLIST });
    else record.cancelLine({ sublistId: SUBLIST });
  }

  function put(record, incoming, filler) {
    const wanted = FLAGS.filter((flag) => incoming[flag] === true);
    const lines = replaced(record, wanted);
    lines.forEach(({ line, held }) => {
      record.selectLine({ sublistId: SUBLIST, line });
      write(record, incoming, held.filter((flag) => wanted.includes(flag)), filler);
    });
    const covered = lines.reduce((flags, { held }) => flags.concat(held), []);
    const rest = wanted.filter((flag) => !covered.includes(flag));
    if (lines.length > 0 && rest.length === 0) return;
    record.selectNewLine({ sublistId: SUBLIST });
    write(record, incoming, lines.length > 0 ? rest : wanted, filler);
  }

  /** Puts addresses on a customer, new or not, changing its default lines in place. */
  function fill(record, lineItems, filler) {
    (lineItems || []).forEach((incoming, line) => errors.at({ line }, () => put(record, incoming, filler)));
  }

  return { SUBLIST, fill };
});
