/**
 * op=unmarked: transactions without Lago's marks that may be Lago's documents: {numbers: {type: [...]}, paid: [...]},
 * by their numbers, and the payments of invoices by these invoices' internal ids; with `customers` customers, too. Reads
 * only.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  './amounts', './currencies', './errors', './ledger_customers', './ledger_page', './lookup', './record_types',
  './search_rows', './unmarked_customers',
], (
  amounts, currencies, errors, ledgerCustomers, ledgerPage, lookup, recordTypes, searchRows, unmarkedCustomers,
) => {
  const TYPES = ['invoice', 'creditmemo'];
  const PAYMENT = 'customerpayment';
  // Each invoice's payments are a search of ten units, and a call has 5,000.
  const MOST = 100;
  const OURS = /^lago-/i;
  const { plain } = ledgerPage;

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
    const isMarked = (row) => Boolean(plain(row, lagoId)) && !copied.includes(plain(row, lagoId));
    return all(type, filter, ledgerPage.COLUMNS.concat(lagoId, amounts.names()))
      .filter((row) => !isMarked(row) && !OURS.test(plain(row, 'externalid')));
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
    const copied = all('invoice', [searchRows.ID, 'anyof'].concat(invoices), [lagoId]).map((row) => plain(row, lagoId));
    return rowsOf(PAYMENT, [searchRows.ID, 'anyof'].concat(ids), copied.filter(Boolean));
  }

  function shape(row, money, customerOf, applied) {
    const appliedTo = applied[String(row.id)] || [];
    return Object.assign(ledgerPage.document(row, { lagoId: null, money, customerOf }), { appliedTo });
  }

  function read(request) {
    const numbers = request.numbers || {};
    const paid = textsOf(request.paid);
    const applied = appliedTo(paid);
    const found = TYPES.reduce((all, type) => all.concat(byNumber(type, textsOf(numbers[type]))), [])
      .concat(paymentsOf(paid, applied));
    const [money, customerOf] = [currencies.reader(), ledgerCustomers.reader(found.map((row) => plain(row, 'entity')))];
    const customers = request.customers ? { customers: unmarkedCustomers.read(request.customers) } : {};
    return Object.assign({ rows: found.map((row) => shape(row, money, customerOf, applied)), next: null }, customers);
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
