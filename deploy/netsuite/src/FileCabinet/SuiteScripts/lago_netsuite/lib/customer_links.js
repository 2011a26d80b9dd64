/**
 * Customers that stood in NetSuite before Lago knew them: linked by internal id, marked, then kept up to date.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./customer_fixes', './customer_owner', './customer_stages', './customers', './errors', './lookup'], (
  customerFixes, customerOwner, customerStages, customers, errors, lookup,
) => {
  const NOT_THERE = new Set(['RCRD_DSNT_EXIST', 'SSS_RECORD_TYPE_MISMATCH']);

  function notFound(item, reason) {
    const text = `Lago links the customer to NetSuite customer ${item.internal_id}, which ${reason}.`;
    return errors.raise('LAGO_LINK_NOT_FOUND', text, { field: 'internal_id' });
  }

  function load(kind, item) {
    try {
      return customerStages.load({ type: kind.type, id: item.internal_id, isDynamic: false });
    } catch (thrown) {
      throw NOT_THERE.has(thrown.name) ? notFound(item, 'does not exist') : thrown;
    }
  }

  function isTrue(value) {
    return value === true || value === 'T';
  }

  function linked(kind, item) {
    if (!item.internal_id) {
      throw errors.raise('LAGO_BAD_ITEM', 'The item has no internal_id.', { field: 'internal_id' });
    }
    const customer = load(kind, item);
    if (isTrue(customer.getValue({ fieldId: 'isinactive' }))) {
      const number = customer.getValue({ fieldId: 'entityid' });
      throw customerFixes.inactiveError({ id: item.internal_id, number }, 'internal_id');
    }
    const current = customer.getValue({ fieldId: kind.lagoId });
    if (current && current !== item.lago_id) {
      const number = customer.getValue({ fieldId: kind.number });
      throw customerOwner.taken({ id: item.internal_id, number, owner: current }, item.lago_id, kind.lagoId);
    }
    return customer;
  }

  function isOurs(externalId, item) {
    return String(externalId || '').toLowerCase() === item.external_id.toLowerCase();
  }

  function holders(kind, item) {
    const byKey = lookup.byExternalId(kind.group, item.external_id);
    const found = lookup.allByLagoId(kind, item.lago_id);
    const isNew = byKey && byKey.type === kind.type && !found.some(({ id }) => id === byKey.id);
    return (isNew ? found.concat(byKey) : found).filter(({ id }) => id !== String(item.internal_id));
  }

  // The link has moved: who had it before must not be found by it any more. A foreign external id is not ours to take.
  function release(kind, item, warnings) {
    holders(kind, item).forEach(({ id, externalId }) => {
      const cleared = { [kind.lagoId]: '', [kind.fingerprint]: '', [kind.version]: '' };
      const values = isOurs(externalId, item) ? Object.assign(cleared, { externalid: '' }) : cleared;
      customerStages.submitFields({ type: kind.type, id, values });
      warnings.push({ code: 'LAGO_LINK_MOVED', message: `from NetSuite customer ${id}` });
    });
  }

  /** Links, the first time; afterwards brings what is newer. */
  function adopt(kind, item, call, warnings) {
    const customer = linked(kind, item);
    if (!call.isDryRun) release(kind, item, warnings);
    const [lagoId, externalId] = [kind.lagoId, 'externalid'].map((fieldId) => customer.getValue({ fieldId }));
    const found = { id: String(customer.id), externalId };
    if (!lagoId) return customers.writeChanges('adopted', kind, item, found.id, call, warnings);
    const summary = customers.update(kind, item, found, call, warnings);
    // The external id alone was missing: that is no news to anyone.
    return summary.status === 'adopted' ? Object.assign(summary, { status: 'exists' }) : summary;
  }

  return { adopt };
});
