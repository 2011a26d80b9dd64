/**
 * The shares of payments of several invoices. Lago tells one amount for all of them (`V1::PaymentSerializer`), so
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

  /** The same for a payment of one invoice that is settled already, as by its void: it may become due again. */
  function late(facts) {
    return facts.length === 1 && facts[0].remaining === 0 ? { [FIELD]: listOf([facts[0].id]) } : {};
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
  function holders(id, decimals) {
    return paymentsOf(id).map((found) => {
      const payment = record.load({ type: 'customerpayment', id: found.id, isDynamic: true });
      return { payment, share: applied(payment, id, decimals) };
    }).filter(({ share }) => share > 0);
  }

  function put(payment, id, units, decimals) {
    const line = applySublist.lineOf(payment, id);
    if (units > 0) applySublist.tick(payment, line, units, decimals);
    else applySublist.untick(payment, line);
  }

  // In the payment's own order, as far as they are due.
  function spread(payment, ids, free, decimals) {
    return ids.reduce((left, id) => {
      const line = applySublist.lineOf(payment, id);
      if (line < 0 || left <= 0) return left;
      const held = applySublist.applied(payment, line, decimals);
      const more = Math.min(left, applySublist.due(payment, line, decimals) - held);
      if (more > 0) applySublist.tick(payment, line, held + more, decimals);
      return left - Math.max(more, 0);
    }, free);
  }

  function shift({ payment, share }, id, units, decimals) {
    const [paid, used] = ['payment', 'applied']
      .map((fieldId) => money.units(payment.getValue({ fieldId }), decimals));
    put(payment, id, share - units, decimals);
    spread(payment, invoicesOf(payment).filter((other) => other !== String(id)), paid - used + units, decimals);
    // What is ticked may have moved the amount.
    payment.setValue({ fieldId: 'payment', value: money.amount(paid, decimals) });
    payment.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  function planned(payment) {
    const text = `Payment ${payment.id} would give way first.`;
    return errors.raise('LAGO_PLANNED_REFERENCE', text, { field: 'doc' });
  }

  function give(found, { id, units, decimals }, warnings) {
    found.reduce((left, holder) => {
      const part = Math.min(left, holder.share);
      if (part <= 0) return left;
      shift(holder, id, part, decimals);
      const message = `payment ${holder.payment.id} gives way on invoice ${id}`;
      warnings.push({ code: 'LAGO_SHARE_MOVED', amount: money.text(part, decimals), message });
      return left - part;
    }, units);
  }

  /**
   * Takes shares that were guessed off an invoice that is `short` {id, units, decimals}. Answers whether it has that
   * much more room now, or with `isPart` any more; nothing is moved when not.
   */
  function makeRoom(short, call, warnings, isPart) {
    const found = holders(short.id, short.decimals);
    const held = found.reduce((sum, { share }) => sum + share, 0);
    const units = isPart ? Math.min(short.units, held) : short.units;
    if (units <= 0 || held < units) return false;
    if (call.isDryRun) throw planned(found[0].payment);
    give(found, Object.assign({}, short, { units }), warnings);
    return true;
  }

  /** Does `work`, and once more when it failed for want of room that could be made. */
  function withRoom(work, call, warnings) {
    try {
      return work();
    } catch (thrown) {
      if (!thrown.short || !makeRoom(thrown.short, call, warnings)) throw thrown;
      return work();
    }
  }

  return { column, late, isShared, remember, paymentsOf, makeRoom, withRoom };
});
