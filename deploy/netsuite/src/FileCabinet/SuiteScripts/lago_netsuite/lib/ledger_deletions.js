/**
 * Deleted transactions, the oldest first {types, changed_since, after, limit}: what, when and by whom.
 *
 * Deletions are only ever added, so pages continue by how many have been told of each type. Only roles with the
 * permission Deleted Records may search for them (Oracle section_N3497592).
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/runtime', 'N/search', './errors', './ledger_page', './ledger_transactions', './moments'], (
  runtime, search, errors, ledgerPage, ledgerTransactions, moments,
) => {
  const TYPE = 'deletedrecord';
  const PERMISSION = 'ADMI_DELETEDRECORD';
  const WITHHELD = 'deleted_records';
  const WHEN = 'deleteddate';
  const PAGE = { fewest: 1, most: 1000, usual: 500 };
  const { plain } = ledgerPage;

  function isAllowed() {
    return Number(runtime.getCurrentUser().getPermission({ name: PERMISSION })) > 0;
  }

  // `after` is `type:count`; the types follow one another.
  function placeOf(request, types) {
    const [type, count] = String(request.after || `${types[0]}:0`).split(':');
    if (types.includes(type)) return { type, start: Number(count) || 0 };
    throw errors.raise('LAGO_BAD_ITEM', `after must be what the page before has answered, not ${JSON.stringify(request.after)}.`);
  }

  function filtersOf(request, type) {
    const since = request.changed_since
      ? [[WHEN, 'onorafter', moments.filterValue('changed_since', request.changed_since)]] : [];
    return ledgerPage.allOf([['recordtype', 'anyof', type]].concat(since));
  }

  function rowOf(row, type) {
    return {
      type,
      externalId: plain(row, 'externalid') || null,
      name: plain(row, 'name'),
      deletedAt: moments.iso(plain(row, WHEN)),
      deletedBy: { id: plain(row, 'deletedby'), name: String(row.getText({ name: 'deletedby' }) || plain(row, 'deletedby')) },
    };
  }

  function read(request, type, start, limit) {
    const columns = [search.createColumn({ name: WHEN, sort: search.Sort.ASC }), 'name', 'externalid', 'deletedby'];
    const found = search.create({ type: TYPE, filters: filtersOf(request, type), columns }).run();
    return found.getRange({ start, end: start + limit }).map((row) => rowOf(row, type));
  }

  function nextOf(types, { type, start }, count, limit) {
    if (count === limit) return `${type}:${start + count}`;
    const following = types[types.indexOf(type) + 1];
    return following === undefined ? null : `${following}:0`;
  }

  /** {deletions, next, withheld}; without the permission `withheld` says so, and there are none. */
  function page(request) {
    if (!isAllowed()) return { rows: [], deletions: [], next: null, withheld: [WITHHELD] };
    const types = Array.isArray(request.types) ? request.types : Object.keys(ledgerTransactions.CODES);
    if (types.length === 0 || ledgerTransactions.codesOf(request).length === 0) return { rows: [], deletions: [], next: null };
    const [place, limit] = [placeOf(request, types), ledgerPage.limitOf(request, PAGE)];
    const deletions = read(request, place.type, place.start, limit);
    return { rows: [], deletions, next: nextOf(types, place, deletions.length, limit) };
  }

  return { page };
});
