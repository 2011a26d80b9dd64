/**
 * Customers at any stage: a search answers leads and prospects under types of their own, and each may have to be
 * loaded as what it is. To Lago all three are customers.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record'], (record) => {
  const CUSTOMER = 'customer';
  const EARLIER = ['prospect', 'lead'];
  const OF_ANOTHER_TYPE = 'SSS_RECORD_TYPE_MISMATCH';

  /** The record type of a search result, leads and prospects as customers. */
  function typeOf(recordType) {
    return EARLIER.includes(recordType) ? CUSTOMER : recordType;
  }

  // A customer is tried as such first; what is at no stage is refused as NetSuite refuses it then.
  function underItsType(wanted, work) {
    const types = wanted === CUSTOMER ? [CUSTOMER].concat(EARLIER) : [wanted];
    function attempt(left) {
      const [type, ...others] = left;
      try {
        return work(type);
      } catch (thrown) {
        if (thrown.name !== OF_ANOTHER_TYPE || others.length === 0) throw thrown;
        return attempt(others);
      }
    }
    return attempt(types);
  }

  /** `record.load`, at whatever stage a customer is. */
  function load({ type, id, isDynamic }) {
    return underItsType(type, (stage) => record.load({ type: stage, id, isDynamic: isDynamic === true }));
  }

  /** `record.submitFields`, at whatever stage a customer is. */
  function submitFields({ type, id, values }) {
    return underItsType(type, (stage) => record.submitFields({ type: stage, id, values }));
  }

  return { typeOf, load, submitFields };
});
