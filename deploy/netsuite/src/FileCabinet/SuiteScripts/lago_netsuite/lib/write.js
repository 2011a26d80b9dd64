/**
 * op=write: one item after the other, each by itself, until units or time run short.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/log', './applied_credits', './credit_memos', './currencies', './customer_links', './customers',
  './document_adoption', './documents', './errors', './payments', './periods', './permitted', './record_types',
  './references', './refunds', './voids',
], (
  log, appliedCredits, creditMemos, currencies, customerLinks, customers, documentAdoption, documents, errors, payments,
  periods, permitted, recordTypes, references, refunds, voids,
) => {
  const DEFAULTS = { min_units: 300, soft_deadline_s: 200, dry_run: false };
  const WRITERS = {
    customer: Object.assign({}, customers, customerLinks),
    invoice: Object.assign({}, appliedCredits, voids, documentAdoption),
    creditmemo: Object.assign({}, creditMemos, documentAdoption),
    salesorder: Object.assign({}, documents, documentAdoption),
    customerpayment: Object.assign({}, payments, documentAdoption),
    customerrefund: Object.assign({}, refunds, documentAdoption),
  };
  const NEEDED = ['external_id', 'lago_id', 'fingerprint'];
  const WRITTEN = ['created', 'exists', 'updated', 'adopted', 'voided'];

  // A name that every object has is no field of a record.
  function checkNames(values, line) {
    if (!Object.prototype.hasOwnProperty.call(values || {}, '__proto__')) return;
    throw errors.raise('LAGO_BAD_ITEM', '__proto__ is no field.', { field: '__proto__', line });
  }

  function check(item) {
    const missing = NEEDED.find((name) => typeof item[name] !== 'string' || item[name] === '');
    if (missing) throw errors.raise('LAGO_BAD_ITEM', `The item has no ${missing}.`, { field: missing });
    if (!item.record || typeof item.record !== 'object') {
      throw errors.raise('LAGO_BAD_ITEM', 'The item has no record.', { field: 'record' });
    }
    checkNames(item.record.columns);
    (item.record.lines || []).concat(item.record.taxdetails || [])
      .forEach((group) => (group.lineItems || []).forEach(checkNames));
  }

  function writerOf(item) {
    const kind = recordTypes.of(item.record.type);
    if (!kind) {
      throw errors.raise('LAGO_TYPE_NOT_SUPPORTED', `This RESTlet does not write ${item.record.type} records.`);
    }
    if (!kind.modes.includes(item.mode)) {
      throw errors.raise('LAGO_MODE_NOT_SUPPORTED', `${item.mode} is not possible for ${kind.type} records.`);
    }
    if (kind.type === 'customer') permitted.check(item);
    return { kind, write: WRITERS[kind.type][item.mode] };
  }

  function attempt(item, call) {
    const warnings = call.isDryRun ? [{ code: 'LAGO_DRY_RUN' }] : [];
    try {
      check(item);
      const { kind, write } = writerOf(item);
      return Object.assign({ ref: item.ref }, write(kind, currencies.settled(item), call, warnings), { warnings });
    } catch (thrown) {
      const isPlanned = thrown.name === 'LAGO_PLANNED_REFERENCE';
      return isPlanned ? unchecked(item, thrown, warnings) : refused(item, thrown, warnings);
    }
  }

  // A dry run cannot build what stands on a record that it does not create.
  function unchecked(item, thrown, warnings) {
    warnings.push({ code: 'LAGO_NOT_CHECKED', field: thrown.field, message: thrown.message });
    return { ref: item.ref, status: 'created', type: item.record.type, externalId: item.external_id, warnings };
  }

  function refused(item, thrown, warnings) {
    const error = errors.describe(thrown);
    log.error({ title: `lago ${error.code}`, details: { ref: item.ref, external_id: item.external_id } });
    const type = item.record && item.record.type ? { type: item.record.type } : {};
    return Object.assign({ ref: item.ref, status: 'error' }, type, { warnings, error });
  }

  function run(request, envelope) {
    const options = Object.assign({}, DEFAULTS, request.options);
    const resolver = references.resolver();
    const call = Object.assign({
      isDryRun: options.dry_run === true,
      resolve: resolver.resolve,
      resolveAll: resolver.resolveAll,
      nextOpenPeriod: periods.finder(),
    }, currencies.reader());
    let isStopped = false;

    function next(item) {
      isStopped = isStopped || envelope.unitsLeft() < options.min_units
        || envelope.elapsedMs() > options.soft_deadline_s * 1000;
      if (isStopped) return { ref: item.ref, status: 'skipped', warnings: [] };
      const result = attempt(item, call);
      if (!WRITTEN.includes(result.status)) resolver.fail(item);
      if (call.isDryRun && result.status === 'created') resolver.plan(item);
      return result;
    }

    return { items: request.items.map(next) };
  }

  return { run };
});
