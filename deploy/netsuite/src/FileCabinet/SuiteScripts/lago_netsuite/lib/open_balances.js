/**
 * What is open, summed by NetSuite: in groups of documents.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/search', './amounts', './search_rows'], (search, amounts, searchRows) => {
  const RECEIVABLE = 'CustInvc';
  const TYPE = 'type';

  function grouped(row, name) {
    return name === undefined ? '' : String(row.getValue({ name, summary: search.Summary.GROUP }) || '');
  }

  // Searches show what lessens a debt with either sign; the type says which it is.
  function signed(row) {
    const amount = Math.abs(Number(row.getValue({ name: amounts.columns().open, summary: search.Summary.SUM }) || 0));
    return grouped(row, TYPE) === RECEIVABLE ? amount : -amount;
  }

  /**
   * A row for each group of `names` and each type of document: {values, amount}, where credits and payments are negative.
   * Raises SSS_INVALID_SRCH_COL where the account does not have the column of what is open.
   */
  function read(filters, names) {
    const keys = names.filter(Boolean);
    const columns = keys.concat(TYPE).map((name) => search.createColumn({ name, summary: search.Summary.GROUP }))
      .concat(search.createColumn({ name: amounts.columns().open, summary: search.Summary.SUM }));
    return searchRows.all(search.create({ type: 'transaction', filters, columns }).run())
      .map((row) => ({ values: names.map((name) => grouped(row, name)), amount: signed(row) }));
  }

  return { read };
});
