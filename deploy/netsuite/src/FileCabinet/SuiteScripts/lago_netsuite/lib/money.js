/**
 * Amounts as whole numbers of a currency's smallest unit, which add up exactly.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([], () => {
  /** Smallest units of an amount; nothing is nothing. */
  function units(amount, decimals) {
    return Math.round(Number(amount || 0) * 10 ** decimals);
  }

  /** The number that a NetSuite field takes. */
  function amount(count, decimals) {
    return Number(text(count, decimals));
  }

  /** The amount as a decimal string of the contract. */
  function text(count, decimals) {
    return (count / 10 ** decimals).toFixed(decimals);
  }

  return { units, amount, text };
});
