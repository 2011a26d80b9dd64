/**
 * Credit notes: memos that are written once; a memo that reversed their invoice before gives way to them.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  './apply_sublist', './create_or_find', './documents', './errors', './lookup', './record_types', './reversing_memo',
], (
  applySublist, createOrFind, documents, errors, lookup, recordTypes, reversingMemo,
) => {
  // A credit that is spent later is mostly spent on invoices of the same receivables account as its own.
  function accountOf(item) {
    const { account, custbody_lago_invoice_id: lagoId } = item.record.columns || {};
    if (account || !lagoId || applySublist.linesOf(item).length > 0) return {};
    const invoice = lookup.byLagoId(recordTypes.of('invoice'), lagoId);
    const fact = invoice && lookup.invoice(invoice.id);
    return fact && fact.receivables ? { account: fact.receivables } : {};
  }

  function build(kind, item, call, warnings, given) {
    return createOrFind.draft(kind, item, call, warnings, Object.assign(accountOf(item), given));
  }

  // `invoice.voided` does not say whether notes will follow, nor do they wait for it.
  function finish(summary, item, call, warnings) {
    const lagoId = (item.record.columns || {}).custbody_lago_invoice_id;
    if (!lagoId) return summary;
    try {
      reversingMemo.reduceByNotes(lagoId, (item.policy || {}).paid === 'unapply_and_void', call, warnings);
      return summary;
    } catch (thrown) {
      const text = `${thrown.message} The credit memo stands: ${summary.number} (${summary.internalId}).`;
      throw Object.assign(errors.raise(thrown.name, text), { place: thrown.place, field: thrown.field });
    }
  }

  return { create_or_get: documents.writer(build, finish) };
});
