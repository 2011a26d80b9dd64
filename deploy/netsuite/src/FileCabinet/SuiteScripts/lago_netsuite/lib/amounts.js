/**
 * What a document is for and how much of it is open, in its own currency.
 *
 * Searches have that in columns of their own where Multiple Currencies is on, else in the plain ones (Oracle's scripts
 * switch by the feature). Oracle lists `fxamountremaining` nowhere and uses it: without it the record itself says.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', 'N/runtime'], (record, runtime) => {
  const FEATURE = 'MULTICURRENCY';
  const FOREIGN = { currency: 'currency', total: 'fxamount', open: 'fxamountremaining' };
  const PLAIN = { total: 'amount', open: 'amountremaining' };
  // The fields of records; a sales order has nothing open.
  const OPEN_FIELDS = {
    invoice: 'amountremaining', creditmemo: 'unapplied', customerpayment: 'unapplied', customerrefund: 'unapplied',
  };
  const TOTAL_FIELDS = { customerpayment: 'payment' };

  /** Whether the account keeps several currencies; without them no record has a currency field. */
  function hasCurrencies() {
    return runtime.isFeatureInEffect({ feature: FEATURE });
  }

  /** The search columns by what they hold: {currency, total, open}; no currency where there is only one. */
  function columns() {
    return hasCurrencies() ? FOREIGN : PLAIN;
  }

  /** The names of these columns. */
  function names() {
    return Object.values(columns());
  }

  function isThere(value) {
    return value !== '' && value !== null && value !== undefined;
  }

  /** The id of the currency of a row; empty where the account has only one. */
  function currencyOf(row) {
    const { currency } = columns();
    return currency === undefined ? '' : String(row.getValue({ name: currency }));
  }

  /** {total, open} of a found document, without signs. */
  function of(row) {
    const { total, open } = columns();
    const fields = { total: TOTAL_FIELDS[row.recordType] || 'total', open: OPEN_FIELDS[row.recordType] };
    let loaded = null;
    function figure(name, fieldId) {
      const shown = row.getValue({ name });
      if (isThere(shown) || fieldId === undefined) return Math.abs(Number(shown || 0));
      loaded = loaded || record.load({ type: row.recordType, id: row.id });
      return Math.abs(Number(loaded.getValue({ fieldId }) || 0));
    }
    return { total: figure(total, fields.total), open: figure(open, fields.open) };
  }

  return { hasCurrencies, columns, names, currencyOf, of };
});
