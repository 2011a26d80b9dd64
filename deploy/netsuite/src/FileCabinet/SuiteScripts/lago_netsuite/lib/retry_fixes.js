/**
 * What may be done about a refusal before it is reported: each fix is tried once.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/runtime', './customer_extent', './customer_fixes', './errors', './field_types', './payment_shares',
], (
  runtime, customerExtent, customerFixes, errors, fieldTypes, paymentShares,
) => {
  const CHANGED_MEANWHILE = new Set(['RCRD_HAS_BEEN_CHANGED', 'INVALID_INITIALIZE_REF']);
  const MAX_NAME_CHARS = 83;

  function optionsOf(item) {
    return item.record.options || {};
  }

  /** The name that is left when another record has the wished one: made unique by Lago's id. */
  function suffixed(name, item) {
    const suffix = ` (${item.lago_id.slice(0, 8)})`;
    return name.slice(0, MAX_NAME_CHARS - suffix.length) + suffix;
  }

  // A customer that Lago links has a name already; the one that had the link before may hold the wished one.
  function ownName({ item, current, warnings }, name) {
    if (item.mode !== 'adopt') return null;
    warnings.push({ code: 'LAGO_FIELD_FIXED', field: 'entityid', message: `${name} is taken` });
    return { entityid: current };
  }

  function otherName(situation, thrown) {
    const { item, warnings } = situation;
    const name = (item.record.columns || {}).entityid;
    if (thrown.name !== 'UNIQUE_CUST_ID_REQD' || !name) return null;
    if (optionsOf(item).entityIdClash !== 'suffix') return ownName(situation, name);
    const entityid = suffixed(name, item);
    warnings.push({ code: 'LAGO_ENTITY_ID_SUFFIXED', field: 'entityid', message: `${name} is taken: ${entityid}` });
    return { entityid };
  }

  // Allow Transaction Date Outside of the Posting Period (Oracle bridgehead_N3258805): Disallow, Warn or Allow.
  function isTiedToPeriod() {
    try {
      return /^dis/i.test(String(runtime.getCurrentUser().getPreference({ name: 'DATEPERIODMISMATCH' })));
    } catch (thrown) {
      return false; // what is not readable is tried
    }
  }

  function laterPeriod(situation, thrown) {
    const { item, call, warnings } = situation;
    const isAllowed = optionsOf(item).closedPeriod === 'next_open_period';
    const { trandate } = item.record.columns || {};
    if (!isAllowed || !trandate || errors.describe(thrown).class !== 'period_closed') return null;
    const period = call.nextOpenPeriod(fieldTypes.convert('trandate', trandate));
    if (!period) return null;
    if (isTiedToPeriod()) {
      const text = `${thrown.message} Nor can it be posted to ${period.name} with its date of ${trandate}: the `
        + 'preference Allow Transaction Date Outside of the Posting Period is Disallow.';
      throw errors.raise(thrown.name, text, { field: 'postingperiod' });
    }
    warnings.push({ code: 'LAGO_POSTED_IN', field: 'postingperiod', period: period.name });
    return { postingperiod: period.id };
  }

  function isCurrencyRefused(thrown) {
    return thrown.name === 'INVALID_KEY_OR_REF' && errors.describe(thrown).field === 'currency';
  }

  function moreCurrency(situation, thrown) {
    const { kind, item, call, warnings } = situation;
    if (kind.group !== 'transaction' || !isCurrencyRefused(thrown)) return null;
    const columns = item.record.columns || {};
    const [currency, symbol] = [columns.currency, call.symbol(columns.currency)];
    if (!symbol) return null; // there is no such currency at all
    const customer = call.resolve(kind.customer, columns[kind.customer]);
    if (!customerExtent.takesCurrencies()) {
      const text = `Customer ${customer} does not have the currency ${symbol}, and customers have only one here.`;
      throw errors.raise('LAGO_CURRENCY_NOT_ON_CUSTOMER', text, { field: 'currency' });
    }
    if (call.isDryRun) {
      const text = `${symbol} would be added to the customer first.`;
      throw errors.raise('LAGO_PLANNED_REFERENCE', text, { field: 'currency' });
    }
    customerExtent.addCurrency(customer, currency);
    warnings.push({ code: 'LAGO_CURRENCY_ADDED', field: 'currency', message: `${symbol} on customer ${customer}` });
    return {};
  }

  function freedAmount({ call, warnings }, thrown) {
    return thrown.shortfall && paymentShares.freeAmount(thrown.shortfall, call, warnings) ? {} : null;
  }

  /** The fix for a record that was changed while it was open; whoever decided by what it said leaves it out. */
  function newerRecord(situation, thrown) {
    return CHANGED_MEANWHILE.has(thrown.name) ? {} : null;
  }

  /** Does `work` once more when a record was changed while it was open. */
  function retriedIfChanged(work) {
    try {
      return work();
    } catch (thrown) {
      if (!CHANGED_MEANWHILE.has(thrown.name)) throw thrown;
      return work();
    }
  }

  const FIXES = [
    otherName, laterPeriod, moreCurrency, customerFixes.inactive, customerFixes.moreSubsidiary, freedAmount, newerRecord,
  ];

  /**
   * Does `work` with the columns that differ from the item's; none at first, then what the fixes add. Those
   * that are `used` are left out.
   */
  function withFixes(situation, work, columns, used) {
    try {
      return work(columns || {});
    } catch (thrown) {
      for (const fix of FIXES.filter((each) => !(used || []).includes(each))) {
        const fixed = fix(situation, thrown);
        if (fixed) return withFixes(situation, work, Object.assign({}, columns, fixed), (used || []).concat(fix));
      }
      throw thrown;
    }
  }

  return { withFixes, retriedIfChanged, newerRecord, suffixed };
});
