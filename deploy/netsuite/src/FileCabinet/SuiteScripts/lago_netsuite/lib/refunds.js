/**
 * Customer refunds: what a credit note gives back is paid out of its memo, once, and never more than the memo holds.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './apply_sublist', './create_or_find', './documents', './errors', './lookup', './money', './record_filler',
  './totals',
], (record, applySublist, createOrFind, documents, errors, lookup, money, recordFiller, totals) => {
  function factOf(id, customer, call, columns) {
    const fact = lookup.creditMemo(id);
    if (fact === null) throw errors.raise('LAGO_INVALID_REFERENCE', `Record ${id} is no credit memo.`);
    applySublist.check(fact, customer, columns.currency, call, named(fact));
    return fact;
  }

  function named(fact) {
    return `credit memo ${fact.number || fact.id} (${fact.id})`;
  }

  // NetSuite lists what can be paid back of the refund's own subsidiary and receivables account.
  function columnsOf(kind, item, draft, fact, given) {
    const own = recordFiller.lacking(draft, { subsidiary: fact.subsidiary, aracct: fact.receivables });
    const columns = Object.assign(own, item.record.columns, createOrFind.marks(kind, item), given);
    delete columns[kind.customer];
    // Setting the currency again would make NetSuite list anew.
    if (String(columns.currency) === String(draft.getValue({ fieldId: 'currency' }))) delete columns.currency;
    return columns;
  }

  // The line of the memo, when enough of it is left.
  function lineOf(draft, fact, units, decimals) {
    const line = applySublist.lineOf(draft, fact.id);
    const left = line < 0 ? 0 : applySublist.due(draft, line, decimals);
    if (units <= left) return line;
    if (line < 0 && fact.remaining > 0) {
      const text = `NetSuite does not offer ${named(fact)} for a refund: its subsidiary or receivables account differs.`;
      throw errors.raise('LAGO_NOT_APPLICABLE', text);
    }
    const [wanted, there] = [units, left].map((count) => money.text(count, decimals));
    const text = `${wanted} is to be paid back of ${named(fact)}, ${there} is left of it. Nothing was paid back.`;
    throw errors.raise('LAGO_OVERAPPLIED', text);
  }

  function build(kind, item, call, warnings, given) {
    const { columns } = item.record;
    const customer = errors.at({ field: 'customer' }, () => call.resolve('customer', columns.customer));
    const [memo] = applySublist.documentsOf(item, call);
    const [{ amount }] = applySublist.linesOf(item);
    return errors.at({ field: 'doc', line: 0 }, () => {
      const fact = factOf(memo, customer, call, columns);
      const draft = record.create({ type: kind.type, isDynamic: true, defaultValues: { entity: customer } });
      recordFiller.filler(draft, call.resolve, warnings).columns(columnsOf(kind, item, draft, fact, given));
      const expected = totals.expectedOf(kind, item);
      const decimals = call.decimals(draft.getValue({ fieldId: 'currency' }), expected);
      const units = money.units(amount, decimals);
      applySublist.clear(draft);
      applySublist.tick(draft, lineOf(draft, fact, units, decimals), units, decimals);
      totals.checkUnsaved(draft, kind, expected, decimals, []);
      return draft;
    });
  }

  return { create_or_get: documents.writer(build) };
});
