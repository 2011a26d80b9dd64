/**
 * Credit notes: memos that are written once; a memo that reversed their invoice before gives way to them.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./create_or_find', './documents', './errors', './reversing_memo'], (
  createOrFind, documents, errors, reversingMemo,
) => {
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

  return { create_or_get: documents.writer(createOrFind.draft, finish) };
});
