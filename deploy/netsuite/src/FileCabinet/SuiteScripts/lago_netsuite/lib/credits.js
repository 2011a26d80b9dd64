/**
 * Credits spent on an invoice: the memos of Lago's credit notes are applied to it once it stands.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './applying', './creation', './documents', './faults', './money', './remedies'], (
  record, applying, creation, documents, faults, money, remedies,
) => {
  function spend(memoId, invoiceId, amounts, call) {
    const memo = record.load({ type: 'creditmemo', id: memoId, isDynamic: true });
    const decimals = call.decimals(memo.getValue({ fieldId: 'currency' }));
    const wanted = amounts.reduce((sum, amount) => sum + money.units(amount, decimals), 0);
    const line = applying.lineOf(memo, invoiceId);
    const current = line < 0 ? 0 : applying.applied(memo, line, decimals);
    if (current === wanted) return;
    applying.settle(memo, invoiceId, wanted, decimals, call);
    memo.save({ enableSourcing: true, ignoreMandatoryFields: true });
  }

  // A note may be named twice; the memo is applied once, by the sum.
  function byMemo(item, call) {
    const credits = item.apply_credits || [];
    call.resolveAll('apply_credits', credits.map((credit) => credit.doc));
    const memos = [];
    credits.forEach((credit, line) => faults.at({ field: 'apply_credits', line }, () => {
      const id = call.resolve('apply_credits', credit.doc);
      const known = memos.find((memo) => memo.id === id);
      if (known) known.amounts.push(credit.amount);
      else memos.push({ id, line, amounts: [credit.amount] });
    }));
    return memos;
  }

  function applyAll(told, item, call) {
    byMemo(item, call).forEach(({ id, line, amounts }) => faults.at({ field: 'apply_credits', line }, () => {
      remedies.again(() => spend(id, told.internalId, amounts, call));
    }));
    return told;
  }

  // The invoice is written whether its credits are there or not; whoever asked repeats the call until they are.
  function finish(told, item, call, warnings) {
    try {
      return applyAll(told, item, call);
    } catch (thrown) {
      if (thrown.name === 'LAGO_REFERENCE_NOT_FOUND') {
        warnings.push({ code: 'LAGO_CREDIT_PENDING', field: 'apply_credits', message: thrown.message });
        return told;
      }
      const text = `${thrown.message} The invoice itself stands: ${told.number} (${told.internalId}).`;
      throw Object.assign(faults.raise(thrown.name, text), { place: thrown.place, field: thrown.field });
    }
  }

  return { create_or_get: documents.writer(creation.draft, finish) };
});
