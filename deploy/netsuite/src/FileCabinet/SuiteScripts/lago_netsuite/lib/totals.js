/**
 * Money: what the account computes must be what Lago billed, to the last decimal.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './faults'], (record, faults) => {
  const FIELDS = { subtotal: 'subtotal', tax: 'taxtotal', total: 'total' };
  const DEFAULT_DECIMALS = 2;

  function decimalsOf(text) {
    return (String(text).split('.')[1] || '').length;
  }

  /** Decimals by currency id, asked for once a call; those of `expected` when the role may not see currencies. */
  function currencies() {
    const known = {};
    return (currencyId, expected) => {
      if (known[currencyId] === undefined) known[currencyId] = ask(currencyId);
      return known[currencyId] === null ? decimalsOfAll(expected || {}) : known[currencyId];
    };
  }

  function ask(currencyId) {
    if (!currencyId) return null;
    try {
      const found = record.load({ type: 'currency', id: currencyId }).getValue({ fieldId: 'currencyprecision' });
      return /^\d$/.test(String(found)) ? Number(found) : null;
    } catch (thrown) {
      return null;
    }
  }

  function decimalsOfAll(expected) {
    const figures = Object.keys(FIELDS).filter((name) => isFigure(expected[name]));
    return figures.length === 0 ? DEFAULT_DECIMALS : Math.max(...figures.map((name) => decimalsOf(expected[name])));
  }

  function isFigure(value) {
    return value !== '' && value !== null && value !== undefined && !Number.isNaN(Number(value));
  }

  /** Subtotal, tax and total of a record as decimal strings, those of them that the account gives. */
  function read(document, decimals) {
    const totals = {};
    Object.keys(FIELDS).forEach((name) => {
      const value = document.getValue({ fieldId: FIELDS[name] });
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
    const names = isTaxPending(totals, expected, taxdetails) ? ['subtotal'] : Object.keys(FIELDS);
    return names.filter((name) => isFigure(expected[name]) && totals[name] !== undefined);
  }

  /** The first difference in words, null when all is as expected. */
  function difference(totals, expected, names) {
    const wrong = (names || comparable(totals, expected)).find((name) => differs(totals[name], expected[name]));
    return wrong ? `NetSuite computes ${wrong} ${totals[wrong]}, Lago billed ${expected[wrong]}.` : null;
  }

  function mismatch(message) {
    return faults.raise('LAGO_TOTAL_MISMATCH', message);
  }

  /** Raises when the account already shows that it would compute something else. */
  function checkUnsaved(document, expected, decimals, taxdetails) {
    const totals = read(document, decimals);
    const found = difference(totals, expected, comparable(totals, expected, taxdetails));
    if (found) throw mismatch(`${found} Nothing was saved.`);
  }

  return { currencies, read, difference, checkUnsaved, mismatch };
});
