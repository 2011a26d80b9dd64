/**
 * What all pages of the ledger have in common: their size, the marks of Lago's records, and how they continue.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/search', './moments', './search_rows'], (search, moments, searchRows) => {
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
      return search.create({ type, filters, columns }).run().getRange({ start: 0, end: limit });
    });
  }

  /** A value as text; empty for none. */
  function plain(row, name) {
    const value = row.getValue({ name });
    return value === null || value === undefined ? '' : String(value);
  }

  /** What to ask for next with `after`: the id of the last row that is told; null when there are no more. */
  function next(told, isLast) {
    return isLast || told.length === 0 ? null : String(told[told.length - 1].id);
  }

  return { CHANGED, limitOf, allOf, marked, continuing, read, plain, next };
});
