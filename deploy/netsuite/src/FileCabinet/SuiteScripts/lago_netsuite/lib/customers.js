/**
 * Customers: created once; `upsert` also brings later versions.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  './contact_fields', './create_or_find', './customer_extent', './customer_owner', './customer_stages', './permitted',
  './record_summary', './retry_fixes',
], (
  contactFields, createOrFind, customerExtent, customerOwner, customerStages, permitted, recordSummary, retryFixes,
) => {
  // What a customer cannot change once it has transactions, or ever; or what is not ours to change.
  const FIXED = ['isperson', 'subsidiary', 'currency', 'autoname'].concat(permitted.WHEN_NEW);

  function load(kind, id, isDynamic) {
    return customerStages.load({ type: kind.type, id, isDynamic });
  }

  function kept(status, kind, item, found, call) {
    const adopted = !call.isDryRun && createOrFind.adopt(kind, item, found);
    const summary = recordSummary.of(status, kind, load(kind, found.id, false));
    return adopted ? Object.assign(summary, { status: 'adopted' }) : summary;
  }

  function isOlder(version, stored) {
    const [given, current] = [Date.parse(version), Date.parse(stored)];
    return Number.isNaN(given) || Number.isNaN(current) ? false : given < current;
  }

  function isCurrent(kind, item, customer) {
    const version = customer.getValue({ fieldId: kind.version });
    const fingerprint = customer.getValue({ fieldId: kind.fingerprint });
    return (version && isOlder(item.version, version)) || (fingerprint && fingerprint === item.fingerprint);
  }

  function same(left, right) {
    const text = (value) => (value === true ? 'T' : value === false ? 'F' : String(value));
    return text(left) === text(right);
  }

  // A person has emptied the Lago id of a customer that was another one's: its external id goes with it.
  function keepsExternalId(kind, item, customer) {
    const externalId = customer.getValue({ fieldId: 'externalid' });
    if (!externalId) return false;
    return Boolean(customer.getValue({ fieldId: kind.lagoId })) || !customerOwner.isOfAnother(externalId, item);
  }

  function changes(kind, item, customer, has, warnings) {
    const columns = Object.assign({}, item.record.columns, createOrFind.marks(kind, item));
    if (keepsExternalId(kind, item, customer)) delete columns.externalid;
    FIXED.filter((fieldId) => columns[fieldId] !== undefined).forEach((fieldId) => {
      const current = customer.getValue({ fieldId });
      const isGiven = columns[fieldId] !== null && typeof columns[fieldId] !== 'object' && fieldId !== 'autoname';
      const isKept = isGiven && !has.includes(fieldId) && !same(columns[fieldId], current);
      if (isKept) warnings.push({ code: 'LAGO_FIELD_FIXED', field: fieldId });
      delete columns[fieldId];
    });
    return columns;
  }

  // A name that had to be made unique stays so.
  function keepName(item, customer, columns) {
    const current = customer.getValue({ fieldId: 'entityid' });
    const isSuffixed = columns.entityid && current === retryFixes.suffixed(columns.entityid, item);
    if (isSuffixed) delete columns.entityid;
  }

  /** Brings all that an item says of a customer to the record with that id. */
  function writeChanges(status, kind, item, id, call, warnings) {
    const stored = load(kind, id, false);
    const current = stored.getValue({ fieldId: 'entityid' });
    const write = (leaner) => retryFixes.withFixes({ kind, item: leaner, call, warnings, current }, (given) => {
      const has = customerExtent.widen(stored, leaner.record.columns || {}, call, warnings);
      const loaded = load(kind, id, true);
      const columns = changes(kind, leaner, loaded, has, warnings);
      keepName(leaner, loaded, columns);
      createOrFind.fill(loaded, leaner, Object.assign(columns, given), call, warnings);
      if (!call.isDryRun) createOrFind.save(loaded, leaner);
      return loaded;
    });
    const customer = contactFields.withoutRefused(item, warnings, write);
    return recordSummary.of(status, kind, customer);
  }

  /** Brings a later version to a customer, unless it has it. */
  function update(kind, item, found, call, warnings) {
    if (isCurrent(kind, item, load(kind, found.id, false))) return kept('exists', kind, item, found, call);
    return writeChanges('updated', kind, item, found.id, call, warnings);
  }

  function make(kind, item, call, warnings, settle) {
    const write = (leaner) => retryFixes.withFixes({ kind, item: leaner, call, warnings }, (given) => (
      createOrFind.commit(kind, leaner, createOrFind.draft(kind, leaner, call, warnings, given), call)
    ));
    const outcome = contactFields.withoutRefused(item, warnings, write);
    if (outcome.existing) return Object.assign(settle(outcome.existing), { raced: true });
    if (outcome.id === null) return { status: 'created', type: kind.type, externalId: item.external_id };
    return recordSummary.of('created', kind, load(kind, outcome.id, false));
  }

  function createOrGet(kind, item, call, warnings) {
    const keep = (found) => kept('exists', kind, item, found, call);
    const found = createOrFind.find(kind, item);
    return found ? keep(found) : make(kind, item, call, warnings, keep);
  }

  function upsert(kind, item, call, warnings) {
    const refresh = (found) => update(kind, item, found, call, warnings);
    const found = createOrFind.find(kind, item);
    return found ? refresh(found) : make(kind, item, call, warnings, refresh);
  }

  return { create_or_get: createOrGet, upsert, update, writeChanges };
});
