/**
 * Payments: made from the first invoice that is open, applied to what is due on each, the rest left unapplied.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './apply_sublist', './create_or_find', './documents', './errors', './lookup', './money',
  './payment_shares', './record_filler', './reversing_memo', './totals',
], (
  record, applySublist, createOrFind, documents, errors, lookup, money, paymentShares, recordFiller, reversingMemo, totals,
) => {
  function factsOf(item, ids, customer, call) {
    const known = lookup.invoices(ids);
    const { currency } = item.record.columns;
    return ids.map((id, line) => errors.at({ field: 'doc', line }, () => {
      if (!known[id]) throw applySublist.noInvoice(id);
      applySublist.check(known[id], customer, currency, call);
      applySublist.checkApproved(known[id]);
      return known[id];
    }));
  }

  function isGuess(item) {
    return !applySublist.linesOf(item).some(isStated);
  }

  function isStated({ amount }) {
    return amount !== undefined && amount !== null;
  }

  // The invoices that a payment may give room on, or have to come back to.
  function remembered(item, ids, facts) {
    const shared = isGuess(item) ? paymentShares.column(ids) : {};
    return Object.assign(shared, paymentShares.columnOfExcess(facts, item.record.columns.payment, isReversed(item, facts)));
  }

  // Whether a void has taken back a part of the only invoice; what it left is for notes on their way.
  function isReversed(item, facts) {
    if (facts.length !== 1 || facts[0].remaining >= facts[0].total) return false;
    const [{ doc }] = applySublist.linesOf(item);
    if (!doc.externalId) return false;
    return reversingMemo.find({ external_id: doc.externalId }) !== null;
  }

  // A payment of one invoice says what it pays of it.
  function withFreedAmount(facts, item, readFacts, call, warnings) {
    const [line] = applySublist.linesOf(item);
    if (facts.length !== 1 || isStated(line)) return facts;
    const [{ id, currency, remaining }] = facts;
    const { payment } = item.record.columns;
    const decimals = call.decimals(currency, { payment });
    const units = money.units(payment, decimals) - money.units(remaining, decimals);
    return units > 0 && paymentShares.freeAmount({ id, units, decimals }, call, warnings, true) ? readFacts() : facts;
  }

  // record.create is not for payments; NetSuite lists what is open only when it is made from something.
  function open(facts, customer) {
    const first = facts.find((fact) => fact.remaining > 0);
    const [fromType, fromId] = first ? ['invoice', first.id] : ['customer', customer];
    return record.transform({ fromType, fromId, toType: 'customerpayment', isDynamic: true });
  }

  // NetSuite lists the open invoices of the payment's own subsidiary and receivables account. Where none is open, the
  // payment still belongs where its invoice was billed.
  function place(facts, draft) {
    const isOpen = facts.filter(({ remaining }) => remaining > 0);
    const settled = isOpen.length > 0 ? isOpen : facts.slice(0, 1);
    const { subsidiary } = settled[0] || {};
    return recordFiller.lacking(draft, { subsidiary, aracct: applySublist.receivablesOf(settled) });
  }

  function columnsOf(kind, item, draft, own, given) {
    const columns = Object.assign({}, own, item.record.columns, createOrFind.marks(kind, item), given);
    delete columns[kind.customer];
    // Setting the currency again would make NetSuite list anew.
    if (String(columns.currency) === String(draft.getValue({ fieldId: 'currency' }))) delete columns.currency;
    return columns;
  }

  function explicit(fact, line, amount, left, decimals) {
    const wanted = money.units(amount, decimals);
    const due = line < 0 ? 0 : left.due;
    if (wanted > due) throw applySublist.overDue(fact, wanted, due, decimals);
    const what = `${applySublist.named(fact)} from the payment`;
    if (wanted > left.paid) throw applySublist.overApplied(what, wanted, left.paid, decimals);
    return wanted;
  }

  function lineOf(draft, fact, decimals) {
    const line = applySublist.lineOf(draft, fact.id);
    if (line < 0 && fact.remaining > 0) throw applySublist.absent(fact, 0, decimals);
    return line;
  }

  /** Applies the payment in the order of its lines; answers what of it is applied, in smallest units. */
  function settle(draft, item, facts, paid, decimals) {
    let applied = 0;
    applySublist.linesOf(item).forEach(({ amount }, index) => errors.at({ field: 'doc', line: index }, () => {
      const line = lineOf(draft, facts[index], decimals);
      const left = { due: line < 0 ? 0 : applySublist.due(draft, line, decimals), paid: paid - applied };
      const units = isStated({ amount })
        ? explicit(facts[index], line, amount, left, decimals) : Math.min(left.due, left.paid);
      if (units <= 0) return;
      applySublist.tick(draft, line, units, decimals);
      applied += units;
    }));
    return applied;
  }

  function check(draft, paid, applied, decimals) {
    const [now, used] = ['payment', 'applied'].map((fieldId) => money.units(draft.getValue({ fieldId }), decimals));
    if (now === paid && used === applied) return;
    const [wrong, right] = [[now, used], [paid, applied]]
      .map(([amount, part]) => `${money.text(amount, decimals)} with ${money.text(part, decimals)} applied`);
    const text = `NetSuite makes a payment of ${wrong}, not of ${right}. Nothing was saved.`;
    throw errors.raise('LAGO_TOTAL_MISMATCH', text);
  }

  function build(kind, item, call, warnings, given) {
    const { columns } = item.record;
    const customer = errors.at({ field: 'customer' }, () => call.resolve('customer', columns.customer));
    const ids = applySublist.documentsOf(item, call);
    const readFacts = () => factsOf(item, ids, customer, call);
    const facts = withFreedAmount(readFacts(), item, readFacts, call, warnings);
    const draft = open(facts, customer);
    const own = Object.assign(place(facts, draft), remembered(item, ids, facts));
    recordFiller.filler(draft, call.resolve, warnings).columns(columnsOf(kind, item, draft, own, given));
    const currency = draft.getValue({ fieldId: 'currency' });
    const decimals = call.decimals(currency, { payment: columns.payment });
    totals.checkPrecision(kind, item, decimals, call.symbol(currency));
    const paid = money.units(columns.payment, decimals);
    applySublist.clear(draft);
    const applied = settle(draft, item, facts, paid, decimals);
    // What is ticked may have moved the amount.
    draft.setValue({ fieldId: 'payment', value: money.amount(paid, decimals) });
    check(draft, paid, applied, decimals);
    return draft;
  }

  function finish(summary, item, call, warnings) {
    const { unapplied } = summary.totals;
    if (Number(unapplied) > 0) warnings.push({ code: 'LAGO_UNAPPLIED', amount: unapplied });
    return summary;
  }

  return { create_or_get: documents.writer(build, finish) };
});
