/**
 * Whose the documents of a page of the ledger are: Lago's keys of their customers.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./search_rows'], (searchRows) => {
  const LAGO_ID = 'custentity_lago_id';
  const NOBODY = { customerExternalId: null, customerLagoId: null, customerName: null };

  function ownerOf(row) {
    const valueOf = (name) => row.getValue({ name }) || null;
    return { customerExternalId: valueOf('externalid'), customerLagoId: valueOf(LAGO_ID), customerName: valueOf('entityid') };
  }

  /** A function from a customer's internal id to its keys; null each for one that the role may not see. */
  function reader(ids) {
    const known = Object.create(null);
    const wanted = Array.from(new Set(ids)).filter(Boolean);
    if (wanted.length > 0) {
      const filters = [[searchRows.ID, 'anyof'].concat(wanted)];
      searchRows.rows('customer', filters, ['externalid', 'entityid', LAGO_ID])
        .forEach((row) => { known[String(row.id)] = ownerOf(row); });
    }
    return (id) => known[id] || NOBODY;
  }

  return { reader };
});
