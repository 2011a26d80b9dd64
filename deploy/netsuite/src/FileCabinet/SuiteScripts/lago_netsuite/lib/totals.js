/**
 * Money: what the account computes must be what Lago billed, to the last decimal.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./currencies', './errors'], (currencies, errors) => {
  const { decimalsOf, isFigure } = currencies;
  const JUDGED = ['subtotal', 'tax', 'total'];

  /** The figures of a record as decimal strings, those of them that the account gives. */
  function read(document, kind, decimals) {
    const totals = {};
    Object.keys(kind.totals).forEach((name) => {
      const value = document.getValue({ fieldId: kind.totals[name] });
      if (isFigure(value)) totals[name] = Number(value).toFixed(decimals);
    });
    return totals;
  }

  function differs(given, expected) {
    const decimals = Math.max(decimalsOf(given), decimalsOf(expected));
    return Number(given).toFixed(decimals) !== Number(expected).toFixed(decimals);
  }

  function sentTax(taxdetails) {
    return (taxdetails || [])
      .reduce((lines, group) => lines.concat(group.lineItems || []), [])
      .reduce((sum, line) => sum + Number(line.taxamount || 0), 0);
  }

  // Where the account computes tax only when it saves, the tax total still stands at nothing although the tax lines
  // are there and right; then tax and total cannot be judged before the save.
  function isTaxPending(totals, expected, taxdetails) {
    const isNothingYet = totals.tax === undefined || Number(totals.tax) === 0;
    const isTaxed = Number(expected.tax || 0) !== 0;
    return isNothingYet && isTaxed && !differs(sentTax(taxdetails).toFixed(4), expected.tax);
  }

  function comparable(totals, expected, taxdetails) {
    const names = isTaxPending(totals, expected, taxdetails) ? ['subtotal'] : JUDGED;
    return names.filter((name) => isFigure(expected[name]) && totals[name] !== undefined);
  }

  /** The first difference in words, null when all is as expected. */
  function difference(totals, expected, names) {
    const wrong = (names || comparable(totals, expected)).find((name) => differs(totals[name], expected[name]));
    return wrong ? `NetSuite computes ${wrong} ${totals[wrong]}, Lago billed ${expected[wrong]}.` : null;
  }

  /** What Lago expects of an item's figures; a payment carries it in its columns. */
  function expectedOf(kind, item) {
    if (kind.type !== 'customerpayment') return item.expect || {};
    return Object.assign({ total: (item.record.columns || {}).payment }, item.expect);
  }

  function mismatch(message) {
    return errors.raise('LAGO_TOTAL_MISMATCH', message);
  }

  /** Raises when the account already shows that it would compute something else. */
  function checkUnsaved(document, kind, expected, decimals, taxdetails) {
    const totals = read(document, kind, decimals);
    const found = difference(totals, expected, comparable(totals, expected, taxdetails));
    if (found) throw mismatch(`${found} Nothing was saved.`);
  }

  return { read, difference, expectedOf, checkUnsaved, mismatch };
});
