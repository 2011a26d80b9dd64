/**
 * Voids: an invoice of ours is taken back once, by NetSuite's own void or by a credit memo that reverses it.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/config', 'N/record', 'N/transaction', './applied_credits', './create_or_find', './credit_lines', './errors',
  './lookup', './money', './record_summary', './retry_fixes', './reversal_amount', './reversing_memo', './totals',
  './unapplied_payments',
], (
  config, record, transaction, appliedCredits, createOrFind, creditLines, errors, lookup, money, recordSummary, retryFixes,
  reversalAmount, reversingMemo, totals, unappliedPayments,
) => {
  // What keeps an invoice from being voided natively, but not from being reversed.
  const REVERSIBLE = new Set(['state', 'period_closed', 'permission', 'config']);
  const DONE = 'TRANS_ALREADY_VOIDED';
  // The policy for payments of such an invoice; by default a person decides about them.
  const UNAPPLY = 'unapply_and_void';

  function missing(item) {
    const text = `${item.external_id} is not in NetSuite yet.`;
    return errors.raise('LAGO_REFERENCE_NOT_FOUND', text, { field: 'external_id' });
  }

  function find(kind, item) {
    const found = lookup.byExternalId(kind.group, item.external_id);
    if (!found) throw missing(item);
    if (found.type !== kind.type) throw createOrFind.otherType(item, found);
    return found;
  }

  function summaryOf(status, kind, id, call, method, warnings) {
    const invoice = record.load({ type: kind.type, id });
    const decimals = call.decimals(invoice.getValue({ fieldId: 'currency' }));
    warnings.push(method);
    return recordSummary.of(status, kind, invoice, totals.read(invoice, kind, decimals));
  }

  /** Whether the account voids by journals, which it cannot do to invoices; a role may be kept from knowing. */
  function voidsByJournal() {
    try {
      const preferences = config.load({ type: config.Type.ACCOUNTING_PREFERENCES });
      const value = preferences.getValue({ fieldId: 'REVERSALVOIDING' });
      return value === true || value === 'T';
    } catch (thrown) {
      return false;
    }
  }

  function voidedNatively(id) {
    try {
      transaction.void({ type: transaction.Type.INVOICE, id });
      return true;
    } catch (thrown) {
      if (thrown.name === DONE) return true;
      if (REVERSIBLE.has(errors.describe(thrown).class)) return false;
      throw thrown;
    }
  }

  function paid(fact, decimals) {
    const total = fact.total.toFixed(decimals);
    const text = `Invoice ${fact.number} (${fact.id}) of ${total} is paid or credited in full.`;
    return errors.raise('LAGO_VOID_OF_PAID_INVOICE', `${text} Refund or unapply it in NetSuite.`);
  }

  function isUnapplied(item) {
    return (item.policy || {}).paid === UNAPPLY;
  }

  // What Lago has had for the invoice, in smallest units; some of it may still be on its way to NetSuite.
  function settledOf(item, invoiceId, decimals) {
    const [payments, notes, prepaid, spent] = ['payments', 'notes', 'prepaid', 'credits']
      .map((name) => money.units((item.settled || {})[name], decimals));
    // What is a line of the invoice has lessened its total already.
    const credits = spent > 0 ? Math.max(spent - creditLines.amountOn(invoiceId, decimals), 0) : 0;
    return { payments, notes, prepaid, credits, isAny: payments + notes + prepaid + credits > 0 };
  }

  // What stands in NetSuite, what Lago says, and what is left to reverse when all of that has arrived.
  function survey(item, fact, notes, call) {
    const decimals = call.decimals(fact.currency);
    const [due, total] = [fact.remaining, fact.total].map((amount) => money.units(amount, decimals));
    const settled = settledOf(item, fact.id, decimals);
    const hasNoteOfVoid = reversalAmount.hasNoteOfVoid(notes);
    // What was paid may come back as a note, for which a native void leaves no room.
    const isHeld = settled.isAny && (total > 0 || notes.length > 0);
    const unpaid = Math.max(total - settled.notes - settled.credits, 0);
    const wasDue = Math.max(unpaid - settled.payments, 0);
    const rest = reversalAmount.lessNotes(total - settled.credits, notes, decimals);
    return {
      decimals,
      settled,
      left: Math.min(due, isUnapplied(item) && !hasNoteOfVoid ? unpaid : wasDue),
      paidRest: hasNoteOfVoid ? 0 : Math.min(rest, unpaid),
      // What payments may come off, so that no more is reversed than notes have left.
      releasable: hasNoteOfVoid ? 0 : rest - due,
      isFree: due === total && !isHeld,
      isWorthNothing: total === 0 && notes.length === 0,
      marks: {
        credits: settled.credits,
        due: isUnapplied(item) && !hasNoteOfVoid ? wasDue : null,
        isPrepaid: settled.prepaid > 0,
      },
    };
  }

  function nothingLeft(settled, notes) {
    const hasNoteOfVoid = notes.length > 0 || settled.notes > 0;
    return { status: 'voided', method: { code: hasNoteOfVoid ? 'LAGO_REVERSED_BY_NOTES' : 'LAGO_CREDITS_STAY_SPENT' } };
  }

  // Payments come off the invoice before it is decided on.
  function prepare(item, id, notes, call, warnings) {
    const fact = lookup.invoice(id);
    if (!isUnapplied(item) || fact.isVoided) return fact;
    const { releasable, decimals } = survey(item, fact, notes, call);
    unappliedPayments.release(id, releasable, decimals, warnings);
    return lookup.invoice(id);
  }

  // Decides by what NetSuite and Lago say now; answers the method that was taken as a warning.
  function take(item, id, call, warnings) {
    const notes = lookup.notesOn(item.lago_id);
    const fact = prepare(item, id, notes, call, warnings);
    if (fact.isVoided) return { status: 'exists', method: { code: 'LAGO_VOIDED_NATIVELY' } };
    const { decimals, settled, left, paidRest, isFree, isWorthNothing, marks } = survey(item, fact, notes, call);
    if (isFree && !voidsByJournal() && voidedNatively(id)) {
      return { status: 'voided', method: { code: 'LAGO_VOIDED_NATIVELY' } };
    }
    if (left === 0 && paidRest === 0 && !isWorthNothing) return nothingLeft(settled, notes);
    if (left === 0 && paidRest > 0 && !isUnapplied(item)) throw paid(fact, decimals);
    return reversingMemo.write({ item, fact, left, notes, marks, decimals, call, warnings });
  }

  /** Takes an invoice back, whatever was done about it before. */
  function write(kind, item, call, warnings) {
    const { id } = find(kind, item);
    if (!call.isDryRun) appliedCredits.release(item, id);
    const before = reversingMemo.find(item);
    if (call.isDryRun && !before) {
      return { status: 'voided', type: kind.type, internalId: id, externalId: item.external_id };
    }
    const { status, method } = before
      ? { status: 'exists', method: reversingMemo.method(before) }
      : retryFixes.retriedIfChanged(() => take(item, id, call, warnings));
    // A note may have come while the memo was on its way: whoever of the two is later sees the other.
    if (!call.isDryRun) reversingMemo.reduceByNotes(item.lago_id, isUnapplied(item), call, warnings);
    return summaryOf(status, kind, id, call, method, warnings);
  }

  return { void: write };
});
