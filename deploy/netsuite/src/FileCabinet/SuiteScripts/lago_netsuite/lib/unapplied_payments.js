/**
 * Payments of an invoice that is voided: they come off it and stay the customer's credit, until Lago's note for the void
 * says what becomes of them.
 *
 * A payment that is shared out among several invoices stays where it is: the reversing memo holds its share instead.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './apply_sublist', './lookup', './money', './payment_shares', './retry_fixes'], (
  record, applySublist, lookup, money, paymentShares, retryFixes,
) => {
  function load(id) {
    return record.load({ type: 'customerpayment', id, isDynamic: true });
  }

  // What is ticked may have moved the amount.
  function save(payment, amount) {
    payment.setValue({ fieldId: 'payment', value: amount });
    payment.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  function unapply(id, invoiceId, most, decimals) {
    const payment = load(id);
    const line = applySublist.lineOf(payment, invoiceId);
    const held = line < 0 ? 0 : applySublist.applied(payment, line, decimals);
    const units = paymentShares.isShared(payment) ? 0 : Math.min(held, most);
    if (units <= 0) return 0;
    const amount = payment.getValue({ fieldId: 'payment' });
    if (units < held) applySublist.tick(payment, line, held - units, decimals);
    else applySublist.untick(payment, line);
    paymentShares.remember(payment, invoiceId);
    save(payment, amount);
    return units;
  }

  function warnUnapplied(id, invoiceId, units, decimals, warnings) {
    const message = `payment ${id} is taken off invoice ${invoiceId}`;
    warnings.push({ code: 'LAGO_PAYMENT_UNAPPLIED', amount: money.text(units, decimals), message });
  }

  /** Takes payments that are an invoice's alone off it, so many smallest units at most, with a warning for each. */
  function release(invoiceId, most, decimals, warnings) {
    if (most <= 0) return;
    lookup.paymentsOn(invoiceId).reduce((left, { id }) => {
      const units = retryFixes.retriedIfChanged(() => unapply(id, invoiceId, left, decimals));
      if (units > 0) warnUnapplied(id, invoiceId, units, decimals, warnings);
      return left - units;
    }, most);
  }

  function reapply(id, invoiceId, decimals) {
    const payment = load(id);
    const line = applySublist.lineOf(payment, invoiceId);
    const free = money.units(payment.getValue({ fieldId: 'unapplied' }), decimals);
    const held = line < 0 ? 0 : applySublist.applied(payment, line, decimals);
    const units = line < 0 ? 0 : Math.min(free, applySublist.due(payment, line, decimals) - held);
    if (units <= 0) return;
    const amount = payment.getValue({ fieldId: 'payment' });
    applySublist.tick(payment, line, held + units, decimals);
    save(payment, amount);
  }

  /** Applies again what had come off an invoice, as far as the invoice is due. */
  function restore(invoiceId, decimals) {
    paymentShares.paymentsOf(invoiceId).forEach(({ id }) => (
      retryFixes.retriedIfChanged(() => reapply(id, invoiceId, decimals))
    ));
  }

  return { release, restore };
});
