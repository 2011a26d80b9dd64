/**
 * The shares of payments of several invoices. Lago states one amount for all of them (`V1::PaymentSerializer`), so
 * what each invoice gets of it is a guess, and gives way to what other documents state: the payment moves on to its
 * other invoices.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './apply_sublist', './errors', './lookup', './money'], (
  record, applySublist, errors, lookup, money,
) => {
  const FIELD = 'custbody_lago_payment_invoices';
  const MAX_IDS = 300; // of twelve digits at most, in a text area of 4,000 characters

  /** The column by which a payment remembers the invoices that it is shared out among; none for a single one. */
  function column(ids) {
    return ids.length > 1 ? { [FIELD]: listOf(ids) } : {};
  }

  function listOf(ids) {
    return `,${ids.slice(0, MAX_IDS).join(',')},`;
  }

  /**
   * The same for a payment of one invoice that is not due for all of it, or that a void has reversed in part: it may
   * have to give way to a note that is still on its way, and the invoice may become due again.
   */
  function columnOfExcess(facts, paid, isReversed) {
    const isKept = facts.length === 1 && (isReversed || facts[0].remaining < Number(paid));
    return isKept ? { [FIELD]: listOf([facts[0].id]) } : {};
  }

  function invoicesOf(payment) {
    return String(payment.getValue({ fieldId: FIELD }) || '').split(',').filter(Boolean);
  }

  /** Whether a payment is shared out among several invoices. */
  function isShared(payment) {
    return invoicesOf(payment).length > 1;
  }

  /** Lets an open payment remember an invoice that it does not settle, where the account has the field. */
  function remember(payment, id) {
    if (payment.getField({ fieldId: FIELD })) payment.setValue({ fieldId: FIELD, value: listOf([id]) });
  }

  /** The payments that remember an invoice. */
  function paymentsOf(id) {
    return lookup.paymentsWith(FIELD, `,${id},`);
  }

  function applied(payment, id, decimals) {
    const line = applySublist.lineOf(payment, id);
    return line < 0 ? 0 : applySublist.applied(payment, line, decimals);
  }

  // The payments that hold something of an invoice by guess, open for change, each with its share.
  function paymentsOfInvoice(id, decimals) {
    return paymentsOf(id).map((found) => {
      const payment = record.load({ type: 'customerpayment', id: found.id, isDynamic: true });
      return { payment, share: applied(payment, id, decimals) };
    }).filter(({ share }) => share > 0);
  }

  function setShare(payment, id, units, decimals) {
    const line = applySublist.lineOf(payment, id);
    if (units > 0) applySublist.tick(payment, line, units, decimals);
    else applySublist.untick(payment, line);
  }

  // In the payment's own order, as far as they are due.
  function applyToOthers(payment, ids, free, decimals) {
    return ids.reduce((left, id) => {
      const line = applySublist.lineOf(payment, id);
      if (line < 0 || left <= 0) return left;
      const held = applySublist.applied(payment, line, decimals);
      const more = Math.min(left, applySublist.due(payment, line, decimals) - held);
      if (more > 0) applySublist.tick(payment, line, held + more, decimals);
      return left - Math.max(more, 0);
    }, free);
  }

  function moveShare({ payment, share }, id, units, decimals) {
    const [paid, used] = ['payment', 'applied']
      .map((fieldId) => money.units(payment.getValue({ fieldId }), decimals));
    setShare(payment, id, share - units, decimals);
    applyToOthers(payment, invoicesOf(payment).filter((other) => other !== String(id)), paid - used + units, decimals);
    // What is ticked may have moved the amount.
    payment.setValue({ fieldId: 'payment', value: money.amount(paid, decimals) });
    payment.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  function plannedError(payment) {
    const text = `Payment ${payment.id} would give way first.`;
    return errors.raise('LAGO_PLANNED_REFERENCE', text, { field: 'doc' });
  }

  function moveShares(found, { id, units, decimals }, warnings) {
    found.reduce((left, held) => {
      const part = Math.min(left, held.share);
      if (part <= 0) return left;
      moveShare(held, id, part, decimals);
      const message = `payment ${held.payment.id} gives way on invoice ${id}`;
      warnings.push({ code: 'LAGO_SHARE_MOVED', amount: money.text(part, decimals), message });
      return left - part;
    }, units);
  }

  /**
   * Takes shares that were guessed off an invoice by a `shortfall` {id, units, decimals}. Answers whether it has that
   * much more room now, or with `isPart` any more; nothing is moved when not.
   */
  function freeAmount(shortfall, call, warnings, isPart) {
    const found = paymentsOfInvoice(shortfall.id, shortfall.decimals);
    const held = found.reduce((sum, { share }) => sum + share, 0);
    const units = isPart ? Math.min(shortfall.units, held) : shortfall.units;
    if (units <= 0 || held < units) return false;
    if (call.isDryRun) throw plannedError(found[0].payment);
    moveShares(found, Object.assign({}, shortfall, { units }), warnings);
    return true;
  }

  /** Does `work`, and once more when it failed for want of room that could be made. */
  function withFreedAmount(work, call, warnings) {
    try {
      return work();
    } catch (thrown) {
      if (!thrown.shortfall || !freeAmount(thrown.shortfall, call, warnings)) throw thrown;
      return work();
    }
  }

  return { column, columnOfExcess, isShared, remember, paymentsOf, freeAmount, withFreedAmount };
});
