/**
 * What Lago's customers owe by currency and subsidiary, some customers at a time in the order of their ids {after,
 * limit}: so there may be any number of groups in all. `open` counts all their invoices, credit memos and payments,
 * `lagoOpen` those that carry Lago's marks.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/runtime', './amounts', './currencies', './ledger_customers', './ledger_page', './open_balances',
], (
  runtime, amounts, currencies, ledgerCustomers, ledgerPage, openBalances,
) => {
  const PAGE = { fewest: 1, most: 200, usual: 100 };
  const LAGO_ID = 'custbody_lago_id';
  const OF_CUSTOMERS = ['type', 'anyof', 'CustInvc', 'CustCred', 'CustPymt'];

  function names() {
    const subsidiary = runtime.isFeatureInEffect({ feature: 'SUBSIDIARIES' }) ? 'subsidiary' : undefined;
    return ['entity', amounts.columns().currency, subsidiary];
  }

  function sums(filters, into, field) {
    openBalances.read(filters, names()).forEach(({ values, amount }) => {
      const key = values.join(' ');
      const group = into[key] || { values, open: 0, lagoOpen: 0 };
      into[key] = Object.assign(group, { [field]: group[field] + amount });
    });
  }

  function groupsOf(ids) {
    const groups = {};
    const theirs = [['mainline', 'is', 'T'], OF_CUSTOMERS, ['entity', 'anyof'].concat(ids)];
    sums(ledgerPage.allOf(theirs), groups, 'open');
    ledgerPage.marked(LAGO_ID, (marks) => sums(ledgerPage.allOf(theirs.concat([marks])), groups, 'lagoOpen'));
    return Object.values(groups);
  }

  function balanceOf({ values: [entity, currency, subsidiary], open, lagoOpen }, customerOf, money) {
    const text = (amount) => amount.toFixed(money.decimals(currency));
    return Object.assign({
      entity,
      currency: money.symbol(currency),
      subsidiary: subsidiary || null,
      open: text(open),
      lagoOpen: text(lagoOpen),
    }, customerOf(entity));
  }

  /** {balances, next}; a group in which nothing is open is told, too. */
  function page(request) {
    const limit = ledgerPage.limitOf(request, PAGE);
    const { rows, next } = ledgerCustomers.found(request, limit, ledgerCustomers.KEYS);
    const known = {};
    rows.forEach((row) => { known[String(row.id)] = ledgerCustomers.ownerOf(row); });
    const ids = Object.keys(known);
    const groups = ids.length === 0 ? [] : groupsOf(ids);
    const money = currencies.reader();
    return { rows: [], balances: groups.map((group) => balanceOf(group, (id) => known[id], money)), next };
  }

  return { page };
});
