/**
 * Voids: an invoice of ours is taken back once, by NetSuite's own void or by a credit memo that reverses it.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/config', 'N/record', 'N/transaction', './answers', './creation', './credits', './faults', './lookup', './money',
  './remedies', './reversal', './totals',
], (config, record, transaction, answers, creation, credits, faults, lookup, money, remedies, reversal, totals) => {
  // What keeps an invoice from being voided natively, but not from being reversed.
  const REVERSIBLE = new Set(['state', 'period_closed', 'permission', 'config']);
  const DONE = 'TRANS_ALREADY_VOIDED';

  function missing(item) {
    const text = `${item.external_id} is not in NetSuite yet.`;
    return faults.raise('LAGO_REFERENCE_NOT_FOUND', text, { field: 'external_id' });
  }

  function find(kind, item) {
    const found = lookup.byExternalId(kind.group, item.external_id);
    if (!found) throw missing(item);
    if (found.type !== kind.type) throw creation.otherType(item, found);
    return found;
  }

  function tell(status, kind, id, call, way, warnings) {
    const invoice = record.load({ type: kind.type, id });
    const decimals = call.decimals(invoice.getValue({ fieldId: 'currency' }));
    warnings.push(way);
    return answers.of(status, kind, invoice, totals.read(invoice, kind, decimals));
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
      if (REVERSIBLE.has(faults.describe(thrown).class)) return false;
      throw thrown;
    }
  }

  function paid(fact, decimals) {
    const total = fact.total.toFixed(decimals);
    const text = `Invoice ${fact.number} (${fact.id}) of ${total} is paid or credited in full.`;
    return faults.raise('LAGO_VOID_OF_PAID_INVOICE', `${text} Refund or unapply it in NetSuite.`);
  }

  // Decides by what NetSuite says now; answers the way that was taken as a warning.
  function take(item, id, call, warnings) {
    const fact = lookup.invoice(id);
    if (fact.isVoided) return { status: 'exists', way: { code: 'LAGO_VOIDED_NATIVELY' } };
    const decimals = call.decimals(fact.currency);
    const due = money.units(fact.remaining, decimals);
    const isApplied = due < money.units(fact.total, decimals);
    if (!isApplied && !voidsByJournal() && voidedNatively(id)) {
      return { status: 'voided', way: { code: 'LAGO_VOIDED_NATIVELY' } };
    }
    const notes = lookup.notesOn(item.lago_id);
    if (due === 0 && notes.length === 0) throw paid(fact, decimals);
    if (due === 0) return { status: 'voided', way: { code: 'LAGO_REVERSED_BY_NOTES' } };
    return reversal.write({ item, fact, due, hasNotes: notes.length > 0, decimals, call, warnings });
  }

  /** Takes an invoice back, whatever was done about it before. */
  function write(kind, item, call, warnings) {
    const { id } = find(kind, item);
    if (!call.isDryRun) credits.release(item, id);
    const before = reversal.find(item);
    if (before) return tell('exists', kind, id, call, reversal.way(before), warnings);
    if (call.isDryRun) return { status: 'voided', type: kind.type, internalId: id, externalId: item.external_id };
    const { status, way } = remedies.again(() => take(item, id, call, warnings));
    return tell(status, kind, id, call, way, warnings);
  }

  return { void: write };
});
