/**
 * Taxes that are Lago's and never NetSuite's own: those of a memo that reverses an invoice are the invoice's, and a
 * document that is sent without tax stays so. SuiteTax computes at every save unless it is overridden (Oracle
 * chapter_N3191224).
 *
 * SuiteTax keeps them as lines that are joined to item lines by a reference; without it one amount overrides.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/runtime', './errors', './money'], (runtime, errors, money) => {
  const SUBLIST = 'taxdetails';
  const COPIED = ['taxdetailsreference', 'taxtype', 'taxcode', 'taxbasis', 'taxrate', 'taxamount'];
  const BOXES = ['taxregoverride', 'nexus', 'taxdetailsoverride'];

  function hasSuiteTax() {
    return runtime.isFeatureInEffect({ feature: 'TAX_OVERHAULING' });
  }

  /** Refuses tax details where no SuiteTax takes them: that is the connection's tax mode and no document's fault. */
  function demandSuiteTax(groups) {
    const isSent = (groups || []).some(({ lineItems }) => (lineItems || []).length > 0);
    if (!isSent || hasSuiteTax()) return;
    const text = 'The document has tax details, and this account has no SuiteTax to take them.';
    throw errors.raise('LAGO_SUITETAX_OFF', text, { field: SUBLIST });
  }

  /** Refuses one overriding amount of tax where SuiteTax ignores it: the connection's tax mode, too. */
  function refuseOverride(columns) {
    if (!Number(columns.taxamountoverride || 0) || !hasSuiteTax()) return;
    const text = 'The document has one amount of tax for all its lines, and this account has SuiteTax, which takes none.';
    throw errors.raise('LAGO_SUITETAX_ON', text, { field: 'taxamountoverride' });
  }

  function count(record) {
    return hasSuiteTax() ? record.getLineCount({ sublistId: SUBLIST }) : 0;
  }

  /**
   * The tax lines of a record, none without SuiteTax.
   *
   * @returns {Array<Record<string, any>>}
   */
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

  function isTrue(value) {
    return value === true || value === 'T';
  }

  function has(record, fieldId) {
    return Boolean(record.getField({ fieldId }));
  }

  /** Keeps NetSuite from computing a tax on a document. */
  function suppress(document) {
    const [fieldId, value] = hasSuiteTax() ? ['taxdetailsoverride', true] : ['istaxable', false];
    if (has(document, fieldId)) document.setValue({ fieldId, value });
  }

  /** The columns of an item line, without tax. */
  function untaxed(values) {
    return hasSuiteTax() ? values : Object.assign({ istaxable: false }, values);
  }

  // A memo whose invoice overrides its taxes would else be taxed when it is saved.
  function keepOverride(memo, invoice) {
    const [theirs, ours] = [invoice, memo].map((record) => isTrue(record.getValue({ fieldId: 'taxdetailsoverride' })));
    if (theirs && !ours) override(memo, invoice);
  }

  function same(left, right, fieldId) {
    return Number(left.getValue({ fieldId }) || 0) === Number(right.getValue({ fieldId }) || 0);
  }

  /** Gives a memo the taxes of its invoice where the transformation has not carried them over. */
  function restore(memo, invoice) {
    if (hasSuiteTax()) keepOverride(memo, invoice);
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

  function detailsOf(record, line) {
    const reference = referenceOf(record, line);
    return linesOf(record).filter((values) => values.taxdetailsreference === reference);
  }

  function taxOf(record, line) {
    return detailsOf(record, line).reduce((sum, { taxamount }) => sum + Number(taxamount), 0);
  }

  /** The item line that bears the most tax, all its taxes together; `otherwise` when none bears any. */
  function mostTaxed(invoice, otherwise) {
    const [top] = Array.from({ length: invoice.getLineCount({ sublistId: 'item' }) }, (_, line) => line)
      .map((line) => ({ line, tax: taxOf(invoice, line) }))
      .sort((left, right) => right.tax - left.tax);
    return top && top.tax > 0 ? top.line : otherwise;
  }

  // Shares in the proportion of the taxes. Rounding their running sum keeps the sum of the shares exact.
  function sharesOf(units, details, decimals) {
    const weights = details.map(({ taxamount }) => money.units(taxamount, decimals));
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    if (whole === 0) return weights.map((_, index) => (index === 0 ? units : 0));
    const upTo = (count) => Math.round(units * (weights.slice(0, count).reduce((sum, one) => sum + one, 0) / whole));
    return weights.map((_, index) => upTo(index + 1) - upTo(index));
  }

  /** Gives a memo of one line, made from that line of the invoice, so many smallest units of tax: all its taxes. */
  function putShare(memo, invoice, line, units, decimals) {
    if (!hasSuiteTax()) {
      if (Number(invoice.getValue({ fieldId: 'taxtotal' })) !== 0) {
        putAmount(memo, invoice, money.amount(units, decimals));
      }
      return;
    }
    const details = detailsOf(invoice, line);
    keepOverride(memo, invoice);
    if (details.length === 0 || units === 0) return;
    override(memo, invoice);
    const taxdetailsreference = referenceOf(memo, 0);
    put(memo, sharesOf(units, details, decimals).map((share, index) => (
      Object.assign({}, details[index], { taxdetailsreference, taxamount: money.amount(share, decimals) })
    )));
  }

  return { demandSuiteTax, refuseOverride, linesOf, clear, restore, mostTaxed, putShare, suppress, untaxed };
});
