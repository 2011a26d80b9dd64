/**
 * Documents that another integration or a person wrote: marked as Lago's, so that none is written a second time.
 *
 * Only the marks are set: no amount, line or date changes, and the fingerprint stays empty, since the content is not
 * this script's.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './errors', './lookup', './record_summary', './record_types'], (
  record, errors, lookup, recordSummary, recordTypes,
) => {
  function foundAs(kind, item) {
    if (!item.internal_id) {
      throw errors.raise('LAGO_BAD_ITEM', 'The item has no internal_id.', { field: 'internal_id' });
    }
    const filters = [['internalid', 'anyof', item.internal_id], 'and', ['mainline', 'is', 'T']];
    const [row] = lookup.rows(kind.type, filters, ['externalid', kind.number, kind.lagoId]);
    if (row) return row;
    const text = `There is no ${kind.type} with the internal id ${item.internal_id}.`;
    throw errors.raise('LAGO_LINK_NOT_FOUND', text, { field: 'internal_id' });
  }

  function taken(kind, item, number, owner) {
    const text = `The ${kind.type} ${number} (${item.internal_id}) belongs to Lago's document ${owner}, not to ${item.lago_id}.`;
    return errors.raise('LAGO_LINK_TAKEN', text, { field: 'internal_id' });
  }

  function another(item, found) {
    const text = `Lago's document ${item.lago_id} stands already, as the ${found.type} ${found.id}.`;
    return errors.raise('LAGO_LINK_TAKEN', text, { field: 'externalid' });
  }

  // Two records of one document would both be paid.
  function demandFree(kind, item) {
    const others = [lookup.byExternalId(kind.group, item.external_id)].concat(lookup.allByLagoId(kind, item.lago_id));
    const other = others.find((one) => one && one.id !== String(item.internal_id));
    if (other) throw another(item, other);
  }

  function summaryOf(status, kind, item, row, externalId) {
    return {
      status,
      type: kind.type,
      internalId: String(row.id),
      externalId,
      number: row.getValue({ name: kind.number }) || null,
      url: recordSummary.link(kind.type, row.id),
    };
  }

  // NetSuite copies the field from an invoice to a payment that is made from it.
  function ownerOf(kind, row) {
    const owner = row.getValue({ name: kind.lagoId }) || '';
    const isCopied = owner && kind.type === 'customerpayment' && lookup.byLagoId(recordTypes.of('invoice'), owner);
    return isCopied ? '' : owner;
  }

  /** Sets Lago's id and our external id where each is empty; a foreign external id is not ours to take. */
  function adopt(kind, item, call) {
    const row = foundAs(kind, item);
    const [owner, externalId] = [ownerOf(kind, row), row.getValue({ name: 'externalid' }) || ''];
    if (owner && owner !== item.lago_id) throw taken(kind, item, row.getValue({ name: kind.number }), owner);
    demandFree(kind, item);
    const values = Object.assign(
      owner ? {} : { [kind.lagoId]: item.lago_id }, externalId ? {} : { externalid: item.external_id },
    );
    const isMarked = Object.keys(values).length === 0;
    if (!isMarked && !call.isDryRun) record.submitFields({ type: kind.type, id: item.internal_id, values });
    return summaryOf(isMarked ? 'exists' : 'adopted', kind, item, row, externalId || item.external_id);
  }

  return { adopt };
});
