/**
 * What all pages of the ledger have in common: their size, the marks of Lago's records, how they continue, and what a
 * row says of a document.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/search', './amounts', './lookup', './moments', './record_summary', './search_rows',
], (
  search, amounts, lookup, moments, recordSummary, searchRows,
) => {
  // What `document` reads of a row, without Lago's id, whose column is that of its type.
  const COLUMNS = [
    'externalid', 'tranid', 'trandate', 'entity', 'subsidiary', 'taxtotal', 'exchangerate', lookup.STATUS,
  ];
  const OWN_IDS = ['externalidstring', 'startswith', 'lago-'];
  const CHANGED = 'lastmodifieddate';

  /** How many rows are asked for, within bounds. */
  function limitOf(request, { fewest, most, usual }) {
    return Math.min(Math.max(Math.floor(Number(request.limit) || usual), fewest), most);
  }

  /** Filters as one expression in which all must hold. */
  function allOf(filters) {
    return filters.reduce((all, filter) => (all.length ? all.concat(['and', filter]) : [filter]), []);
  }

  /** Answers `work(filter)` for records that carry our external ids or Lago's id; an account may lack its field. */
  function marked(field, work) {
    try {
      return work([OWN_IDS, 'or', [field, 'isnotempty', '']]);
    } catch (thrown) {
      if (searchRows.isUnknown(thrown)) return work(OWN_IDS);
      throw thrown;
    }
  }

  /** The filters of a page: behind the last id, and by last change where that is asked. */
  function continuing(request) {
    const behind = [['internalidnumber', 'greaterthan', Number(request.after) || 0]];
    if (!request.changed_since) return behind;
    return behind.concat([[CHANGED, 'onorafter', moments.filterValue('changed_since', request.changed_since)]]);
  }

  /** Up to `limit` rows in the order of ids, with the columns that the account has. */
  function read(type, filters, names, limit) {
    return searchRows.withUsable(type, names, (usable) => {
      const columns = [search.createColumn({ name: searchRows.ID, sort: search.Sort.ASC })].concat(usable);
      return searchRows.created(type, filters, columns).run().getRange({ start: 0, end: limit });
    });
  }

  /** A value as text; empty for none. */
  function plain(row, name) {
    const value = row.getValue({ name });
    return value === null || value === undefined ? '' : String(value);
  }

  // Searches show tax in the base currency. Divided by the document's rate it is right to half a cent of that currency.
  function taxOf(row, decimals) {
    const [shown, rate] = ['taxtotal', 'exchangerate'].map((name) => Math.abs(Number(plain(row, name)) || 0));
    if (rate === 0 || rate === 1) return { tax: shown.toFixed(decimals), baseTax: null, exchangeRate: null };
    return { tax: (shown / rate).toFixed(decimals), baseTax: shown.toFixed(2), exchangeRate: String(rate) };
  }

  /** What every page says of a document; `exchangeRate` and `baseTax` only where its tax is computed from them. */
  function document(row, { lagoId, money, customerOf }) {
    const currency = amounts.currencyOf(row);
    const decimals = money.decimals(currency);
    const { total, open } = amounts.of(row);
    return Object.assign({
      type: row.recordType,
      internalId: String(row.id),
      externalId: plain(row, 'externalid') || null,
      lagoId: lagoId || null,
      number: plain(row, 'tranid') || null,
      date: searchRows.isoDay(row.getValue({ name: 'trandate' })),
      currency: money.symbol(currency),
      subsidiary: plain(row, 'subsidiary') || null,
      entity: plain(row, 'entity'),
      total: total.toFixed(decimals),
      remaining: open.toFixed(decimals),
      voided: lookup.isVoided(row),
      url: recordSummary.link(row.recordType, row.id),
    }, taxOf(row, decimals), customerOf(plain(row, 'entity')));
  }

  /** What to ask for next with `after`: the id of the last row that is told; null when there are no more. */
  function next(told, isLast) {
    return isLast || told.length === 0 ? null : String(told[told.length - 1].id);
  }

  return { CHANGED, COLUMNS, document, limitOf, allOf, marked, continuing, read, plain, next };
});
