/**
 * How many decimals a currency has and what ISO calls it, asked for once a call.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './amounts', './errors'], (record, amounts, errors) => {
  const DEFAULT_DECIMALS = 2;
  // NetSuite's currencies have 0 or 2 decimals and no others (Oracle's help, section_N1397831).
  const MOST_DECIMALS = 2;
  const UNKNOWN = { decimals: null, symbol: null, isBase: null };
  // What the base currency is called in every account, as far as it is known; the record itself has the last word.
  const BASE_ID = '1';

  function decimalsOf(text) {
    return (String(text).split('.')[1] || '').length;
  }

  function isFigure(value) {
    return value !== '' && value !== null && value !== undefined && !Number.isNaN(Number(value));
  }

  function decimalsOfAll(expected) {
    const figures = Object.keys(expected).filter((name) => isFigure(expected[name]));
    if (figures.length === 0) return DEFAULT_DECIMALS;
    return Math.min(MOST_DECIMALS, Math.max(...figures.map((name) => decimalsOf(expected[name]))));
  }

  function yesOrNo(value) {
    if (value === true || value === 'T') return true;
    return value === false || value === 'F' ? false : null;
  }

  function load(currencyId) {
    try {
      const currency = record.load({ type: 'currency', id: currencyId });
      const precision = String(currency.getValue({ fieldId: 'currencyprecision' }));
      const decimals = /^\d$/.test(precision) ? Number(precision) : null;
      const isBase = yesOrNo(currency.getValue({ fieldId: 'isbasecurrency' }));
      return { decimals, symbol: currency.getValue({ fieldId: 'symbol' }) || null, isBase };
    } catch (thrown) {
      // A role may be kept from seeing currencies.
      return Object.assign({}, UNKNOWN, { isMissing: thrown.name === 'RCRD_DSNT_EXIST' });
    }
  }

  /** What is known of currencies within one call; `expected` figures stand in for decimals that are not. */
  function reader() {
    const known = Object.create(null);
    // Records have no currency where there is only one.
    function only() {
      const base = amounts.hasCurrencies() ? UNKNOWN : load(BASE_ID);
      return base.isBase === false ? UNKNOWN : base;
    }
    function of(currencyId) {
      const id = currencyId || '';
      if (known[id] === undefined) known[id] = id === '' ? only() : load(id);
      return known[id];
    }
    return {
      decimals: (currencyId, expected) => {
        const { decimals } = of(currencyId);
        return decimals === null ? decimalsOfAll(expected || {}) : decimals;
      },
      symbol: (currencyId) => of(currencyId).symbol,
    };
  }

  /** Whether there is a currency, as far as the role may see. */
  function isThere(currencyId) {
    return load(currencyId).isMissing !== true;
  }

  /** Whether the one currency of an account without Multiple Currencies may be this one. */
  function isKept(currencyId) {
    const { isBase, isMissing } = load(currencyId);
    return isBase !== false && isMissing !== true;
  }

  /**
   * The item for this account: without a currency where records have none. Raises for another currency than the
   * account's, whose amounts would be booked as that.
   */
  function settled(item) {
    const { columns } = item.record;
    if (!columns || amounts.hasCurrencies()) return item;
    if (columns.currency && typeof columns.currency !== 'object' && !isKept(String(columns.currency))) {
      const text = `This account keeps one currency, and ${columns.currency} is another.`;
      throw errors.raise('LAGO_CURRENCY_NOT_ON_CUSTOMER', text, { field: 'currency' });
    }
    const kept = Object.assign({}, columns);
    delete kept.currency;
    delete kept.exchangerate;
    return Object.assign({}, item, { record: Object.assign({}, item.record, { columns: kept }) });
  }

  return { BASE_ID, reader, isThere, isKept, settled, decimalsOf, isFigure };
});
