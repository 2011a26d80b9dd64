/**
 * The record types this script writes, where each keeps Lago's marks and which figures it answers with.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([], () => {
  const document = {
    group: 'transaction',
    lagoId: 'custbody_lago_id',
    fingerprint: 'custbody_lago_fingerprint',
    version: null,
    number: 'tranid',
    customer: 'entity',
    totals: { subtotal: 'subtotal', tax: 'taxtotal', total: 'total' },
    modes: ['create_or_get', 'adopt'],
  };
  const KINDS = {
    customer: {
      group: 'entity',
      lagoId: 'custentity_lago_id',
      fingerprint: 'custentity_lago_fingerprint',
      version: 'custentity_lago_version',
      number: 'entityid',
      totals: null,
      modes: ['create_or_get', 'upsert', 'adopt'],
    },
    invoice: Object.assign({}, document, { modes: ['create_or_get', 'adopt', 'void'] }),
    salesorder: document,
    creditmemo: document,
    customerrefund: Object.assign({}, document, { customer: 'customer', totals: { total: 'total' } }),
    customerpayment: Object.assign({}, document, {
      customer: 'customer',
      totals: { total: 'payment', applied: 'applied', unapplied: 'unapplied' },
    }),
  };

  /** What is known of a type, undefined for one this script does not write. */
  function of(type) {
    const kind = Object.prototype.hasOwnProperty.call(KINDS, type) ? KINDS[type] : undefined;
    return kind && Object.assign({ type }, kind);
  }

  return { of };
});
