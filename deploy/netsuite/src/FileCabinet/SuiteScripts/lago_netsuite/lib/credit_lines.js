/**
 * Spent credits whose memo belongs to another subsidiary than the invoice: NetSuite applies within one subsidiary only,
 * so they are lines of the invoice, and people close the memo by a journal between the subsidiaries.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', 'N/runtime', './currencies', './customer_fixes', './errors', './lookup', './money'], (
  record, runtime, currencies, customerFixes, errors, lookup, money,
) => {
  const ITEMS = 'item';
  const DESCRIPTION = 'Credit note of another subsidiary'; // the mapping's words
  const JUDGED = ['subtotal', 'total'];

  function memosOf(credits, call) {
    call.resolveAll('apply_credits', credits.map((credit) => credit.doc));
    const ids = credits.map((credit, line) => errors.at({ field: 'apply_credits', line }, () => (
      call.resolve('apply_credits', credit.doc)
    )));
    const found = {};
    lookup.rows('creditmemo', [['internalid', 'anyof'].concat(ids), 'and', ['mainline', 'is', 'T']], ['tranid', 'subsidiary'])
      .forEach((row) => {
        found[String(row.id)] = {
          number: row.getValue({ name: 'tranid' }), subsidiary: String(row.getValue({ name: 'subsidiary' })),
        };
      });
    return ids.map((id) => found[id] || null);
  }

  function subsidiaryOf(kind, item, call) {
    const { columns } = item.record;
    if (columns.subsidiary) return String(call.resolve('subsidiary', columns.subsidiary));
    const customer = customerFixes.factOf(call.resolve(kind.customer, columns[kind.customer]));
    return customer ? customer.subsidiary : null;
  }

  function lessened(expect, credits) {
    return JUDGED.filter((name) => currencies.isFigure((expect || {})[name])).reduce((all, name) => {
      const decimals = currencies.decimalsOf(expect[name]);
      const left = credits.reduce((sum, { amount }) => sum - money.units(amount, decimals), money.units(expect[name], decimals));
      return Object.assign(all, { [name]: money.text(left, decimals) });
    }, Object.assign({}, expect));
  }

  function withLines(item, foreign) {
    const own = item.apply_credits.filter((credit) => !foreign.includes(credit));
    const lines = item.record.lines.map((group) => (group.sublistId !== ITEMS ? group
      : Object.assign({}, group, { lineItems: group.lineItems.concat(foreign.map(({ line }) => line)) })));
    return Object.assign({}, item, {
      apply_credits: own,
      expect: lessened(item.expect, foreign),
      record: Object.assign({}, item.record, { lines }),
    });
  }

  function warn({ amount }, memo, subsidiary, warnings) {
    const message = `credit memo ${memo.number} belongs to subsidiary ${memo.subsidiary}, the invoice to ${subsidiary}: the `
      + 'credit is a line of the invoice, and the memo stays open until a journal between the subsidiaries closes it';
    warnings.push({ code: 'LAGO_CREDIT_AS_LINE', field: 'apply_credits', amount, message });
  }

  /** The item, with lines in place of those credits that cannot be applied; raises while a memo is not there. */
  function settled(kind, item, call, warnings) {
    const credits = item.apply_credits || [];
    const isOpen = credits.some(({ line }) => line) && runtime.isFeatureInEffect({ feature: 'SUBSIDIARIES' });
    const subsidiary = isOpen ? subsidiaryOf(kind, item, call) : null;
    if (subsidiary === null) return item;
    const memos = memosOf(credits, call);
    const isForeign = ({ line }, at) => line && memos[at] && memos[at].subsidiary !== subsidiary;
    const foreign = credits.filter(isForeign);
    if (foreign.length === 0) return item;
    foreign.forEach((credit) => warn(credit, memos[credits.indexOf(credit)], subsidiary, warnings));
    return withLines(item, foreign);
  }

  /** The sum of such lines of an invoice, in smallest units. */
  function amountOn(invoiceId, decimals) {
    const invoice = record.load({ type: 'invoice', id: invoiceId });
    const valueOf = (line, fieldId) => invoice.getSublistValue({ sublistId: ITEMS, fieldId, line });
    return Array.from({ length: invoice.getLineCount({ sublistId: ITEMS }) }, (_, line) => line)
      .filter((line) => valueOf(line, 'description') === DESCRIPTION)
      .reduce((sum, line) => sum - money.units(valueOf(line, 'amount'), decimals), 0);
  }

  return { settled, amountOn };
});
