/**
 * The record types this script writes, and where each keeps Lago's marks.
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
    hasTotals: true,
    modes: ['create_or_get'],
  };
  const KINDS = {
    customer: {
      group: 'entity',
      lagoId: 'custentity_lago_id',
      fingerprint: 'custentity_lago_fingerprint',
      version: 'custentity_lago_version',
      number: 'entityid',
      hasTotals: false,
      modes: ['create_or_get', 'upsert'],
    },
    invoice: document,
  };

  /** What is known of a type, undefined for one this script does not write. */
  function of(type) {
    const kind = Object.prototype.hasOwnProperty.call(KINDS, type) ? KINDS[type] : undefined;
    return kind && Object.assign({ type }, kind);
  }

  return { of };
});
