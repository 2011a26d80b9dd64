/**
 * The transactions that carry Lago's marks, a page at a time in the order of their ids: {types, ids, from, to,
 * changed_since, after, limit, details}. `changed_since` is a moment in UTC; NetSuite knows last changes to the minute.
 *
 * Pages continue by the last id and not by a number, so that records which come or go meanwhile hide no other.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/format', './amounts', './currencies', './errors', './ledger_customers', './ledger_details', './ledger_page',
  './lookup', './moments', './search_rows',
], (
  format, amounts, currencies, errors, ledgerCustomers, ledgerDetails, ledgerPage, lookup, moments, searchRows,
) => {
  const PAGE = { fewest: 1, most: 1000, usual: 500 };
  // Who has changed what is asked of single records.
  const MOST_IDS = 50;
  const CODES = { invoice: 'CustInvc', creditmemo: 'CustCred', customerpayment: 'CustPymt', customerrefund: 'CustRfnd' };
  // Where the account lacks a column each record is loaded for it, and a call has 5,000 units: the page ends early.
  const SPENDING = { units: 2000, ms: 20000 };
  const LAGO_ID = 'custbody_lago_id';
  const CREATED_FROM = 'createdfrom';
  const NAMES = ledgerPage.COLUMNS.concat(LAGO_ID, lookup.APPROVAL, ledgerPage.CHANGED, CREATED_FROM);
  const { plain } = ledgerPage;

  function day(text) {
    const [year, month, date] = String(text).split('-').map(Number);
    return format.format({ value: new Date(year, month - 1, date), type: format.Type.DATE });
  }

  /** NetSuite's codes of the types that are asked for. */
  function codesOf(request) {
    const types = Array.isArray(request.types) ? request.types : Object.keys(CODES);
    return types.map((type) => {
      if (Object.prototype.hasOwnProperty.call(CODES, type)) return CODES[type];
      throw errors.raise('LAGO_TYPE_NOT_SUPPORTED', `There is no ledger of ${type}; known: ${Object.keys(CODES).join(', ')}.`);
    });
  }

  function idsOf(request) {
    if (!Array.isArray(request.ids)) return null;
    if (request.ids.length <= MOST_IDS) return request.ids.map(String);
    throw errors.raise('LAGO_BAD_ITEM', `There are more than ${MOST_IDS} ids.`);
  }

  function filtersOf(request, marks, ids) {
    const wanted = [['mainline', 'is', 'T'], ['type', 'anyof'].concat(codesOf(request)), marks];
    if (ids) wanted.push([searchRows.ID, 'anyof'].concat(ids));
    if (request.from) wanted.push(['trandate', 'onorafter', day(request.from)]);
    if (request.to) wanted.push(['trandate', 'onorbefore', day(request.to)]);
    return ledgerPage.allOf(wanted.concat(ledgerPage.continuing(request)));
  }

  function rowOf(row, money, customerOf) {
    return Object.assign(ledgerPage.document(row, { lagoId: plain(row, LAGO_ID), money, customerOf }), {
      status: plain(row, lookup.STATUS) || null,
      approval: lookup.approvalOf(row),
      changedAt: moments.iso(plain(row, ledgerPage.CHANGED)),
      createdFrom: plain(row, CREATED_FROM) || null,
    });
  }

  // At least one row, so that every page leads on.
  function affordable(rows, call) {
    const unitsAtStart = call.unitsLeft();
    const [money, customerOf] = [currencies.reader(), ledgerCustomers.reader(rows.map((row) => plain(row, 'entity')))];
    const isSpent = () => unitsAtStart - call.unitsLeft() > SPENDING.units || call.elapsedMs() > SPENDING.ms;
    const done = [];
    rows.some((row) => done.push(rowOf(row, money, customerOf)) && isSpent());
    return done;
  }

  /** {rows, next, withheld}; `withheld` names what the role may not read. */
  function page(request, call) {
    const [limit, ids] = [ledgerPage.limitOf(request, PAGE), idsOf(request)];
    if (ids && ids.length === 0) return { rows: [], next: null };
    const all = ledgerPage.marked(LAGO_ID, (marks) => (
      ledgerPage.read('transaction', filtersOf(request, marks, ids), NAMES.concat(amounts.names()), limit)
    ));
    const rows = affordable(all, call);
    const isLast = all.length < limit && rows.length === all.length;
    const next = ledgerPage.next(rows.map(({ internalId }) => ({ id: internalId })), isLast);
    if (!request.details || !ids) return { rows, next };
    return Object.assign({ next }, ledgerDetails.added(rows));
  }

  return { CODES, page, codesOf };
});
