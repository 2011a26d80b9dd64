/**
 * References of the wire, resolved to internal ids.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./customer_owner', './errors', './lookup', './record_types'], (customerOwner, errors, lookup, recordTypes) => {
  const LISTS = new Map(Object.entries({
    item: 'item', subsidiary: 'subsidiary', location: 'location', department: 'department', class: 'classification',
    currency: 'currency', account: 'account', aracct: 'account', discountitem: 'item',
    paymentmethod: 'paymentmethod',
  }));
  const CUSTOMERS = new Set(['entity', 'customer', 'parent']);
  const OUR_CUSTOMER = /^lago-cus-(.+)$/;
  const OUR_DOCUMENT = /^lago-(inv|so|cn|pay|ref)-(.+)$/;
  const TYPE_OF_PREFIX = {
    inv: 'invoice', so: 'salesorder', cn: 'creditmemo', pay: 'customerpayment', ref: 'customerrefund',
  };

  function isReference(value) {
    return value !== null && typeof value === 'object';
  }

  function keyOf(fieldId, value) {
    return `${fieldId} ${JSON.stringify(value)}`;
  }

  /** Remembers what the earlier items of a call came to, and what was found before. */
  function resolver() {
    const found = {};
    const failed = new Set();
    const planned = new Set();

    function find(fieldId, reference) {
      if (LISTS.has(fieldId)) return inList(fieldId, reference);
      return CUSTOMERS.has(fieldId) ? customer(reference) : transaction(reference);
    }

    function inList(fieldId, reference) {
      return reference.externalId === undefined ? null : lookup.inList(LISTS.get(fieldId), reference.externalId);
    }

    function customer(reference) {
      const kind = recordTypes.of('customer');
      if (reference.lagoId !== undefined) return lookup.byLagoId(kind, reference.lagoId);
      const direct = lookup.byExternalId('entity', reference.externalId);
      const ours = OUR_CUSTOMER.exec(reference.externalId);
      return direct || (ours && lookup.byLagoId(kind, ours[1]));
    }

    function transaction(reference) {
      if (reference.externalId === undefined) return lookup.byLagoId(recordTypes.of('invoice'), reference.lagoId);
      const direct = lookup.byExternalId('transaction', reference.externalId);
      const ours = OUR_DOCUMENT.exec(reference.externalId);
      const kind = ours && recordTypes.of(TYPE_OF_PREFIX[ours[1]]);
      return direct || (kind ? lookup.byLagoId(kind, ours[2]) : null);
    }

    function missing(fieldId, reference) {
      const key = reference.externalId || reference.lagoId;
      if (failed.has(key)) {
        const text = `${key} was not written earlier in this call.`;
        return errors.raise('LAGO_DEPENDENCY_FAILED', text, { field: fieldId });
      }
      if (planned.has(key)) {
        return errors.raise('LAGO_PLANNED_REFERENCE', `${key} would be created first.`, { field: fieldId });
      }
      if (LISTS.has(fieldId)) {
        return errors.raise('LAGO_INVALID_REFERENCE', `There is no ${fieldId} with the id ${key}.`, { field: fieldId });
      }
      return errors.raise('LAGO_REFERENCE_NOT_FOUND', `${key} is not in NetSuite yet.`, { field: fieldId });
    }

    // A customer that Lago links by its internal id; it must not be another Lago customer's.
    function known(fieldId, value) {
      const [id, key] = [String(value.internalId), keyOf(fieldId, value)];
      const isClaimed = CUSTOMERS.has(fieldId) && value.lagoId !== undefined;
      if (isClaimed && !found[key]) customerOwner.demand(id, value.lagoId, fieldId);
      found[key] = id;
      return id;
    }

    function resolve(fieldId, value) {
      if (!isReference(value)) return value;
      if (value.internalId !== undefined) return known(fieldId, value);
      if (value.externalId === undefined && value.lagoId === undefined) {
        const text = `${fieldId} must refer by internalId, externalId or lagoId.`;
        throw errors.raise('LAGO_INVALID_REFERENCE', text, { field: fieldId });
      }
      const key = keyOf(fieldId, value);
      if (!found[key]) {
        const record = find(fieldId, value);
        if (!record) throw missing(fieldId, value);
        found[key] = record.id;
      }
      return found[key];
    }

    /** Looks for many documents at once; what it does not find, `resolve` looks for by itself. */
    function resolveAll(fieldId, references) {
      const wanted = references.filter((value) => isReference(value) && value.externalId !== undefined);
      if (wanted.length < 2) return;
      const externalIds = wanted.map((value) => String(value.externalId));
      lookup.byExternalIds('transaction', externalIds.filter((id, at) => externalIds.indexOf(id) === at))
        .forEach((record) => wanted
          .filter((value) => String(value.externalId).toLowerCase() === String(record.externalId).toLowerCase())
          .forEach((value) => { found[keyOf(fieldId, value)] = record.id; }));
    }

    function keysOf(item) {
      return [item.external_id, item.lago_id].filter(Boolean);
    }

    /** Tells what depends on an item that it was not written. */
    function fail(item) {
      keysOf(item).forEach((key) => failed.add(key));
    }

    /** Tells what depends on an item that a dry run would have written it. */
    function plan(item) {
      keysOf(item).forEach((key) => planned.add(key));
    }

    return { resolve, resolveAll, fail, plan };
  }

  return { resolver };
});
