/**
 * Who has changed documents of the ledger last, what is applied to its invoices, by whomever, and their taxes in their
 * own currency.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', 'N/search', './amounts', './currencies', './moments', './record_summary', './search_rows',
], (
  record, search, amounts, currencies, moments, recordSummary, searchRows,
) => {
  const NOTES = 'systemNotes';
  const NOTE_ROWS = { page: 1000, most: 3000 };
  const LINK = 'appliedtotransaction';
  const LAGO_ID = 'custbody_lago_id';
  const SETTLING = ['CustPymt', 'CustCred', 'Journal', 'DepAppl'];
  const OF_LINKS = ['externalid', 'tranid', 'trandate', LAGO_ID];

  function noteColumns() {
    const date = search.createColumn({ name: 'date', join: NOTES, sort: search.Sort.DESC });
    return [date, search.createColumn({ name: 'name', join: NOTES })];
  }

  function byOf(row) {
    const [who, when] = [{ name: 'name', join: NOTES }, { name: 'date', join: NOTES }];
    const id = String(row.getValue(who) || '');
    if (id === '') return null;
    return { id, name: String(row.getText(who) || '') || id, at: moments.iso(row.getValue(when)) };
  }

  // The newest note of a record is the first that is found.
  function lastNotes(ids) {
    const known = Object.create(null);
    const filters = [['mainline', 'is', 'T'], 'and', [searchRows.ID, 'anyof'].concat(ids)];
    const found = search.create({ type: 'transaction', filters, columns: noteColumns() }).run();
    const isComplete = () => ids.every((id) => known[id] !== undefined);
    for (let start = 0; start < NOTE_ROWS.most && !isComplete(); start += NOTE_ROWS.page) {
      const rows = found.getRange({ start, end: start + NOTE_ROWS.page });
      rows.forEach((row) => { if (known[String(row.id)] === undefined) known[String(row.id)] = byOf(row); });
      if (rows.length < NOTE_ROWS.page) break;
    }
    return known;
  }

  function amountColumn() {
    return amounts.hasCurrencies() ? 'appliedtoforeignamount' : 'appliedtolinkamount';
  }

  function linkOf(row) {
    const valueOf = (name) => String(row.getValue({ name }) || '');
    return {
      type: row.recordType,
      internalId: String(row.id),
      externalId: valueOf('externalid') || null,
      lagoId: valueOf(LAGO_ID) || null,
      number: valueOf('tranid') || null,
      date: searchRows.isoDay(row.getValue({ name: 'trandate' })),
      amount: valueOf(amountColumn()).replace('-', '') || null,
      url: recordSummary.link(row.recordType, row.id),
    };
  }

  // By the id of the invoice: what pays it, each once.
  function settling(ids) {
    const filters = [[LINK, 'anyof'].concat(ids), 'and', ['type', 'anyof'].concat(SETTLING)];
    const known = Object.create(null);
    searchRows.rows('transaction', filters, OF_LINKS.concat(LINK, amountColumn())).forEach((row) => {
      const invoice = String(row.getValue({ name: LINK }) || '');
      const links = known[invoice] || [];
      if (links.every(({ internalId }) => internalId !== String(row.id))) known[invoice] = links.concat(linkOf(row));
    });
    return known;
  }

  // Searches have a tax in the base currency only, the record has it as it was written.
  function withTax(row) {
    if (row.exchangeRate === null) return row;
    const tax = record.load({ type: row.type, id: row.internalId }).getValue({ fieldId: 'taxtotal' });
    const exact = Math.abs(Number(tax || 0)).toFixed(currencies.decimalsOf(row.tax));
    return Object.assign({}, row, { tax: exact, baseTax: null, exchangeRate: null });
  }

  // A role that may not see notes or links gets the rest.
  function orWithheld(name, work, withheld) {
    try {
      return work();
    } catch (thrown) {
      withheld.push(name);
      return null;
    }
  }

  /** {rows, withheld}: rows with exact taxes and `changedBy`, invoices with `settledBy`; null where the role may not see it. */
  function added(rows) {
    const withheld = [];
    const invoices = rows.filter(({ type }) => type === 'invoice').map(({ internalId }) => internalId);
    const links = invoices.length === 0 ? {} : orWithheld('settled_by', () => settling(invoices), withheld);
    const ids = rows.map(({ internalId }) => internalId)
      .concat(...Object.values(links || {}).map((each) => each.map(({ internalId }) => internalId)));
    const notes = ids.length === 0 ? {} : orWithheld('changed_by', () => lastNotes(ids), withheld);
    const byOfId = (id) => (notes && notes[id]) || null;
    const linksOf = (id) => (links[id] || []).map((link) => Object.assign({ changedBy: byOfId(link.internalId) }, link));
    const taxed = orWithheld('tax', () => rows.map(withTax), withheld) || rows;
    const full = taxed.map((row) => Object.assign({}, row, { changedBy: byOfId(row.internalId) }, (
      row.type === 'invoice' ? { settledBy: links && linksOf(row.internalId) } : {}
    )));
    return { rows: full, withheld };
  }

  return { added };
});
