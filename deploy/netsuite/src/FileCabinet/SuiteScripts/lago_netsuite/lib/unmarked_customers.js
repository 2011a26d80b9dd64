/**
 * op=unmarked with `customers`: {ids, numbers, names}: customers by internal id, by entity id and by company name, whether
 * they carry Lago's marks or not. Reads only.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./currencies', './errors', './ledger_customers', './search_rows'], (currencies, errors, ledgerCustomers, searchRows) => {
  const TYPE = 'customer';
  const MOST = 100;

  function textsOf(value) {
    const texts = (Array.isArray(value) ? value : []).map(String).filter(Boolean);
    if (texts.length <= MOST) return texts;
    throw errors.raise('LAGO_BAD_ITEM', `More than ${MOST} at once.`);
  }

  function anyOf(field, values) {
    return values.reduce((all, value) => (all.length ? all.concat(['or']) : all).concat([[field, 'is', value]]), []);
  }

  function rowsOf(filters) {
    return filters.length === 0 ? [] : searchRows.rows(TYPE, filters, ledgerCustomers.COLUMNS);
  }

  /** The customers that any of the three finds, each once. */
  function read({ ids, numbers, names }) {
    const [known, money] = [new Map(), currencies.reader()];
    const wanted = textsOf(ids);
    [
      wanted.length === 0 ? [] : [[searchRows.ID, 'anyof'].concat(wanted)],
      anyOf('entityid', textsOf(numbers)),
      anyOf('companyname', textsOf(names)),
    ].forEach((filters) => rowsOf(filters).forEach((row) => known.set(String(row.id), row)));
    return Array.from(known.values()).map((row) => ledgerCustomers.rowOf(row, money));
  }

  return { read };
});
