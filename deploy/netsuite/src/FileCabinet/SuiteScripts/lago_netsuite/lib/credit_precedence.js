/**
 * Two invoices that want the same credit: Lago lets a note be spent twice only when a void has given it back.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./apply_sublist', './errors', './lookup', './money'], (applySublist, errors, lookup, money) => {
  const SPENT = 'LAGO_CREDIT_SPENT';
  const GIVEN_BACK = 'LAGO_CREDIT_GIVEN_BACK';

  // What one memo settles of other invoices, {id, units}.
  function otherApplications(memo, invoiceId, decimals) {
    const lines = Array.from({ length: memo.getLineCount({ sublistId: applySublist.SUBLIST }) }, (_, line) => line);
    return lines.map((line) => ({
      id: String(memo.getSublistValue({ sublistId: applySublist.SUBLIST, fieldId: 'doc', line })),
      units: applySublist.applied(memo, line, decimals),
    })).filter(({ id, units }) => id !== String(invoiceId) && units > 0);
  }

  // Lago counts its invoices; numbers of another make say nothing.
  function isLater(number, than) {
    const [left, right] = [number, than].map((text) => String(text).split(/(\d+)/));
    const differs = left.findIndex((part, place) => part !== right[place]);
    const isAlike = left.length === right.length && left.every((part, place) => place % 2 || part === right[place]);
    return isAlike && differs >= 0 && Number(left[differs]) > Number(right[differs]);
  }

  function sum(shares) {
    return shares.reduce((total, { units }) => total + units, 0);
  }

  /**
   * Raises when a memo has less than `wanted` smallest units left for an invoice because others have them:
   * LAGO_CREDIT_GIVEN_BACK when these are later ones, for then the invoice's own void is on its way, else
   * LAGO_CREDIT_SPENT, for then one of theirs is.
   */
  function check(memo, invoiceId, wanted, decimals) {
    const missing = wanted - money.units(memo.getValue({ fieldId: 'unapplied' }), decimals);
    const all = missing > 0 ? otherApplications(memo, invoiceId, decimals) : [];
    if (missing <= 0 || sum(all) < missing) return;
    const facts = lookup.invoices(all.map(({ id }) => id).concat(String(invoiceId)));
    // What was paid back by a refund is nobody's any more.
    const shares = all.filter(({ id }) => facts[id]);
    if (sum(shares) < missing) return;
    const { number } = facts[invoiceId];
    const later = shares.filter(({ id }) => isLater(facts[id].number, number));
    const code = sum(later) < missing ? SPENT : GIVEN_BACK;
    const names = (code === SPENT ? shares : later).map(({ id }) => facts[id].number).join(', ');
    throw errors.raise(code, `Credit memo ${memo.getValue({ fieldId: 'tranid' })} is spent on ${names} already.`);
  }

  return { SPENT, GIVEN_BACK, check };
});
