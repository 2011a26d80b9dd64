/**
 * The customers of the ledger: those that carry Lago's marks, a page at a time in the order of their ids
 * {changed_since, after, limit}; and whose the documents of a page are.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./amounts', './currencies', './ledger_page', './moments', './record_summary', './search_rows'], (
  amounts, currencies, ledgerPage, moments, recordSummary, searchRows,
) => {
  const TYPE = 'customer';
  const LAGO_ID = 'custentity_lago_id';
  const KEYS = ['externalid', 'entityid', LAGO_ID];
  const NAMES = KEYS.concat(['companyname', 'email', 'subsidiary', 'currency', 'isinactive', ledgerPage.CHANGED]);
  const PAGE = { fewest: 1, most: 1000, usual: 500 };
  const NOBODY = { customerExternalId: null, customerLagoId: null, customerName: null };
  const { plain } = ledgerPage;

  function ownerOf(row) {
    const valueOf = (name) => plain(row, name) || null;
    return { customerExternalId: valueOf('externalid'), customerLagoId: valueOf(LAGO_ID), customerName: valueOf('entityid') };
  }

  /** A function from a customer's internal id to its keys; null each for one that the role may not see. */
  function reader(ids) {
    const known = Object.create(null);
    const wanted = Array.from(new Set(ids)).filter(Boolean);
    if (wanted.length > 0) {
      searchRows.rows(TYPE, [[searchRows.ID, 'anyof'].concat(wanted)], KEYS)
        .forEach((row) => { known[String(row.id)] = ownerOf(row); });
    }
    return (id) => known[id] || NOBODY;
  }

  function isOn(value) {
    return value === true || value === 'T';
  }

  /** A customer of the ledger, by a row with `COLUMNS`. */
  function rowOf(row, money) {
    return {
      internalId: String(row.id),
      externalId: plain(row, 'externalid') || null,
      lagoId: plain(row, LAGO_ID) || null,
      name: plain(row, 'entityid') || null,
      company: plain(row, 'companyname') || null,
      email: plain(row, 'email') || null,
      currency: money.symbol(amounts.currencyOf(row)),
      subsidiary: plain(row, 'subsidiary') || null,
      inactive: isOn(row.getValue({ name: 'isinactive' })),
      changedAt: moments.iso(plain(row, ledgerPage.CHANGED)),
      url: recordSummary.link(TYPE, row.id),
    };
  }

  /** The search rows of a page, and what to ask for next. */
  function found(request, limit, names) {
    const rows = ledgerPage.marked(LAGO_ID, (marks) => (
      ledgerPage.read(TYPE, ledgerPage.allOf([marks].concat(ledgerPage.continuing(request))), names, limit)
    ));
    return { rows, next: ledgerPage.next(rows, rows.length < limit) };
  }

  /** {customers, next}. */
  function page(request) {
    const money = currencies.reader();
    const { rows, next } = found(request, ledgerPage.limitOf(request, PAGE), NAMES);
    return { rows: [], customers: rows.map((row) => rowOf(row, money)), next };
  }

  return { KEYS, COLUMNS: NAMES, rowOf, reader, ownerOf, found, page };
});
