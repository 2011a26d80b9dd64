/**
 * op=ledger: what stands in NetSuite of Lago's, a page at a time. Transactions as they are; with `type: "customer"` the
 * customers, with `balances: true` what these owe, with `deleted: true` what was deleted.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './ledger_balances', './ledger_customers', './ledger_deletions', './ledger_transactions'], (
  errors, ledgerBalances, ledgerCustomers, ledgerDeletions, ledgerTransactions,
) => {
  function readerOf(request) {
    if (request.balances) return ledgerBalances.page;
    if (request.deleted) return ledgerDeletions.page;
    return request.type === 'customer' ? ledgerCustomers.page : ledgerTransactions.page;
  }

  /** Answers a page of rows, and what to ask for next with `after`; null after the last. */
  function run(request, call) {
    try {
      return { ledger: readerOf(request)(request, call) };
    } catch (thrown) {
      return { ledger: { rows: [], next: null, error: errors.describe(thrown) } };
    }
  }

  return { run };
});
