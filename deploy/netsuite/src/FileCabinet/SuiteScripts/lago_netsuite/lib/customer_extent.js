/**
 * The subsidiaries and currencies of a customer: one is added where the account lets customers have several (Oracle
 * section_1507907354), and the primary ones stay.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', 'N/runtime', './customer_stages', './errors', './lookup'], (
  record, runtime, customerStages, errors, lookup,
) => {
  const RELATIONSHIP = 'customersubsidiaryrelationship';

  function isFeatureOn(feature) {
    return runtime.isFeatureInEffect({ feature });
  }

  /** Whether customers of this account may have several subsidiaries. */
  function takesSubsidiaries() {
    return isFeatureOn('MULTISUBSIDIARYCUSTOMER');
  }

  /** Whether customers of this account may have several currencies. */
  function takesCurrencies() {
    return isFeatureOn('MULTICURRENCYCUSTOMER');
  }

  /** Whether a customer has a subsidiary besides its primary one. */
  function hasSubsidiary(customerId, subsidiary) {
    if (!takesSubsidiaries()) return false;
    const filters = [['entity', 'anyof', customerId], 'and', ['subsidiary', 'anyof', subsidiary]];
    return lookup.rows(RELATIONSHIP, filters, ['subsidiary']).length > 0;
  }

  /** Whether there is a subsidiary with that internal id. */
  function isSubsidiary(id) {
    return lookup.rows('subsidiary', [['internalid', 'anyof', id]], ['internalid']).length > 0;
  }

  function addSubsidiary(customerId, subsidiary) {
    const relationship = record.create({ type: RELATIONSHIP, isDynamic: true });
    relationship.setValue({ fieldId: 'entity', value: customerId });
    relationship.setValue({ fieldId: 'subsidiary', value: subsidiary });
    try {
      relationship.save({ enableSourcing: true, ignoreMandatoryFields: true });
    } catch (thrown) {
      if (!errors.isDuplicate(thrown)) throw thrown; // someone else was faster
    }
  }

  /** Adds a currency; false when the customer has it. */
  function addCurrency(customerId, currency) {
    const customer = customerStages.load({ type: 'customer', id: customerId, isDynamic: true });
    const place = { sublistId: 'currency', fieldId: 'currency', value: String(currency) };
    if (customer.findSublistLineWithValue(place) >= 0) return false;
    customer.selectNewLine({ sublistId: 'currency' });
    customer.setCurrentSublistValue(place);
    customer.commitLine({ sublistId: 'currency' });
    customer.save({ enableSourcing: true, ignoreMandatoryFields: true });
    return true;
  }

  function widenSubsidiary(customer, subsidiary, call, warnings) {
    const id = String(customer.id);
    if (hasSubsidiary(id, subsidiary)) return true;
    if (!takesSubsidiaries() || !isSubsidiary(subsidiary)) return false;
    if (!call.isDryRun) addSubsidiary(id, subsidiary);
    const message = `${subsidiary} on customer ${customer.getValue({ fieldId: 'entityid' })} (${id})`;
    warnings.push({ code: 'LAGO_SUBSIDIARY_ADDED', field: 'subsidiary', message });
    return true;
  }

  function widenCurrency(customer, currency, call, warnings) {
    const symbol = takesCurrencies() ? call.symbol(currency) : null;
    if (!symbol) return false;
    const id = String(customer.id);
    const place = { sublistId: 'currency', fieldId: 'currency', value: currency };
    if (customer.findSublistLineWithValue(place) >= 0) return true;
    if (call.isDryRun || addCurrency(id, currency)) {
      warnings.push({ code: 'LAGO_CURRENCY_ADDED', field: 'currency', message: `${symbol} on customer ${id}` });
    }
    return true;
  }

  const WIDER = { subsidiary: widenSubsidiary, currency: widenCurrency };

  // What a document needs is tried again with the document; until then the customer's own data are of more worth.
  function isWidened(fieldId, customer, value, call, warnings) {
    try {
      return WIDER[fieldId](customer, value, call, warnings);
    } catch (thrown) {
      return false;
    }
  }

  /**
   * Adds subsidiary and currency that a customer lacks. Answers which of the two fields the customer has besides its
   * primary values; an account without the feature, or without such a value, has none.
   */
  function widen(customer, columns, call, warnings) {
    return Object.keys(WIDER).filter((fieldId) => {
      const given = columns[fieldId];
      if (given === undefined || given === null) return false;
      const value = String(call.resolve(fieldId, given));
      const isPrimary = value === String(customer.getValue({ fieldId }));
      return !isPrimary && isWidened(fieldId, customer, value, call, warnings);
    });
  }

  return {
    takesSubsidiaries, takesCurrencies, hasSubsidiary, isSubsidiary, addSubsidiary, addCurrency, widen,
  };
});
