/**
 * op=ledger: the transactions that carry Lago's marks, a page at a time in the order of their ids: {types, from, to,
 * changed_since, after, limit}. `changed_since` is a moment in UTC; NetSuite knows last changes to the minute.
 *
 * Pages continue by the last id and not by a number, so that records which come or go meanwhile hide no other.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/format', 'N/search', './amounts', './currencies', './errors', './ledger_customers', './lookup', './moments',
  './record_summary', './search_rows',
], (
  format, search, amounts, currencies, errors, ledgerCustomers, lookup, moments, recordSummary, searchRows,
) => {
  const PAGE = { fewest: 1, most: 1000, usual: 500 };
  const CODES = { invoice: 'CustInvc', creditmemo: 'CustCred', customerpayment: 'CustPymt', customerrefund: 'CustRfnd' };
  // Where the account lacks a column each record is loaded for it, and a call has 5,000 units: the page ends early.
  const SPENDING = { units: 2000, ms: 20000 };
  const LAGO_ID = 'custbody_lago_id';
  const CHANGED = 'lastmodifieddate';
  const CREATED_FROM = 'createdfrom';
  const NAMES = [
    'externalid', 'tranid', 'trandate', 'entity', 'subsidiary', 'taxtotal', LAGO_ID, lookup.STATUS, lookup.APPROVAL,
    CHANGED, CREATED_FROM,
  ];

  function day(text) {
    const [year, month, date] = String(text).split('-').map(Number);
    return format.format({ value: new Date(year, month - 1, date), type: format.Type.DATE });
  }

  function codesOf(request) {
    const types = Array.isArray(request.types) ? request.types : Object.keys(CODES);
    return types.map((type) => {
      if (Object.prototype.hasOwnProperty.call(CODES, type)) return CODES[type];
      throw errors.raise('LAGO_TYPE_NOT_SUPPORTED', `There is no ledger of ${type}; known: ${Object.keys(CODES).join(', ')}.`);
    });
  }

  function filtersOf(request, marks) {
    const wanted = [
      ['mainline', 'is', 'T'], ['type', 'anyof'].concat(codesOf(request)),
      ['internalidnumber', 'greaterthan', Number(request.after) || 0], marks,
    ];
    if (request.from) wanted.push(['trandate', 'onorafter', day(request.from)]);
    if (request.to) wanted.push(['trandate', 'onorbefore', day(request.to)]);
    if (request.changed_since) {
      wanted.push([CHANGED, 'onorafter', moments.filterValue('changed_since', request.changed_since)]);
    }
    return wanted.reduce((all, filter) => (all.length ? all.concat(['and', filter]) : [filter]), []);
  }

  function page(request, marks, limit) {
    const filters = filtersOf(request, marks);
    return searchRows.withUsable('transaction', NAMES.concat(amounts.names()), (usable) => {
      const columns = [search.createColumn({ name: searchRows.ID, sort: search.Sort.ASC })].concat(usable);
      return search.create({ type: 'transaction', filters, columns }).run().getRange({ start: 0, end: limit });
    });
  }

  // An account without the field has our external ids only.
  function found(request, limit) {
    const byExternalId = ['externalidstring', 'startswith', 'lago-'];
    try {
      return page(request, [byExternalId, 'or', [LAGO_ID, 'isnotempty', '']], limit);
    } catch (thrown) {
      if (searchRows.isUnknown(thrown)) return page(request, byExternalId, limit);
      throw thrown;
    }
  }

  function plain(row, name) {
    const value = row.getValue({ name });
    return value === null || value === undefined ? '' : String(value);
  }

  function rowOf(row, money, customerOf) {
    const currency = amounts.currencyOf(row);
    const decimals = money.decimals(currency);
    const { total, open } = amounts.of(row);
    return Object.assign({
      type: row.recordType,
      internalId: String(row.id),
      externalId: plain(row, 'externalid') || null,
      lagoId: plain(row, LAGO_ID) || null,
      number: plain(row, 'tranid') || null,
      date: searchRows.isoDay(row.getValue({ name: 'trandate' })),
      currency: money.symbol(currency),
      subsidiary: plain(row, 'subsidiary') || null,
      entity: plain(row, 'entity'),
      total: total.toFixed(decimals),
      tax: Math.abs(Number(plain(row, 'taxtotal') || 0)).toFixed(decimals),
      remaining: open.toFixed(decimals),
      voided: lookup.isVoided(row),
      status: plain(row, lookup.STATUS) || null,
      approval: lookup.approvalOf(row),
      changedAt: moments.iso(plain(row, CHANGED)),
      createdFrom: plain(row, CREATED_FROM) || null,
      url: recordSummary.link(row.recordType, row.id),
    }, customerOf(plain(row, 'entity')));
  }

  // At least one row, so that every page leads on.
  function affordable(rows, call, unitsAtStart) {
    const money = currencies.reader();
    const isSpent = () => unitsAtStart - call.unitsLeft() > SPENDING.units || call.elapsedMs() > SPENDING.ms;
    const customerOf = ledgerCustomers.reader(rows.map((row) => plain(row, 'entity')));
    const done = [];
    rows.some((row) => done.push(rowOf(row, money, customerOf)) && isSpent());
    return done;
  }

  function read(request, call) {
    const unitsAtStart = call.unitsLeft();
    const limit = Math.min(Math.max(Math.floor(Number(request.limit) || PAGE.usual), PAGE.fewest), PAGE.most);
    const all = found(request, limit);
    const rows = affordable(all, call, unitsAtStart);
    const isLast = all.length < limit && rows.length === all.length;
    return { rows, next: isLast ? null : rows[rows.length - 1].internalId };
  }

  /** Answers a page of rows, and what to ask for next with `after`; null after the last. */
  function run(request, call) {
    try {
      return { ledger: read(request, call) };
    } catch (thrown) {
      return { ledger: { rows: [], next: null, error: errors.describe(thrown) } };
    }
  }

  return { run };
});
