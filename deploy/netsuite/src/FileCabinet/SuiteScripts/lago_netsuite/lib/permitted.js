/**
 * Which fields of a customer a request may set: what Lago's data fills, what a mapping may add, and custom fields.
 *
 * Whoever holds a token for this script changes nothing else: no credit limit, no access, no activity.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./addresses', './errors'], (addresses, errors) => {
  const ALWAYS = [
    'isperson', 'subsidiary', 'currency', 'autoname', 'entityid', 'companyname', 'firstname', 'lastname', 'email', 'phone',
    'altphone', 'fax', 'url', 'salutation', 'title', 'comments', 'category', 'language', 'customform', 'vatregnumber',
    'taxable', 'taxitem', 'externalid', 'class', 'department', 'location',
  ];
  // Of a new customer only: afterwards they are the business of people.
  const WHEN_NEW = ['terms', 'receivablesaccount', 'salesrep', 'territory', 'parent', 'entitystatus', 'pricelevel'];
  const CUSTOM = /^custentity[a-z0-9_]*$/;
  const KNOWN = new Set(ALWAYS.concat(WHEN_NEW));

  function refuse(field, text) {
    throw errors.raise('LAGO_FIELD_NOT_ALLOWED', text, { field });
  }

  /** Raises for an item of a customer that would set anything else. */
  function check(item) {
    Object.keys(item.record.columns || {}).forEach((fieldId) => {
      if (!KNOWN.has(fieldId) && !CUSTOM.test(fieldId)) {
        refuse(fieldId, `This RESTlet does not set ${fieldId} on customers; custom fields (custentity_…) it does.`);
      }
    });
    (item.record.lines || []).concat(item.record.taxdetails || []).forEach(({ sublistId }) => {
      if (sublistId !== addresses.SUBLIST) refuse(sublistId, `This RESTlet does not write ${sublistId} on customers.`);
    });
  }

  return { check, WHEN_NEW };
});
