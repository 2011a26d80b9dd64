/**
 * How many decimals a currency has and what ISO calls it, asked for once a call.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record'], (record) => {
  const DEFAULT_DECIMALS = 2;
  const UNKNOWN = { decimals: null, symbol: null };

  function decimalsOf(text) {
    return (String(text).split('.')[1] || '').length;
  }

  function isFigure(value) {
    return value !== '' && value !== null && value !== undefined && !Number.isNaN(Number(value));
  }

  function decimalsOfAll(expected) {
    const figures = Object.keys(expected).filter((name) => isFigure(expected[name]));
    return figures.length === 0 ? DEFAULT_DECIMALS : Math.max(...figures.map((name) => decimalsOf(expected[name])));
  }

  function ask(currencyId) {
    if (!currencyId) return UNKNOWN;
    try {
      const currency = record.load({ type: 'currency', id: currencyId });
      const precision = String(currency.getValue({ fieldId: 'currencyprecision' }));
      const decimals = /^\d$/.test(precision) ? Number(precision) : null;
      return { decimals, symbol: currency.getValue({ fieldId: 'symbol' }) || null };
    } catch (thrown) {
      return UNKNOWN; // a role may be kept from seeing currencies
    }
  }

  /** What is known of currencies within one call; `expected` figures stand in for decimals that are not. */
  function knowledge() {
    const known = Object.create(null);
    function of(currencyId) {
      if (known[currencyId] === undefined) known[currencyId] = ask(currencyId);
      return known[currencyId];
    }
    return {
      decimals: (currencyId, expected) => {
        const { decimals } = of(currencyId);
        return decimals === null ? decimalsOfAll(expected || {}) : decimals;
      },
      symbol: (currencyId) => of(currencyId).symbol,
    };
  }

  return { knowledge, decimalsOf, isFigure };
});
