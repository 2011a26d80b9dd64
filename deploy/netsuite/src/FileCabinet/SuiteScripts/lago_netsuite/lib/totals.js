/**
 * Money: what the account computes must be what Lago billed, to the last decimal.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./currencies', './errors'], (currencies, errors) => {
  const { decimalsOf, isFigure } = currencies;
  const MISMATCH = 'LAGO_TOTAL_MISMATCH';
  const COMPARED = ['subtotal', 'tax', 'total'];

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
    const names = isTaxPending(totals, expected, taxdetails) ? ['subtotal'] : COMPARED;
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
    return errors.raise(MISMATCH, message);
  }

  function needs(amount) {
    return decimalsOf(isFigure(amount) ? String(amount).replace(/(\.\d*?)0+$/, '$1') : '');
  }

  function sumsOf(kind, item) {
    return Object.values(expectedOf(kind, item));
  }

  function partsOf(item) {
    return (item.record.lines || []).concat(item.record.taxdetails || [])
      .reduce((rows, group) => rows.concat(group.lineItems || []), [])
      .reduce((all, row) => all.concat(row.amount, row.taxamount), []);
  }

  function tooFine(amount, decimals, symbol) {
    const text = `${amount} needs ${needs(amount)} decimals, and ${symbol || 'the currency'} has ${decimals} in NetSuite.`;
    return errors.raise('LAGO_CURRENCY_PRECISION', `${text} Nothing was saved.`);
  }

  /** Raises when a sum of the item needs more decimals than its currency has in NetSuite. */
  function checkPrecision(kind, item, decimals, symbol) {
    const amount = sumsOf(kind, item).find((each) => needs(each) > decimals);
    if (amount !== undefined) throw tooFine(amount, decimals, symbol);
  }

  /** A wrong total as what it is: parts that NetSuite had to round are why it does not come out. */
  function blamed(thrown, item, decimals, symbol) {
    const amount = partsOf(item).find((each) => needs(each) > decimals);
    return thrown.name === MISMATCH && amount !== undefined ? tooFine(amount, decimals, symbol) : thrown;
  }

  /** Raises when the account already shows that it would compute something else. */
  function checkUnsaved(document, kind, expected, decimals, taxdetails) {
    const totals = read(document, kind, decimals);
    const found = difference(totals, expected, comparable(totals, expected, taxdetails));
    if (found) throw mismatch(`${found} Nothing was saved.`);
  }

  return { read, difference, expectedOf, checkPrecision, blamed, checkUnsaved, mismatch };
});
