/**
 * The credit memo that reverses an invoice: all of it, less what Lago's notes on it credit, whichever comes first.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './apply_sublist', './create_or_find', './documents', './errors', './lookup', './money',
  './record_filler', './record_types', './retry_fixes', './reversal_amount', './reversal_marks', './taxes', './totals',
  './unapplied_payments',
], (
  record, applySublist, createOrFind, documents, errors, lookup, money, recordFiller, recordTypes, retryFixes,
  reversalAmount, reversalMarks, taxes, totals, unappliedPayments,
) => {
  const SUFFIX = '-void';

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

  /** The method of the void, as a warning of the answer. */
  function method(memo) {
    return { code: 'LAGO_VOIDED_BY_MEMO', internalId: memo.id, message: `credit memo ${memo.id}` };
  }

  function columnsOf(item, memo, fact, given) {
    return Object.assign({
      trandate: item.record.columns.trandate,
      externalid: keyOf(item),
      custbody_lago_id: item.lago_id,
      custbody_lago_fingerprint: item.fingerprint,
      otherrefnum: fact.number,
      memo,
      autoapply: false,
    }, given);
  }

  function keepAll(memo, invoice, kind, decimals) {
    taxes.restore(memo, invoice);
    return totals.read(invoice, kind, decimals);
  }

  function build({ item, fact, left, notes, marks, decimals, call, warnings }, kind, given) {
    const invoice = record.load({ type: 'invoice', id: fact.id });
    const memo = record.transform({ fromType: 'invoice', fromId: fact.id, toType: 'creditmemo', isDynamic: true });
    memo.setValue({ fieldId: 'trandate', value: invoice.getValue({ fieldId: 'trandate' }) });
    const hasNoteOfVoid = reversalAmount.hasNoteOfVoid(notes);
    const isPrepaid = marks.isPrepaid && !hasNoteOfVoid;
    const name = reversalMarks.text(fact.number, Object.assign({}, marks, { isPrepaid }), decimals);
    recordFiller.filler(memo, call.resolve, warnings).columns(columnsOf(item, name, fact, given));
    const total = money.units(fact.total, decimals);
    const part = reversalAmount.amountOf(total, marks.credits, left, notes, decimals);
    const isPart = part < total || (marks.isPrepaid && hasNoteOfVoid);
    const expected = isPart
      ? reversalAmount.shrink(memo, invoice, part, decimals, isPrepaid) : keepAll(memo, invoice, kind, decimals);
    totals.checkUnsaved(memo, kind, expected, decimals, [{ lineItems: taxes.linesOf(memo) }]);
    applySublist.clear(memo);
    if (left > 0) applySublist.settle(memo, fact.id, left, decimals, call);
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

  /**
   * Writes the memo: full, or for what is due; answers {status, method}. The plan's `marks` are what it remembers
   * (`reversal_marks`), `left` is what it settles of the invoice, in smallest units.
   */
  function write(plan) {
    const { item, call, warnings } = plan;
    const kind = recordTypes.of('creditmemo');
    const { expected, saved } = retryFixes.withFixes({ kind, item, call, warnings }, (given) => {
      const built = build(plan, kind, given);
      return { expected: built.expected, saved: save(item, built.memo) };
    }, {}, [retryFixes.newerRecord]);
    if (saved.existing) return { status: 'exists', method: method(saved.existing) };
    documents.verified(kind, item, saved.id, expected, call);
    return { status: 'voided', method: method(saved) };
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
    const settles = line < 0 ? 0 : applySublist.applied(memo, line, decimals);
    return { line, total, settles, appliedElsewhere: total - open - settles };
  }

  // A memo for nothing is none.
  function replace(memo, invoice, { part, settles, figures, isPrepaid, name }, { kind, decimals, call }) {
    if (part === 0) {
      record.delete({ type: kind.type, id: memo.id });
      return;
    }
    memo.setValue({ fieldId: 'memo', value: name });
    if (settles < figures.settles) applySublist.untick(memo, figures.line);
    const expected = reversalAmount.shrink(memo, invoice, part, decimals, isPrepaid);
    totals.checkUnsaved(memo, kind, expected, decimals, [{ lineItems: taxes.linesOf(memo) }]);
    // What is in the lines may have moved what is applied.
    if (settles > 0) applySublist.settle(memo, invoice.id, settles, decimals, call);
    memo.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  // What the memo may settle of its invoice. Payments that had come off it settle it again where notes credit them.
  function mostSettled(marks, total, notes, decimals) {
    if (marks.due === null) return total;
    const hasNoteOfVoid = reversalAmount.hasNoteOfVoid(notes);
    const rest = hasNoteOfVoid ? 0 : reversalAmount.lessNotes(total - marks.credits, notes, decimals);
    return Math.max(marks.due, rest);
  }

  // What the memo is to be now that these notes are there: its amount, what it settles and what it remembers.
  function plan(memo, invoice, notes, decimals) {
    const figures = figuresOf(memo, invoice.id, decimals);
    const marks = reversalMarks.read(memo, decimals);
    const hasNoteOfVoid = reversalAmount.hasNoteOfVoid(notes);
    const total = money.units(invoice.getValue({ fieldId: 'total' }), decimals);
    const settles = Math.min(figures.settles, mostSettled(marks, total, notes, decimals));
    const wanted = reversalAmount.amountOf(total, marks.credits, settles, notes, decimals);
    const part = Math.max(wanted, settles + figures.appliedElsewhere);
    const isPrepaid = marks.isPrepaid && !hasNoteOfVoid;
    const name = reversalMarks.text(marks.number, Object.assign({}, marks, { isPrepaid }), decimals);
    const isChanged = part < figures.total || isPrepaid !== marks.isPrepaid || settles < figures.settles;
    return { figures, settles, wanted, part, isPrepaid, name, isChanged };
  }

  function reduceOnce(lagoId, call, warnings) {
    const kind = recordTypes.of('creditmemo');
    const memo = load(kind, lagoId);
    const notes = memo ? lookup.notesOn(lagoId) : [];
    const reversed = notes.length > 0 ? lookup.byLagoId(recordTypes.of('invoice'), lagoId) : null;
    if (!reversed) return;
    const invoice = record.load({ type: 'invoice', id: reversed.id });
    const decimals = call.decimals(memo.getValue({ fieldId: 'currency' }));
    const planned = plan(memo, invoice, notes, decimals);
    if (planned.part > planned.wanted) {
      const amount = money.text(planned.part - planned.wanted, decimals);
      warnings.push({ code: 'LAGO_VOID_SPENT', amount, message: `credit memo ${memo.id} is applied elsewhere` });
    }
    if (planned.isChanged) replace(memo, invoice, planned, { kind, decimals, call });
  }

  // What notes give back of the payments settles the invoice after all.
  function reapplyPayments(lagoId, call) {
    if (lookup.notesOn(lagoId).length === 0) return;
    const found = lookup.byLagoId(recordTypes.of('invoice'), lagoId);
    if (found) unappliedPayments.restore(found.id, call.decimals(lookup.invoice(found.id).currency));
  }

  /**
   * Takes out of the memo that reversed an invoice what notes on the invoice credit meanwhile; with `isUnapplied` the
   * payments that had come off the invoice go back to it as far as it is due then. May be repeated.
   */
  function reduceByNotes(lagoId, isUnapplied, call, warnings) {
    retryFixes.retriedIfChanged(() => reduceOnce(lagoId, call, warnings));
    if (isUnapplied) reapplyPayments(lagoId, call);
  }

  /** Whether the memo that reversed an invoice leaves room on it for the credits that it had spent. */
  function keepsCredits(found) {
    return reversalMarks.keepsCredits(record.load({ type: 'creditmemo', id: found.id }));
  }

  return { find, method, write, reduceByNotes, keepsCredits };
});
