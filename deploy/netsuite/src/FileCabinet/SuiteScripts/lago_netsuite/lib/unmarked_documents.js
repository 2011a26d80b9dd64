/**
 * op=unmarked: transactions without Lago's marks that may be Lago's documents: {numbers: {type: [...]}, paid: [...]},
 * by their numbers, and the payments of invoices by these invoices' internal ids. Reads only.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  './amounts', './currencies', './errors', './ledger_customers', './lookup', './record_summary', './record_types',
  './search_rows',
], (
  amounts, currencies, errors, ledgerCustomers, lookup, recordSummary, recordTypes, searchRows,
) => {
  const TYPES = ['invoice', 'creditmemo'];
  const PAYMENT = 'customerpayment';
  // Each invoice's payments are a search of ten units, and a call has 5,000.
  const MOST = 100;
  const OURS = /^lago-/i;
  const COLUMNS = ['externalid', 'tranid', 'trandate', 'entity', 'subsidiary', 'taxtotal', lookup.STATUS];

  function textOf(row, name) {
    return String(row.getValue({ name }) || '');
  }

  function textsOf(value) {
    const texts = (Array.isArray(value) ? value : []).map(String).filter(Boolean);
    if (texts.length <= MOST) return texts;
    throw errors.raise('LAGO_BAD_ITEM', `More than ${MOST} at once.`);
  }

  function all(type, filter, names) {
    return lookup.rows(type, [filter, 'and', ['mainline', 'is', 'T']], names);
  }

  // NetSuite copies the field from an invoice to a payment that is made from it: that is no mark of the payment's.
  function rowsOf(type, filter, copied = []) {
    const { lagoId } = recordTypes.of(type);
    const isMarked = (row) => Boolean(textOf(row, lagoId)) && !copied.includes(textOf(row, lagoId));
    return all(type, filter, COLUMNS.concat(lagoId, amounts.names()))
      .filter((row) => !isMarked(row) && !OURS.test(textOf(row, 'externalid')));
  }

  function byNumber(type, numbers) {
    if (numbers.length === 0) return [];
    const any = numbers.reduce((all, number) => (all.length ? all.concat(['or']) : all).concat([['tranid', 'is', number]]), []);
    return rowsOf(type, any);
  }

  /** The invoices that each payment is applied to, by the payment's internal id. */
  function appliedTo(invoices) {
    const known = {};
    invoices.forEach((id) => lookup.paymentsOn(id).forEach((payment) => {
      known[payment.id] = (known[payment.id] || []).concat(id);
    }));
    return known;
  }

  function paymentsOf(invoices, applied) {
    const ids = Object.keys(applied);
    if (ids.length === 0) return [];
    const { lagoId } = recordTypes.of(PAYMENT);
    const copied = all('invoice', [searchRows.ID, 'anyof'].concat(invoices), [lagoId]).map((row) => textOf(row, lagoId));
    return rowsOf(PAYMENT, [searchRows.ID, 'anyof'].concat(ids), copied.filter(Boolean));
  }

  function shape(row, money, customerOf, applied) {
    const currency = amounts.currencyOf(row);
    const decimals = money.decimals(currency);
    const { total, open } = amounts.of(row);
    return Object.assign({
      type: row.recordType,
      internalId: String(row.id),
      externalId: textOf(row, 'externalid') || null,
      lagoId: null,
      number: textOf(row, 'tranid') || null,
      date: searchRows.isoDay(row.getValue({ name: 'trandate' })),
      currency: money.symbol(currency),
      subsidiary: textOf(row, 'subsidiary') || null,
      entity: textOf(row, 'entity'),
      total: total.toFixed(decimals),
      tax: Math.abs(Number(textOf(row, 'taxtotal') || 0)).toFixed(decimals),
      remaining: open.toFixed(decimals),
      voided: lookup.isVoided(row),
      url: recordSummary.link(row.recordType, row.id),
      appliedTo: applied[String(row.id)] || [],
    }, customerOf(textOf(row, 'entity')));
  }

  function read(request) {
    const numbers = request.numbers || {};
    const paid = textsOf(request.paid);
    const applied = appliedTo(paid);
    const found = TYPES.reduce((all, type) => all.concat(byNumber(type, textsOf(numbers[type]))), [])
      .concat(paymentsOf(paid, applied));
    const [money, customerOf] = [currencies.reader(), ledgerCustomers.reader(found.map((row) => textOf(row, 'entity')))];
    return { rows: found.map((row) => shape(row, money, customerOf, applied)), next: null };
  }

  /** Answers all of them at once, in the form of the ledger's rows. */
  function run(request) {
    try {
      return { ledger: read(request) };
    } catch (thrown) {
      return { ledger: { rows: [], next: null, error: errors.describe(thrown) } };
    }
  }

  return { run };
});
