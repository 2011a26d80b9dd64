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

  // The line of the invoice that is kept for the rest: the one with the most tax, else the largest.
  function keptOf(invoice) {
    const lines = Array.from({ length: invoice.getLineCount({ sublistId: ITEMS }) }, (_, line) => line);
    const largest = lines.reduce((best, line) => (
      lineValue(invoice, line, 'amount') > lineValue(invoice, best, 'amount') ? line : best
    ), 0);
    return taxes.mostTaxed(invoice, largest);
  }

  // A memo that was shrunk before has that line only.
  function keepOnly(memo, kept) {
    const count = memo.getLineCount({ sublistId: ITEMS });
    for (let line = count - 1; line >= 0; line -= 1) {
      if (count > 1 && line !== kept) memo.removeLine({ sublistId: ITEMS, line });
    }
  }

  function rewrite(memo, net, decimals) {
    const value = money.amount(net, decimals);
    memo.selectLine({ sublistId: ITEMS, line: 0 });
    [['quantity', 1], ['rate', value], ['amount', value]].forEach(([fieldId, each]) => {
      memo.setCurrentSublistValue({ sublistId: ITEMS, fieldId, value: each });
    });
    memo.commitLine({ sublistId: ITEMS });
  }

  /** Makes a memo one line for that part of its invoice, the tax in proportion; answers what it must compute. */
  function shrink(memo, invoice, part, decimals) {
    const [total, taxed] = ['total', 'taxtotal'].map((fieldId) => money.units(invoice.getValue({ fieldId }), decimals));
    const tax = Math.round(part * (taxed / total));
    const kept = keptOf(invoice);
    taxes.clear(memo);
    keepOnly(memo, kept);
    rewrite(memo, part - tax, decimals);
    taxes.putShare(memo, invoice, kept, tax, decimals);
    const [subtotal, ofTax, ofAll] = [part - tax, tax, part].map((count) => money.text(count, decimals));
    return { subtotal, tax: ofTax, total: ofAll };
  }

  /** Whether Lago issued one of the notes because the invoice was voided. */
  function hasNoteOfVoid(notes) {
    return notes.some(({ isOfVoid }) => isOfVoid);
  }

  /**
   * What a memo must come to that settles so much of an invoice, in smallest units. Notes take away from it what they
   * credit; one that Lago issued for the void itself speaks for all that had been paid, be it given back or forfeited.
   */
  function worth(total, settles, notes, decimals) {
    if (notes.length === 0) return total;
    if (hasNoteOfVoid(notes)) return settles;
    return Math.max(settles, notes.reduce((left, note) => left - money.units(note.total, decimals), total));
  }

  return { hasNoteOfVoid, worth, shrink };
});
