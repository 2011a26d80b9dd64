/**
 * The part of an invoice that a reversing memo is for where Lago's notes credit the rest: how much, and in one line.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./money', './taxes'], (money, taxes) => {
  const ITEMS = 'item';

  function lineValue(memo, line, fieldId) {
    return Number(memo.getSublistValue({ sublistId: ITEMS, fieldId, line }) || 0);
  }

  // The words of Lago's prepaid lines: where they are joined to their tax, and what they are described as.
  const PREPAID = {
    taxdetailsreference: ['credit_item', 'credit_item_granted'],
    description: ['Prepaid credits', 'Granted prepaid credits'],
  };

  function isPrepaid(memo, line) {
    return lineValue(memo, line, 'amount') < 0 && Object.keys(PREPAID).some((fieldId) => (
      PREPAID[fieldId].includes(memo.getSublistValue({ sublistId: ITEMS, fieldId, line }))
    ));
  }

  function linesOf(memo) {
    return Array.from({ length: memo.getLineCount({ sublistId: ITEMS }) }, (_, line) => line);
  }

  // What of an invoice was paid in advance, in smallest units.
  function prepaidOf(invoice, decimals) {
    return linesOf(invoice).filter((line) => isPrepaid(invoice, line))
      .reduce((sum, line) => sum - money.units(lineValue(invoice, line, 'amount'), decimals), 0);
  }

  // The line of the invoice that is kept for the rest: the one with the most tax, else the largest.
  function keptOf(invoice) {
    const largest = linesOf(invoice).reduce((best, line) => (
      lineValue(invoice, line, 'amount') > lineValue(invoice, best, 'amount') ? line : best
    ), 0);
    return taxes.mostTaxed(invoice, largest);
  }

  // A memo that was shrunk before has that line first, and besides it those of prepaid credits only.
  function keepOnly(memo, invoice, kept, isPrepaidKept) {
    const lines = linesOf(memo);
    const own = lines.length === invoice.getLineCount({ sublistId: ITEMS }) ? kept : 0;
    lines.reverse().filter((line) => line !== own && !(isPrepaidKept && isPrepaid(memo, line)))
      .forEach((line) => memo.removeLine({ sublistId: ITEMS, line }));
  }

  function rewrite(memo, net, decimals) {
    const value = money.amount(net, decimals);
    memo.selectLine({ sublistId: ITEMS, line: 0 });
    [['quantity', 1], ['rate', value], ['amount', value]].forEach(([fieldId, each]) => {
      memo.setCurrentSublistValue({ sublistId: ITEMS, fieldId, value: each });
    });
    memo.commitLine({ sublistId: ITEMS });
  }

  /**
   * Makes a memo one line for that part of its invoice, the tax in proportion; with `isPrepaidKept` prepaid credits are
   * given back by lines of their own, and the one is for that much more. Answers what the memo must compute.
   */
  function shrink(memo, invoice, part, decimals, isPrepaidKept) {
    const [total, taxed] = ['total', 'taxtotal'].map((fieldId) => money.units(invoice.getValue({ fieldId }), decimals));
    const prepaid = isPrepaidKept ? prepaidOf(invoice, decimals) : 0;
    const whole = total + prepaid;
    const tax = whole > 0 ? Math.round((part + prepaid) * (taxed / whole)) : 0;
    const kept = keptOf(invoice);
    taxes.clear(memo);
    keepOnly(memo, invoice, kept, isPrepaidKept);
    rewrite(memo, part + prepaid - tax, decimals);
    taxes.putShare(memo, invoice, kept, tax, decimals);
    const [subtotal, ofTax, ofAll] = [part - tax, tax, part].map((count) => money.text(count, decimals));
    return { subtotal, tax: ofTax, total: ofAll };
  }

  /** Whether Lago issued one of the notes because the invoice was voided. */
  function hasNoteOfVoid(notes) {
    return notes.some(({ isOfVoid }) => isOfVoid);
  }

  /** What is left of an amount when notes have taken what they credit, in smallest units; never less than nothing. */
  function lessNotes(amount, notes, decimals) {
    return Math.max(0, notes.reduce((left, note) => left - money.units(note.total, decimals), amount));
  }

  /**
   * What a memo must come to that settles so much of an invoice, in smallest units. Notes take away from it what they
   * credit, credits that stay spent what they settle; a note that Lago issued for the void itself speaks for all that
   * had been paid, be it given back or forfeited.
   */
  function amountOf(total, credits, settles, notes, decimals) {
    if (hasNoteOfVoid(notes)) return settles;
    return Math.max(settles, lessNotes(total - credits, notes, decimals));
  }

  return { hasNoteOfVoid, lessNotes, amountOf, shrink };
});
