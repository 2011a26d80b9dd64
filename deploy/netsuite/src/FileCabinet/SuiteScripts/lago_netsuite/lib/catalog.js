/**
 * op=catalog: what the account has of one kind, a page at a time: {kind, ids, filter, after, limit}.
 *
 * A column that this account or role does not have is left out; a list that cannot be read is an answer with an error.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', 'N/search', './amounts', './currencies', './errors', './search_rows'], (
  record, search, amounts, currencies, errors, searchRows,
) => {
  const PAGE = { fewest: 5, most: 1000 };

  // By our names NetSuite's columns, as Oracle's Records Browser has them; `name` is what a text filter looks at.
  const KINDS = {
    items: { type: 'item', columns: {
      name: 'itemid', display: 'displayname', type: 'type', subtype: 'subtype', account: 'incomeaccount',
      taxable: 'istaxable', tax_schedule: 'taxschedule', subsidiary: 'subsidiary', external_id: 'externalid',
    } },
    accounts: { type: 'account', columns: { name: 'name', number: 'number', type: 'type', subsidiary: 'subsidiary' } },
    subsidiaries: { type: 'subsidiary', columns: {
      name: 'name', currency: 'currency', country: 'country', elimination: 'iselimination',
    } },
    currencies: { type: 'currency', columns: { name: 'name', symbol: 'symbol', rate: 'exchangerate' } },
    tax_codes: { type: 'salestaxitem', columns: { name: 'name', rate: 'rate', type: 'taxtype', country: 'country' } },
    tax_types: { type: 'taxtype', columns: { name: 'name', nexus: 'nexus', country: 'country' } },
    nexuses: { type: 'nexus', columns: { name: 'description', country: 'country', state: 'state' } },
    locations: { type: 'location', columns: { name: 'name', subsidiary: 'subsidiary' } },
    departments: { type: 'department', columns: { name: 'name', subsidiary: 'subsidiary' } },
    classes: { type: 'classification', columns: { name: 'name', subsidiary: 'subsidiary' } },
    periods: { type: 'accountingperiod', columns: {
      name: 'periodname', start: 'startdate', end: 'enddate', closed: 'closed', ar_locked: 'arlocked',
      all_locked: 'alllocked', quarter: 'isquarter', year: 'isyear', adjustment: 'isadjust',
    } },
    terms: { type: 'term', columns: { name: 'name', days: 'daysuntilnetdue', discount: 'discountpercent' } },
    payment_methods: { type: 'paymentmethod', columns: { name: 'name' } },
    customers: { type: 'customer', columns: {
      name: 'entityid', company: 'companyname', subsidiary: 'subsidiary', currency: 'currency',
      external_id: 'externalid', lago_id: 'custentity_lago_id',
    } },
  };
  const DATES = ['startdate', 'enddate'];
  const INACTIVE = 'isinactive';
  const { ID } = searchRows;

  function kindOf(name) {
    if (Object.prototype.hasOwnProperty.call(KINDS, name)) return KINDS[name];
    throw errors.raise('LAGO_BAD_ITEM', `There is no catalog of ${name}; known: ${Object.keys(KINDS).join(', ')}.`);
  }

  function filtersOf(kind, request) {
    const found = [];
    if (Array.isArray(request.ids)) found.push([ID, 'anyof'].concat(request.ids));
    if (request.filter) found.push([kind.columns.name, 'contains', String(request.filter)]);
    return found.length === 2 ? [found[0], 'and', found[1]] : found;
  }

  function paged(kind, filters, names, pageSize) {
    // In the order of ids rows that are added meanwhile come last.
    const columns = [search.createColumn({ name: ID, sort: search.Sort.ASC })].concat(names);
    return search.create({ type: kind.type, filters, columns }).runPaged({ pageSize });
  }

  // Which columns there are depends on features and editions.
  function opened(kind, filters, pageSize) {
    const names = Object.keys(kind.columns).map((own) => kind.columns[own]).concat(INACTIVE);
    return searchRows.withUsable(kind.type, names, (usable) => (
      { names: usable, pages: paged(kind, filters, usable, pageSize) }
    ));
  }

  // Check boxes are true or 'T', depending on the search type.
  function plain(name, value) {
    if (DATES.includes(name)) return searchRows.isoDay(value);
    if (value === true || value === false) return value ? 'T' : 'F';
    return value === null || value === undefined ? '' : String(value);
  }

  function rowOf(result, kind, names) {
    const row = { id: String(result.id), name: '', inactive: false, values: {}, texts: {} };
    Object.keys(kind.columns).filter((own) => names.includes(kind.columns[own])).forEach((own) => {
      const name = kind.columns[own];
      const value = plain(name, result.getValue({ name }));
      const text = result.getText({ name });
      if (own === 'name') row.name = value;
      else row.values[own] = value;
      if (text && text !== value && !DATES.includes(name)) row.texts[own] = String(text);
    });
    if (names.includes(INACTIVE)) row.inactive = plain(INACTIVE, result.getValue({ name: INACTIVE })) === 'T';
    return row;
  }

  function pageSizeOf(request) {
    const wanted = Number(request.limit) || PAGE.most;
    return Math.min(Math.max(Math.floor(wanted), PAGE.fewest), PAGE.most);
  }

  // Without Multiple Currencies the one currency can be loaded, but not searched for (Oracle section_N3201267).
  function onlyCurrency(id) {
    const currency = record.load({ type: 'currency', id });
    const valueOf = (fieldId) => plain(fieldId, currency.getValue({ fieldId }));
    const [name, symbol, rate] = ['name', 'symbol', 'exchangerate'].map(valueOf);
    return { id: String(id), name, inactive: false, values: { symbol, rate }, texts: {} };
  }

  function onlyCurrencies(request) {
    const wanted = Array.isArray(request.ids) ? request.ids : [currencies.BASE_ID];
    const rows = wanted.map(String).filter(currencies.isThere).map(onlyCurrency);
    return { rows: rows.filter(({ name }) => name.includes(String(request.filter || ''))), next: null };
  }

  function read(request) {
    const kind = kindOf(request.kind);
    if (kind === KINDS.currencies && !amounts.hasCurrencies()) return onlyCurrencies(request);
    const { names, pages } = opened(kind, filtersOf(kind, request), pageSizeOf(request));
    const index = Number(request.after) || 0;
    if (index >= pages.pageRanges.length) return { rows: [], next: null };
    const rows = pages.fetch({ index }).data.map((result) => rowOf(result, kind, names));
    return { rows, next: index + 1 < pages.pageRanges.length ? String(index + 1) : null };
  }

  /** Answers a page of rows, and what to ask for next with `after`; null after the last. */
  function run(request) {
    try {
      return { catalog: Object.assign({ kind: request.kind }, read(request)) };
    } catch (thrown) {
      return { catalog: { kind: request.kind, rows: [], next: null, error: errors.describe(thrown) } };
    }
  }

  return { run };
});
