/**
 * The credit memo that reverses an invoice: all of it, less what Lago's notes on it credit, whichever comes first.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './apply_sublist', './create_or_find', './documents', './errors', './lookup', './money',
  './record_filler', './record_types', './retry_fixes', './reversal_amount', './taxes', './totals',
], (
  record, applySublist, createOrFind, documents, errors, lookup, money, recordFiller, recordTypes, retryFixes,
  reversalAmount, taxes, totals,
) => {
  const SUFFIX = '-void';
  // Until a note comes, such a memo reverses the prepaid line too.
  const PREPAID = ', prepaid in part';

  function keyOf(item) {
    return item.external_id + SUFFIX;
  }

  /** The reversing memo that was written before, or null; raises when its external id is another record's. */
  function find(item) {
    const externalId = keyOf(item);
    const found = lookup.byExternalId('transaction', externalId);
    if (found && found.type !== 'creditmemo') throw createOrFind.otherType({ external_id: externalId }, found);
    return found;
  }

  /** How the answer tells of it. */
  function way(memo) {
    return { code: 'LAGO_VOIDED_BY_MEMO', internalId: memo.id, message: `credit memo ${memo.id}` };
  }

  function columnsOf(item, fact, isPrepaid, given) {
    return Object.assign({
      trandate: item.record.columns.trandate,
      externalid: keyOf(item),
      custbody_lago_id: item.lago_id,
      custbody_lago_fingerprint: item.fingerprint,
      otherrefnum: fact.number,
      memo: `Void of invoice ${fact.number}${isPrepaid ? PREPAID : ''}`,
      autoapply: false,
    }, given);
  }

  function keepAll(memo, invoice, kind, decimals) {
    taxes.restore(memo, invoice);
    return totals.read(invoice, kind, decimals);
  }

  function build({ item, fact, left, notes, isPrepaid, decimals, call, warnings }, kind, given) {
    const invoice = record.load({ type: 'invoice', id: fact.id });
    const memo = record.transform({ fromType: 'invoice', fromId: fact.id, toType: 'creditmemo', isDynamic: true });
    memo.setValue({ fieldId: 'trandate', value: invoice.getValue({ fieldId: 'trandate' }) });
    const isNoted = reversalAmount.hasNoteOfVoid(notes);
    recordFiller.filler(memo, call.resolve, warnings).columns(columnsOf(item, fact, isPrepaid && !isNoted, given));
    const total = money.units(fact.total, decimals);
    const part = reversalAmount.worth(total, left, notes, decimals);
    const isPart = part < total || (isPrepaid && isNoted);
    const expected = isPart ? reversalAmount.shrink(memo, invoice, part, decimals) : keepAll(memo, invoice, kind, decimals);
    totals.checkUnsaved(memo, kind, expected, decimals, [{ lineItems: taxes.linesOf(memo) }]);
    applySublist.clear(memo);
    applySublist.settle(memo, fact.id, left, decimals, call);
    return { memo, expected };
  }

  // Whoever loses a race finds the winner's memo.
  function save(item, memo) {
    try {
      return { id: createOrFind.save(memo, item) };
    } catch (thrown) {
      const existing = errors.isDuplicate(thrown) ? find(item) : null;
      if (!existing) throw thrown;
      return { existing };
    }
  }

  /** Writes the memo: full, or for what is due; answers {status, way}. */
  function write(plan) {
    const { item, call, warnings } = plan;
    const kind = recordTypes.of('creditmemo');
    const { expected, saved } = retryFixes.around({ kind, item, call, warnings }, (given) => {
      const built = build(plan, kind, given);
      return { expected: built.expected, saved: save(item, built.memo) };
    }, {}, [retryFixes.newerRecord]);
    if (saved.existing) return { status: 'exists', way: way(saved.existing) };
    documents.proven(kind, item, saved.id, expected, call);
    return { status: 'voided', way: way(saved) };
  }

  // The memo that reversed an invoice, open for change; null when there is none.
  function load(kind, lagoId) {
    const isReversal = ({ externalId }) => String(externalId || '').endsWith(SUFFIX);
    const found = lookup.allByLagoId(kind, lagoId).find(isReversal);
    return found ? record.load({ type: kind.type, id: found.id, isDynamic: true }) : null;
  }

  function figuresOf(memo, invoiceId, decimals) {
    const line = applySublist.lineOf(memo, invoiceId);
    const [total, open] = ['total', 'unapplied'].map((fieldId) => money.units(memo.getValue({ fieldId }), decimals));
    return { total, used: total - open, settles: line < 0 ? 0 : applySublist.applied(memo, line, decimals) };
  }

  function replace(memo, invoice, part, settles, { kind, decimals, call }) {
    const text = String(memo.getValue({ fieldId: 'memo' }) || '');
    memo.setValue({ fieldId: 'memo', value: text.replace(PREPAID, '') });
    const expected = reversalAmount.shrink(memo, invoice, part, decimals);
    totals.checkUnsaved(memo, kind, expected, decimals, [{ lineItems: taxes.linesOf(memo) }]);
    // What is in the lines may have moved what is applied.
    if (settles > 0) applySublist.settle(memo, invoice.id, settles, decimals, call);
    memo.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  function lessenOnce(lagoId, call, warnings) {
    const kind = recordTypes.of('creditmemo');
    const memo = load(kind, lagoId);
    const notes = memo ? lookup.notesOn(lagoId) : [];
    const reversed = notes.length > 0 ? lookup.byLagoId(recordTypes.of('invoice'), lagoId) : null;
    if (!reversed) return;
    const invoice = record.load({ type: 'invoice', id: reversed.id });
    const decimals = call.decimals(memo.getValue({ fieldId: 'currency' }));
    const { total, used, settles } = figuresOf(memo, invoice.id, decimals);
    const wanted = reversalAmount.worth(money.units(invoice.getValue({ fieldId: 'total' }), decimals), settles, notes, decimals);
    const isPrepaid = String(memo.getValue({ fieldId: 'memo' }) || '').endsWith(PREPAID);
    const part = Math.max(wanted, used);
    if (part > wanted) {
      const amount = money.text(part - wanted, decimals);
      warnings.push({ code: 'LAGO_VOID_SPENT', amount, message: `credit memo ${memo.id} is applied elsewhere` });
    }
    if (part >= total && !(isPrepaid && reversalAmount.hasNoteOfVoid(notes))) return;
    replace(memo, invoice, part, settles, { kind, decimals, call });
  }

  /** Takes out of the memo that reversed an invoice what notes on the invoice credit meanwhile; may be repeated. */
  function lessen(lagoId, call, warnings) {
    retryFixes.again(() => lessenOnce(lagoId, call, warnings));
  }

  return { find, way, write, lessen };
});
