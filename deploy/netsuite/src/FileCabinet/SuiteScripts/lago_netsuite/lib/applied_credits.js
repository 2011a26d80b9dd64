/**
 * Credits spent on an invoice: the memos of Lago's credit notes are applied to it once it stands.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './apply_sublist', './create_or_find', './credit_lines', './credit_precedence', './documents', './errors',
  './lookup', './money', './payment_shares', './retry_fixes', './reversing_memo',
], (
  record, applySublist, createOrFind, creditLines, creditPrecedence, documents, errors, lookup, money, paymentShares,
  retryFixes, reversingMemo,
) => {
  const PENDING = ['LAGO_REFERENCE_NOT_FOUND', creditPrecedence.SPENT];

  // Where voids give nothing back, as by Lago's present rule, no invoice makes room for another.
  function spend(memoId, invoiceId, amounts, isForGood, call) {
    const memo = record.load({ type: 'creditmemo', id: memoId, isDynamic: true });
    const decimals = call.decimals(memo.getValue({ fieldId: 'currency' }));
    const wanted = amounts.reduce((sum, amount) => sum + money.units(amount, decimals), 0);
    const line = applySublist.lineOf(memo, invoiceId);
    const current = line < 0 ? 0 : applySublist.applied(memo, line, decimals);
    if (current === wanted) return;
    if (!isForGood) creditPrecedence.check(memo, invoiceId, wanted - current, decimals);
    applySublist.settle(memo, invoiceId, wanted, decimals, call);
    memo.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  // A note may be named twice; the memo is applied once, by the sum.
  function byMemo(item, call) {
    const credits = item.apply_credits || [];
    call.resolveAll('apply_credits', credits.map((credit) => credit.doc));
    const memos = [];
    credits.forEach((credit, line) => errors.at({ field: 'apply_credits', line }, () => {
      const id = call.resolve('apply_credits', credit.doc);
      const known = memos.find((memo) => memo.id === id);
      if (known) known.amounts.push(credit.amount);
      else memos.push({ id, line, amounts: [credit.amount] });
    }));
    return memos;
  }

  // What was given back meanwhile is not to be had any more, and need not be: the invoice is voided.
  function unlessGivenBack(work, warnings) {
    try {
      work();
    } catch (thrown) {
      if (thrown.name !== creditPrecedence.GIVEN_BACK) throw thrown;
      warnings.push({ code: thrown.name, field: 'apply_credits', message: thrown.message });
    }
  }

  function applyAll(summary, item, call, warnings) {
    byMemo(item, call).forEach(({ id, line, amounts }) => errors.at({ field: 'apply_credits', line }, () => {
      const isForGood = (item.policy || {}).recredit === false;
      const once = () => retryFixes.retriedIfChanged(() => spend(id, summary.internalId, amounts, isForGood, call));
      unlessGivenBack(() => paymentShares.withFreedAmount(once, call, warnings), warnings);
    }));
    return summary;
  }

  // What a void has given back is not spent once more by the repeat of an invoice that had waited for it. By Lago's
  // present rule it gives back nothing, and its memo leaves room for the credits.
  function isTakenBack(summary, item) {
    if (lookup.invoice(summary.internalId).isVoided) return true;
    const memo = reversingMemo.find(item);
    return memo !== null && !reversingMemo.keepsCredits(memo);
  }

  // The invoice is written whether its credits are there or not; whoever asked repeats the call until they are.
  function finish(summary, item, call, warnings) {
    if (!item.apply_credits || isTakenBack(summary, item)) return summary;
    try {
      return applyAll(summary, item, call, warnings);
    } catch (thrown) {
      if (isTakenBack(summary, item)) return summary; // meanwhile
      if (PENDING.includes(thrown.name)) {
        warnings.push({ code: 'LAGO_CREDIT_PENDING', field: 'apply_credits', message: thrown.message });
        return summary;
      }
      const text = `${thrown.message} The invoice itself stands: ${summary.number} (${summary.internalId}).`;
      throw Object.assign(errors.raise(thrown.name, text), { place: thrown.place, field: thrown.field });
    }
  }

  function unspend(memoId, invoiceId) {
    const memo = record.load({ type: 'creditmemo', id: memoId, isDynamic: true });
    const line = applySublist.lineOf(memo, invoiceId);
    if (line < 0 || !applySublist.isTicked(memo, line)) return;
    applySublist.untick(memo, line);
    memo.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  /** Gives back what an invoice had spent, as Lago does when it voids one; what is not there yet was not spent. */
  function release(item, invoiceId) {
    (item.release_credits || []).forEach((credit) => {
      const memo = lookup.byExternalId('transaction', credit.doc.externalId);
      if (memo) retryFixes.retriedIfChanged(() => unspend(memo.id, invoiceId));
    });
  }

  const write = documents.writer(createOrFind.draft, finish);

  function createOrGet(kind, item, call, warnings) {
    return write(kind, creditLines.settled(kind, item, call, warnings), call, warnings);
  }

  return { create_or_get: createOrGet, release };
});
