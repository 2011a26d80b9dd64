/**
 * Which Lago customer a NetSuite customer belongs to: one only, since its balance and statement are one customer's.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors', './lookup', './record_types'], (errors, lookup, recordTypes) => {
  const OURS = /^lago-cus-/i;

  /** Lago's customer `claimant` is linked to a NetSuite customer that belongs to another one of Lago's. */
  function taken({ id, number, owner }, claimant, field) {
    const text = `Lago links the customer ${claimant} to NetSuite's customer ${number} (${id}), which belongs to the `
      + `Lago customer ${owner} already.`;
    return errors.raise('LAGO_LINK_TAKEN', text, { field });
  }

  function factOf(id) {
    const kind = recordTypes.of('customer');
    const [row] = lookup.rows(kind.type, [['internalid', 'anyof', id]], [kind.number, kind.lagoId]);
    const valueOf = (name) => (row ? row.getValue({ name }) : '');
    return { id, number: valueOf(kind.number), owner: valueOf(kind.lagoId) };
  }

  /** Lago's id of the customer that the NetSuite customer with that id belongs to; empty for none. */
  function ownerOf(id) {
    return factOf(id).owner || '';
  }

  /** Raises when the NetSuite customer with that id belongs to another Lago customer than `claimant`. */
  function demand(id, claimant, field) {
    const fact = factOf(id);
    if (fact.owner && fact.owner !== claimant) throw taken(fact, claimant, field);
  }

  /** Whether an external id is one of ours for another Lago customer than that of an item. */
  function isOfAnother(externalId, item) {
    return OURS.test(externalId || '') && externalId.toLowerCase() !== item.external_id.toLowerCase();
  }

  return { taken, ownerOf, demand, isOfAnother };
});
