/**
 * Taxes of a memo that reverses an invoice: the invoice's own, never computed anew.
 *
 * SuiteTax keeps them as lines that are joined to item lines by a reference; without it one amount overrides.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/runtime'], (runtime) => {
  const SUBLIST = 'taxdetails';
  const COPIED = ['taxdetailsreference', 'taxtype', 'taxcode', 'taxbasis', 'taxrate', 'taxamount'];
  const BOXES = ['taxregoverride', 'nexus', 'taxdetailsoverride'];

  function hasSuiteTax() {
    return runtime.isFeatureInEffect({ feature: 'TAX_OVERHAULING' });
  }

  function count(record) {
    return hasSuiteTax() ? record.getLineCount({ sublistId: SUBLIST }) : 0;
  }

  /** The tax lines of a record, none without SuiteTax. */
  function linesOf(record) {
    return Array.from({ length: Math.max(count(record), 0) }, (_, line) => COPIED.reduce((values, fieldId) => (
      Object.assign(values, { [fieldId]: record.getSublistValue({ sublistId: SUBLIST, fieldId, line }) })
    ), {}));
  }

  /** Takes away every tax line. */
  function clear(memo) {
    for (let line = count(memo) - 1; line >= 0; line -= 1) memo.removeLine({ sublistId: SUBLIST, line });
  }

  function override(memo, invoice) {
    BOXES.forEach((fieldId) => {
      const value = invoice.getValue({ fieldId });
      if (value !== '' && value !== null && value !== undefined) memo.setValue({ fieldId, value });
    });
  }

  function put(memo, lines) {
    lines.forEach((values) => {
      memo.selectNewLine({ sublistId: SUBLIST });
      COPIED.filter((fieldId) => values[fieldId] !== '' && values[fieldId] !== null).forEach((fieldId) => {
        memo.setCurrentSublistValue({ sublistId: SUBLIST, fieldId, value: values[fieldId] });
      });
      memo.commitLine({ sublistId: SUBLIST });
    });
  }

  function same(left, right, fieldId) {
    return Number(left.getValue({ fieldId }) || 0) === Number(right.getValue({ fieldId }) || 0);
  }

  /** Gives a memo the taxes of its invoice where the transformation has not carried them over. */
  function restore(memo, invoice) {
    if (same(memo, invoice, 'taxtotal')) return;
    if (!hasSuiteTax()) {
      putAmount(memo, invoice, invoice.getValue({ fieldId: 'taxtotal' }));
      return;
    }
    clear(memo);
    override(memo, invoice);
    put(memo, linesOf(invoice));
  }

  function putAmount(memo, invoice, amount) {
    ['istaxable', 'taxitem'].forEach((fieldId) => memo.setValue({ fieldId, value: invoice.getValue({ fieldId }) }));
    memo.setValue({ fieldId: 'taxamountoverride', value: amount });
  }

  function referenceOf(record, line) {
    return record.getSublistValue({ sublistId: 'item', fieldId: 'taxdetailsreference', line });
  }

  /** The item line that bears the most tax; `otherwise` when none bears any. */
  function mostTaxed(invoice, otherwise) {
    const [top] = linesOf(invoice).sort((left, right) => Number(right.taxamount) - Number(left.taxamount));
    if (!top || Number(top.taxamount) <= 0) return otherwise;
    const lines = Array.from({ length: invoice.getLineCount({ sublistId: 'item' }) }, (_, line) => line);
    return lines.find((line) => referenceOf(invoice, line) === top.taxdetailsreference);
  }

  /** Gives a memo of one line, made from that line of the invoice, that amount of tax. */
  function putOne(memo, invoice, line, amount) {
    if (!hasSuiteTax()) {
      if (Number(invoice.getValue({ fieldId: 'taxtotal' })) !== 0) putAmount(memo, invoice, amount);
      return;
    }
    const reference = referenceOf(invoice, line);
    const found = linesOf(invoice).find((values) => values.taxdetailsreference === reference);
    if (!found || amount === 0) return;
    override(memo, invoice);
    put(memo, [Object.assign(found, { taxdetailsreference: referenceOf(memo, 0), taxamount: amount })]);
  }

  return { linesOf, clear, restore, mostTaxed, putOne };
});
