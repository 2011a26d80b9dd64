/**
 * Finding records by the keys that outlive a repeated request: external id first, Lago's id second.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/search', './amounts', './customer_stages', './search_rows'], (
  search, amounts, customerStages, searchRows,
) => {
  const { rows } = searchRows;
  // The list of approval statuses is the same in every account; 2 is approved.
  const APPROVALS = { 1: 'pending', 3: 'rejected' };
  const APPROVAL = 'approvalstatus';
  const STATUS = 'statusref';
  const VOIDED = /(^|:)V$|^voided$/i;

  function keyed(row) {
    const type = customerStages.typeOf(row.recordType);
    return { id: String(row.id), type, externalId: row.getValue({ name: 'externalid' }) };
  }

  function all(type, filters) {
    return rows(type, filters, ['externalid']).map(keyed);
  }

  function first(type, filters) {
    const [found] = search.create({ type, filters, columns: ['externalid'] }).run().getRange({ start: 0, end: 1 });
    return found ? keyed(found) : null;
  }

  function onMainLine(group, filter) {
    return group === 'transaction' ? [filter, 'and', ['mainline', 'is', 'T']] : [filter];
  }

  /** The record of a group that has the external id; its type may be another than the wanted one. */
  function byExternalId(group, externalId) {
    return first(group, onMainLine(group, ['externalid', 'anyof', externalId]));
  }

  /** Those of a group that have one of the external ids. */
  function byExternalIds(group, externalIds) {
    return all(group, onMainLine(group, ['externalid', 'anyof'].concat(externalIds)));
  }

  /** What an unknown custom field finds: nothing. */
  function orNone(work) {
    try {
      return work();
    } catch (thrown) {
      if (searchRows.isUnknown(thrown)) return [];
      throw thrown;
    }
  }

  /** The records of that type that carry Lago's id in its custom field; none also when there is no such field. */
  function allByLagoId(kind, lagoId) {
    return lagoId ? orNone(() => all(kind.type, onMainLine(kind.group, [kind.lagoId, 'is', lagoId]))) : [];
  }

  /** The record of that type that carries Lago's id, or null. */
  function byLagoId(kind, lagoId) {
    return allByLagoId(kind, lagoId)[0] || null;
  }

  /** The customer of that name. */
  function byEntityId(entityId) {
    return first('customer', [['entityid', 'is', entityId]]);
  }

  /** A row of a list, such as an item, by its external id. */
  function inList(type, externalId) {
    return first(type, [['externalid', 'anyof', externalId]]);
  }

  // `voided` is a filter and no column, `status` likewise: its column is `statusref`.
  function isVoided(row) {
    return VOIDED.test(row.getValue({ name: STATUS }));
  }

  /** Whether an approver has yet to take a document, `pending`, or has refused it, `rejected`; null for neither. */
  function approvalOf(row) {
    return APPROVALS[row.getValue({ name: APPROVAL })] || null;
  }

  /** Whether a document of that type was voided. */
  function isVoidedDocument(type, id) {
    const filters = onMainLine('transaction', ['internalid', 'anyof', id]);
    return rows(type, filters, [STATUS]).some(isVoided);
  }

  function fact(row) {
    const { total, open } = amounts.of(row);
    return {
      id: String(row.id),
      number: row.getValue({ name: 'tranid' }),
      customer: String(row.getValue({ name: 'entity' })),
      currency: amounts.currencyOf(row),
      total,
      remaining: open,
      isVoided: isVoided(row),
      receivables: String(row.getValue({ name: 'account' }) || ''),
      subsidiary: String(row.getValue({ name: 'subsidiary' }) || ''),
      approval: approvalOf(row),
    };
  }

  // What is known of documents of one type, by internal id.
  function facts(type, ids) {
    const columns = ['tranid', 'entity', STATUS, 'account', 'subsidiary', APPROVAL].concat(amounts.names());
    const found = {};
    if (ids.length === 0) return found;
    const filters = onMainLine('transaction', ['internalid', 'anyof'].concat(ids));
    rows(type, filters, columns).forEach((row) => { found[String(row.id)] = fact(row); });
    return found;
  }

  /**
   * What is known of invoices, by internal id: whose, how much, how much still due, in their currency, on which
   * receivables account, and whether an approver has yet to take them.
   */
  function invoices(ids) {
    return facts('invoice', ids);
  }

  /** The same of one credit memo, where `remaining` is what of it is not used yet; null for what is none. */
  function creditMemo(id) {
    return facts('creditmemo', [String(id)])[String(id)] || null;
  }

  /** What is known of one invoice; null for what is none. */
  function invoice(id) {
    return invoices([String(id)])[String(id)] || null;
  }

  /** The customer payments whose text field contains a text; none also when there is no such field. */
  function paymentsWith(field, text) {
    const filters = onMainLine('transaction', [field, 'contains', text]);
    return orNone(() => all('customerpayment', filters));
  }

  /** The customer payments that are applied to an invoice. */
  function paymentsOn(id) {
    const found = all('customerpayment', [['appliedtotransaction', 'anyof', String(id)]]);
    return found.filter((one, place) => found.findIndex((other) => other.id === one.id) === place);
  }

  // Lago names the invoice where it issues a note because of a void (`Invoices::VoidService`).
  function note(row, lagoId) {
    const isOfVoid = String(row.getValue({ name: 'memo' }) || '').includes(lagoId);
    return { total: amounts.of(row).total, isOfVoid };
  }

  /**
   * The credit memos of Lago's notes on an invoice, without those that were voided: each with its total, and whether
   * Lago issued it because the invoice was voided.
   */
  function notesOn(lagoId) {
    const filters = onMainLine('transaction', ['custbody_lago_invoice_id', 'is', lagoId]);
    const found = orNone(() => rows('creditmemo', filters, ['externalid', 'memo', STATUS].concat(amounts.names())));
    return found.filter((row) => !isVoided(row)).map((row) => note(row, lagoId));
  }

  return {
    byExternalId, byExternalIds, byLagoId, allByLagoId, byEntityId, inList, invoice, invoices, creditMemo, notesOn,
    paymentsOn, paymentsWith, STATUS, APPROVAL, rows, isVoided, isVoidedDocument, approvalOf,
  };
});
