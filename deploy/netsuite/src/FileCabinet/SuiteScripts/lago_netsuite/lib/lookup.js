/**
 * Finding records by the keys that outlive a repeated request: external id first, Lago's id second.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/search'], (search) => {
  const UNKNOWN_FIELD = /^SSS_INVALID_SRCH_(FILTER|COL)/;

  function first(type, filters) {
    const found = search.create({ type, filters, columns: ['externalid'] }).run().getRange({ start: 0, end: 1 });
    if (found.length === 0) return null;
    const [row] = found;
    return { id: String(row.id), type: row.recordType, externalId: row.getValue({ name: 'externalid' }) };
  }

  function onMainLine(group, filter) {
    return group === 'transaction' ? [filter, 'and', ['mainline', 'is', 'T']] : [filter];
  }

  /** The record of a group that has the external id; its type may be another than the wanted one. */
  function byExternalId(group, externalId) {
    return first(group, onMainLine(group, ['externalid', 'anyof', externalId]));
  }

  /** The record of that type that carries Lago's id in its custom field; null also when there is no such field. */
  function byLagoId(kind, lagoId) {
    if (!lagoId) return null;
    try {
      return first(kind.type, onMainLine(kind.group, [kind.lagoId, 'is', lagoId]));
    } catch (thrown) {
      if (UNKNOWN_FIELD.test(thrown.name)) return null;
      throw thrown;
    }
  }

  /** The customer of that name. */
  function byEntityId(entityId) {
    return first('customer', [['entityid', 'is', entityId]]);
  }

  /** A row of a list, such as an item, by its external id. */
  function inList(type, externalId) {
    return first(type, [['externalid', 'anyof', externalId]]);
  }

  return { byExternalId, byLagoId, byEntityId, inList };
});
