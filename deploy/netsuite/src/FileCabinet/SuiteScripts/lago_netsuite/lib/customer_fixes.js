/**
 * What may be wrong with the customer of a document that NetSuite refuses: inactive, or not in the subsidiary. A
 * missing subsidiary is added where customers may have several.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/runtime', './customer_extent', './errors', './lookup'], (runtime, customerExtent, errors, lookup) => {
  const REFUSALS = new Set(['INVALID_KEY_OR_REF', 'INVALID_TRANS_SUB_ENTITY']);
  const PLACES = [null, 'entity', 'customer', 'subsidiary'];

  function isFeatureOn(feature) {
    return runtime.isFeatureInEffect({ feature });
  }

  function mayMeanCustomer({ kind }, thrown) {
    return kind.group === 'transaction' && REFUSALS.has(thrown.name) && PLACES.includes(errors.describe(thrown).field);
  }

  function customerOf({ kind, item, call }) {
    return call.resolve(kind.customer, (item.record.columns || {})[kind.customer]);
  }

  function isTrue(value) {
    return value === true || value === 'T';
  }

  /** What is known of a customer; null when the role does not see it. */
  function factOf(id) {
    const ofSubsidiary = isFeatureOn('SUBSIDIARIES') ? ['subsidiary'] : [];
    const columns = ['entityid', 'isinactive'].concat(ofSubsidiary);
    const [row] = lookup.rows('customer', [['internalid', 'anyof', id]], columns);
    return row ? {
      id,
      number: row.getValue({ name: 'entityid' }),
      isInactive: isTrue(row.getValue({ name: 'isinactive' })),
      subsidiary: ofSubsidiary.length > 0 ? String(row.getValue({ name: 'subsidiary' })) : null,
    } : null;
  }

  function named({ number, id }) {
    return `customer ${number} (${id})`;
  }

  function inactiveError(fact, field) {
    const text = `NetSuite's ${named(fact)} is inactive, and takes no documents.`;
    return errors.raise('LAGO_CUSTOMER_INACTIVE', text, { field });
  }

  /** Raises when the document was refused because its customer is inactive; no fix, for people have decided so. */
  function inactive(situation, thrown) {
    const fact = mayMeanCustomer(situation, thrown) ? factOf(customerOf(situation)) : null;
    if (fact && fact.isInactive) throw inactiveError(fact, situation.kind.customer);
    return null;
  }

  function has(fact, subsidiary) {
    return fact.subsidiary === subsidiary || customerExtent.hasSubsidiary(fact.id, subsidiary);
  }

  function addOrExplain(fact, subsidiary, { call, warnings }) {
    if (!customerExtent.takesSubsidiaries()) {
      const text = `NetSuite's ${named(fact)} belongs to subsidiary ${fact.subsidiary}, the document to ${subsidiary}, `
        + 'and customers have only one subsidiary here.';
      throw errors.raise('LAGO_CUSTOMER_NOT_IN_SUBSIDIARY', text, { field: 'subsidiary' });
    }
    if (call.isDryRun) {
      const text = `Subsidiary ${subsidiary} would be added to the customer first.`;
      throw errors.raise('LAGO_PLANNED_REFERENCE', text, { field: 'subsidiary' });
    }
    customerExtent.addSubsidiary(fact.id, subsidiary);
    const message = `${subsidiary} on ${named(fact)}`;
    warnings.push({ code: 'LAGO_SUBSIDIARY_ADDED', field: 'subsidiary', message });
  }

  /** Adds the document's subsidiary to its customer, as currencies are added. */
  function moreSubsidiary(situation, thrown) {
    const { subsidiary: wanted } = situation.item.record.columns || {};
    if (!wanted || !isFeatureOn('SUBSIDIARIES') || !mayMeanCustomer(situation, thrown)) return null;
    const subsidiary = String(situation.call.resolve('subsidiary', wanted));
    const fact = factOf(customerOf(situation));
    if (!fact || has(fact, subsidiary) || !customerExtent.isSubsidiary(subsidiary)) return null;
    addOrExplain(fact, subsidiary, situation);
    return {};
  }

  return { factOf, inactiveError, inactive, moreSubsidiary };
});
