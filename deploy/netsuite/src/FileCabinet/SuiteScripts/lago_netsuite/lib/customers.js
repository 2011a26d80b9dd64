/**
 * Customers: created once; `upsert` also brings later versions.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './answers', './creation'], (record, answers, creation) => {
  // What a customer cannot change once it has transactions, or ever.
  const FIXED = ['isperson', 'subsidiary', 'currency', 'autoname'];
  const CHANGED_MEANWHILE = 'RCRD_HAS_BEEN_CHANGED';

  function load(kind, id, isDynamic) {
    return record.load({ type: kind.type, id, isDynamic });
  }

  function kept(status, kind, item, found, call) {
    const adopted = !call.isDryRun && creation.adopt(kind, item, found);
    const told = answers.of(status, kind, load(kind, found.id, false));
    return adopted ? Object.assign(told, { status: 'adopted' }) : told;
  }

  function isOlder(version, stored) {
    const [given, standing] = [Date.parse(version), Date.parse(stored)];
    return Number.isNaN(given) || Number.isNaN(standing) ? false : given < standing;
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

  function changes(kind, item, customer, warnings) {
    const columns = Object.assign({}, item.record.columns, creation.marks(kind, item));
    if (customer.getValue({ fieldId: 'externalid' })) delete columns.externalid;
    FIXED.filter((fieldId) => columns[fieldId] !== undefined).forEach((fieldId) => {
      const standing = customer.getValue({ fieldId });
      const isGiven = columns[fieldId] !== null && typeof columns[fieldId] !== 'object' && fieldId !== 'autoname';
      if (isGiven && !same(columns[fieldId], standing)) warnings.push({ code: 'LAGO_FIELD_FIXED', field: fieldId });
      delete columns[fieldId];
    });
    return columns;
  }

  function update(kind, item, found, call, warnings) {
    const customer = load(kind, found.id, true);
    if (isCurrent(kind, item, customer)) return kept('exists', kind, item, found, call);
    creation.fill(customer, kind, item, changes(kind, item, customer, warnings), call, warnings);
    if (!call.isDryRun) creation.save(customer, item);
    return answers.of('updated', kind, customer);
  }

  function updateTwice(kind, item, found, call, warnings) {
    try {
      return update(kind, item, found, call, warnings);
    } catch (thrown) {
      if (thrown.name !== CHANGED_MEANWHILE) throw thrown;
      return update(kind, item, found, call, warnings);
    }
  }

  function make(kind, item, call, warnings, settle) {
    const outcome = creation.create(kind, item, call, warnings);
    if (outcome.existing) return Object.assign(settle(outcome.existing), { raced: true });
    if (outcome.id === null) return { status: 'created', type: kind.type, externalId: item.external_id };
    return answers.of('created', kind, load(kind, outcome.id, false));
  }

  function createOrGet(kind, item, call, warnings) {
    const keep = (found) => kept('exists', kind, item, found, call);
    const found = creation.find(kind, item);
    return found ? keep(found) : make(kind, item, call, warnings, keep);
  }

  function upsert(kind, item, call, warnings) {
    const bring = (found) => updateTwice(kind, item, found, call, warnings);
    const found = creation.find(kind, item);
    return found ? bring(found) : make(kind, item, call, warnings, bring);
  }

  return { create_or_get: createOrGet, upsert };
});
