/**
 * The credit memo that reverses an invoice: for all of it, or for what is still due when Lago's notes credit the rest.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './applying', './creation', './documents', './faults', './filling', './kinds', './lookup', './money',
  './remedies', './taxes', './totals',
], (
  record, applying, creation, documents, faults, filling, kinds, lookup, money, remedies, taxes, totals,
) => {
  const ITEMS = 'item';

  function keyOf(item) {
    return `${item.external_id}-void`;
  }

  /** The reversing memo that was written before, or null; raises when its external id is another record's. */
  function find(item) {
    const externalId = keyOf(item);
    const found = lookup.byExternalId('transaction', externalId);
    if (found && found.type !== 'creditmemo') throw creation.otherType({ external_id: externalId }, found);
    return found;
  }

  /** How the answer tells of it. */
  function way(memo) {
    return { code: 'LAGO_VOIDED_BY_MEMO', internalId: memo.id, message: `credit memo ${memo.id}` };
  }

  function columnsOf(item, fact, given) {
    return Object.assign({
      trandate: item.record.columns.trandate,
      externalid: keyOf(item),
      custbody_lago_id: item.lago_id,
      custbody_lago_fingerprint: item.fingerprint,
      otherrefnum: fact.number,
      memo: `Void of invoice ${fact.number}`,
      autoapply: false,
    }, given);
  }

  function lineValue(memo, line, fieldId) {
    return Number(memo.getSublistValue({ sublistId: ITEMS, fieldId, line }) || 0);
  }

  // The line that is kept for the rest: the largest.
  function largest(memo) {
    const lines = Array.from({ length: memo.getLineCount({ sublistId: ITEMS }) }, (_, line) => line);
    return lines.reduce((best, line) => (
      lineValue(memo, line, 'amount') > lineValue(memo, best, 'amount') ? line : best
    ), 0);
  }

  function keepOnly(memo, kept) {
    for (let line = memo.getLineCount({ sublistId: ITEMS }) - 1; line >= 0; line -= 1) {
      if (line !== kept) memo.removeLine({ sublistId: ITEMS, line });
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

  // One line for what is due, its tax in proportion.
  function shrink(memo, invoice, due, decimals) {
    const [total, taxed] = ['total', 'taxtotal'].map((fieldId) => money.units(invoice.getValue({ fieldId }), decimals));
    const tax = Math.round(due * (taxed / total));
    const kept = taxes.mostTaxed(invoice, largest(memo));
    taxes.clear(memo);
    keepOnly(memo, kept);
    rewrite(memo, due - tax, decimals);
    taxes.putOne(memo, invoice, kept, money.amount(tax, decimals));
    const [subtotal, ofTax, ofAll] = [due - tax, tax, due].map((count) => money.text(count, decimals));
    return { subtotal, tax: ofTax, total: ofAll };
  }

  function keepAll(memo, invoice, kind, decimals) {
    taxes.restore(memo, invoice);
    return totals.read(invoice, kind, decimals);
  }

  function build({ item, fact, due, hasNotes, decimals, call, warnings }, kind, given) {
    const invoice = record.load({ type: 'invoice', id: fact.id });
    const memo = record.transform({ fromType: 'invoice', fromId: fact.id, toType: 'creditmemo', isDynamic: true });
    memo.setValue({ fieldId: 'trandate', value: invoice.getValue({ fieldId: 'trandate' }) });
    filling.filler(memo, call.resolve, warnings).columns(columnsOf(item, fact, given));
    const isPart = hasNotes && due < money.units(fact.total, decimals);
    const expected = isPart ? shrink(memo, invoice, due, decimals) : keepAll(memo, invoice, kind, decimals);
    totals.checkUnsaved(memo, kind, expected, decimals, [{ lineItems: taxes.linesOf(memo) }]);
    applying.clear(memo);
    applying.settle(memo, fact.id, due, decimals, call);
    return { memo, expected };
  }

  // Whoever loses a race finds the winner's memo.
  function save(item, memo) {
    try {
      return { id: creation.save(memo, item) };
    } catch (thrown) {
      const existing = faults.isDuplicate(thrown) ? find(item) : null;
      if (!existing) throw thrown;
      return { existing };
    }
  }

  /** Writes the memo: full, or for what is due; answers {status, way}. */
  function write(plan) {
    const { item, call, warnings } = plan;
    const kind = kinds.of('creditmemo');
    const { expected, saved } = remedies.around({ kind, item, call, warnings }, (given) => {
      const built = build(plan, kind, given);
      return { expected: built.expected, saved: save(item, built.memo) };
    }, {}, [remedies.newerRecord]);
    if (saved.existing) return { status: 'exists', way: way(saved.existing) };
    documents.proven(kind, item, saved.id, expected, call);
    return { status: 'voided', way: way(saved) };
  }

  return { find, way, write };
});
