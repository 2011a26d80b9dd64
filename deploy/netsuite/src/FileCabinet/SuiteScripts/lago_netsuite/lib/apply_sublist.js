/**
 * The apply sublist: which invoices a credit memo or a payment settles, and by how much.
 *
 * NetSuite lists there what is open for the customer, in the record's currency; lines can only be ticked.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './lookup', './money'], (errors, lookup, money) => {
  const SUBLIST = 'apply';

  /** The line of a document, -1 when NetSuite does not list it. */
  function lineOf(record, id) {
    const find = (fieldId) => record.findSublistLineWithValue({ sublistId: SUBLIST, fieldId, value: String(id) });
    const byDoc = find('doc');
    return byDoc >= 0 ? byDoc : find('internalid');
  }

  function valueOf(record, line, fieldId) {
    return record.getSublistValue({ sublistId: SUBLIST, fieldId, line });
  }

  function isTicked(record, line) {
    const value = valueOf(record, line, 'apply');
    return value === true || value === 'T';
  }

  /** What is due on a line, in smallest units, this record's own share included. */
  function due(record, line, decimals) {
    return money.units(valueOf(record, line, 'due'), decimals);
  }

  /** What of a line the record settles, in smallest units. */
  function applied(record, line, decimals) {
    return isTicked(record, line) ? money.units(valueOf(record, line, 'amount'), decimals) : 0;
  }

  function set(record, line, values) {
    record.selectLine({ sublistId: SUBLIST, line });
    Object.keys(values).forEach((fieldId) => {
      record.setCurrentSublistValue({ sublistId: SUBLIST, fieldId, value: values[fieldId] });
    });
    record.commitLine({ sublistId: SUBLIST });
  }

  /** Applies that many smallest units to a line, and no others. */
  function tick(record, line, units, decimals) {
    set(record, line, { apply: true, amount: money.amount(units, decimals) });
  }

  /** Settles nothing of a line any more. */
  function untick(record, line) {
    set(record, line, { apply: false });
  }

  /** Unticks whatever NetSuite has ticked by itself. */
  function clear(record) {
    for (let line = 0; line < record.getLineCount({ sublistId: SUBLIST }); line += 1) {
      if (isTicked(record, line)) untick(record, line);
    }
  }

  function noInvoice(id) {
    return errors.raise('LAGO_INVALID_REFERENCE', `Record ${id} is no invoice.`);
  }

  function factOf(id) {
    const fact = lookup.invoice(id);
    if (fact === null) throw noInvoice(id);
    return fact;
  }

  function named(fact) {
    return `invoice ${fact.number || fact.id} (${fact.id})`;
  }

  /** Raises for an invoice that cannot be settled because no approver has taken it. */
  function checkApproved(fact) {
    if (fact.approval === 'pending') {
      const text = `${named(fact)} is pending approval in NetSuite, and nothing can be applied to it before.`;
      throw errors.raise('LAGO_PENDING_APPROVAL', text);
    }
    if (fact.approval === 'rejected') {
      const text = `${named(fact)} was rejected by an approver in NetSuite, so that nothing can be applied to it.`;
      throw errors.raise('LAGO_NOT_APPLICABLE', text);
    }
  }

  /** The receivables account of all these invoices, empty when it is not known; raises when they have several. */
  function receivablesOf(facts) {
    const [first, ...others] = facts.filter(({ receivables }) => receivables);
    const other = others.find(({ receivables }) => receivables !== first.receivables);
    if (other) {
      const text = `${named(first)} lies on receivables account ${first.receivables}, ${named(other)} on `
        + `${other.receivables}: one record settles invoices of one account only.`;
      throw errors.raise('LAGO_NOT_APPLICABLE', text, { field: 'doc' });
    }
    return first ? first.receivables : '';
  }

  /** Raises unless an invoice, or what is `called` otherwise, is of that customer and of that currency, if one is given. */
  function check(fact, customer, currency, call, called) {
    const what = called || named(fact);
    if (fact.customer !== String(customer)) {
      const text = `${what} belongs to customer ${fact.customer}, not to customer ${customer}.`;
      throw errors.raise('LAGO_CUSTOMER_MISMATCH', text);
    }
    if (currency && fact.currency !== String(currency)) {
      const [theirs, ours] = [fact.currency, currency].map((id) => call.symbol(id) || id);
      throw errors.raise('LAGO_CURRENCY_MISMATCH', `${what} is in ${theirs}, what is to be applied in ${ours}.`);
    }
  }

  /** The error of applying more than there is; amounts in smallest units. */
  function overApplied(what, wanted, there, decimals) {
    const text = `${money.text(wanted, decimals)} is to be applied to ${what}, ${money.text(there, decimals)} is left.`;
    return errors.raise('LAGO_OVERAPPLIED', `${text} Nothing was applied.`);
  }

  /** The error of applying more than is due; `shortfall` says by how much, for whoever can free that amount. */
  function overDue(fact, wanted, due, decimals) {
    const shortfall = { id: fact.id, units: wanted - due, decimals };
    return Object.assign(overApplied(named(fact), wanted, due, decimals), { shortfall });
  }

  /** Why NetSuite does not list an invoice of the right customer and currency. */
  function absent(fact, wanted, decimals) {
    checkApproved(fact);
    if (fact.remaining === 0) return overDue(fact, wanted, 0, decimals);
    const where = fact.receivables ? ` (${fact.receivables})` : '';
    const text = `NetSuite does not offer ${named(fact)} here: its subsidiary or receivables account${where} differs.`;
    return errors.raise('LAGO_NOT_APPLICABLE', text);
  }

  // What a credit memo can still give, this line's own share included. Of an unsaved one NetSuite may not have
  // computed the tax yet, so that its save must judge.
  function open(memo, line, decimals) {
    if (memo.id === null || memo.id === undefined) return Infinity;
    return money.units(memo.getValue({ fieldId: 'unapplied' }), decimals) + applied(memo, line, decimals);
  }

  /**
   * Applies exactly `wanted` smallest units of a credit memo to an invoice, all that is possible without an amount.
   *
   * Raises LAGO_OVERAPPLIED when the invoice is due for less or the memo has less, or the reason why NetSuite does
   * not list the invoice.
   */
  function settle(memo, id, wanted, decimals, call) {
    const line = lineOf(memo, id);
    if (line < 0) {
      const found = factOf(id);
      check(found, memo.getValue({ fieldId: 'entity' }), memo.getValue({ fieldId: 'currency' }), call);
      throw absent(found, wanted || 0, decimals);
    }
    const [left, given] = [due(memo, line, decimals), open(memo, line, decimals)];
    const all = Math.min(left, given, money.units(memo.getValue({ fieldId: 'total' }), decimals));
    const units = wanted === null ? all : wanted;
    if (units > left) throw overDue(factOf(id), units, left, decimals);
    if (units > given) {
      const number = memo.getValue({ fieldId: 'tranid' });
      throw overApplied(`${named(factOf(id))} from credit memo ${number}`, units, given, decimals);
    }
    tick(memo, line, units, decimals);
  }

  /** The lines of an item that apply it, each {doc, amount}. */
  function linesOf(item) {
    const groups = (item.record.lines || []).filter((group) => group.sublistId === SUBLIST);
    return groups.reduce((all, group) => all.concat(group.lineItems || []), []).filter((line) => line.apply !== false);
  }

  /** The ids of the documents that an item is applied to; raises when one of them is not there. */
  function documentsOf(item, call) {
    const lines = linesOf(item);
    call.resolveAll('doc', lines.map((line) => line.doc));
    return lines.map((line, index) => errors.at({ field: 'doc', line: index }, () => call.resolve('doc', line.doc)));
  }

  return {
    SUBLIST, lineOf, due, applied, tick, untick, isTicked, clear, check, checkApproved, receivablesOf, absent, settle,
    overApplied, overDue, named, noInvoice, linesOf, documentsOf,
  };
});
