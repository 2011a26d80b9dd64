/**
 * Credit notes: memos that are written once; a memo that reversed their invoice before gives way to them.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./create_or_find', './documents', './errors', './reversing_memo'], (
  createOrFind, documents, errors, reversingMemo,
) => {
  // `invoice.voided` does not tell whether notes will follow, nor do they wait for it.
  function finish(told, item, call, warnings) {
    const lagoId = (item.record.columns || {}).custbody_lago_invoice_id;
    if (!lagoId) return told;
    try {
      reversingMemo.lessen(lagoId, (item.policy || {}).paid === 'unapply_and_void', call, warnings);
      return told;
    } catch (thrown) {
      const text = `${thrown.message} The credit memo stands: ${told.number} (${told.internalId}).`;
      throw Object.assign(errors.raise(thrown.name, text), { place: thrown.place, field: thrown.field });
    }
  }

  return { create_or_get: documents.writer(createOrFind.draft, finish) };
});
