/**
 * op=lookup: what stands in NetSuite under an external id or a number, and how much of it is open.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  './amounts', './currencies', './customer_stages', './errors', './lookup', './open_balances', './record_summary',
  './record_types', './search_rows',
], (
  amounts, currencies, customerStages, errors, lookup, openBalances, recordSummary, recordTypes, searchRows,
) => {
  const GROUPS = ['transaction', 'entity'];

  function group(type) {
    const kind = recordTypes.of(type);
    if (!kind) throw errors.raise('LAGO_TYPE_NOT_SUPPORTED', `This RESTlet does not look up ${type} records.`);
    return kind;
  }

  function columnsOf(name) {
    if (name === 'entity') return ['externalid', 'entityid', 'currency'];
    return ['externalid', 'tranid', lookup.STATUS].concat(amounts.names());
  }

  function typeOf(row) {
    return customerStages.typeOf(row.recordType);
  }

  function distinct(values) {
    return values.filter((value, index) => values.indexOf(value) === index);
  }

  function lower(value) {
    return String(value || '').toLowerCase();
  }

  function onMainLine(name, filters) {
    return name === 'transaction' ? [filters, 'and', ['mainline', 'is', 'T']] : filters;
  }

  // External ids of both groups are looked for in one search each.
  function byExternalId(items) {
    const ids = distinct(items.map((item) => item.external_id).filter(Boolean));
    if (ids.length === 0) return [];
    return GROUPS.reduce((all, name) => all.concat(lookup.rows(
      name === 'entity' ? 'customer' : name, onMainLine(name, [['externalid', 'anyof'].concat(ids)]), columnsOf(name),
    )), []);
  }

  function anyOf(field, numbers) {
    return numbers.reduce((all, number) => (all.length ? all.concat(['or']) : all).concat([[field, 'is', number]]), []);
  }

  function byNumber(type, items) {
    const kind = group(type);
    const numbers = distinct(items.filter((item) => item.type === type).map((item) => String(item.number)));
    const name = kind.group === 'transaction' ? 'transaction' : 'entity';
    return lookup.rows(type, onMainLine(name, anyOf(kind.number, numbers)), columnsOf(name));
  }

  function matches(row, item) {
    if (item.external_id && item.type && row.recordType !== item.type) return false;
    if (item.external_id) return lower(row.getValue({ name: 'externalid' })) === lower(item.external_id);
    const kind = recordTypes.of(typeOf(row));
    return typeOf(row) === item.type && lower(row.getValue({ name: kind.number })) === lower(item.number);
  }

  function figures(row, decimals) {
    const { total, open: left } = amounts.of(row);
    const text = (amount) => amount.toFixed(decimals);
    if (row.recordType === 'salesorder') return { total: text(total) };
    if (row.recordType === 'invoice') return { total: text(total), applied: text(total - left), due: text(left) };
    return { total: text(total), applied: text(total - left), unapplied: text(left) };
  }

  // Without the column of what is open there are no balances.
  function summed(filters) {
    try {
      return openBalances.read(filters, ['entity', amounts.columns().currency]);
    } catch (thrown) {
      if (searchRows.isUnknown(thrown)) return null;
      throw thrown;
    }
  }

  /** What each customer owes, by internal id and then currency id; null where the account does not say. */
  function balances(ids) {
    const known = {};
    if (ids.length === 0) return known;
    const found = summed(onMainLine('transaction', [['entity', 'anyof'].concat(ids)]));
    if (found === null) return null;
    found.forEach(({ values: [customer, currency], amount }) => {
      known[customer] = known[customer] || {};
      known[customer][currency] = (known[customer][currency] || 0) + amount;
    });
    return known;
  }

  function owed(row, currency, owing, money) {
    if (owing === null) return {};
    const sums = owing[String(row.id)] || {};
    const shown = Object.keys(sums).reduce((all, id) => (
      Object.assign(all, { [money.symbol(id) || id]: sums[id].toFixed(money.decimals(id)) })
    ), {});
    return { balance: (sums[currency] || 0).toFixed(money.decimals(currency)), balances: shown };
  }

  function entryOf(row, owing, money) {
    const kind = recordTypes.of(typeOf(row));
    const currency = amounts.currencyOf(row);
    const common = {
      status: 'exists',
      type: typeOf(row),
      internalId: String(row.id),
      externalId: row.getValue({ name: 'externalid' }) || null,
      number: row.getValue({ name: kind.number }) || null,
      url: recordSummary.link(typeOf(row), row.id),
      currency: money.symbol(currency),
    };
    if (kind.group === 'entity') return Object.assign(common, owed(row, currency, owing, money));
    const totals = figures(row, money.decimals(currency));
    return Object.assign(common, { totals, voided: lookup.isVoided(row) });
  }

  function check(item) {
    const isKeyed = typeof item.external_id === 'string' && item.external_id !== '';
    if (isKeyed) return;
    if (typeof item.type !== 'string' || item.number === undefined || item.number === '') {
      throw errors.raise('LAGO_BAD_ITEM', 'The item has neither an external_id nor a type and number.');
    }
    group(item.type);
  }

  function answer(item, rows, owing, money) {
    const found = rows.filter((row) => recordTypes.of(typeOf(row)) && matches(row, item));
    if (found.length === 0) return { ref: item.ref, status: 'missing', warnings: [] };
    // An external id is unique in its group: a customer may have that of an invoice.
    const alike = found.filter((row) => row.recordType === found[0].recordType).length;
    const warnings = alike > 1 ? [{ code: 'LAGO_NUMBER_NOT_UNIQUE', message: `${alike} records` }] : [];
    return Object.assign({ ref: item.ref }, entryOf(found[0], owing, money), { warnings });
  }

  function refused(item) {
    try {
      check(item);
      return null;
    } catch (thrown) {
      return { ref: item.ref, status: 'error', warnings: [], error: errors.describe(thrown) };
    }
  }

  /** Answers each item with what stands, or that nothing does. */
  function run(request) {
    const refusals = request.items.map(refused);
    const items = request.items.filter((item, index) => refusals[index] === null);
    const types = distinct(items.filter((item) => !item.external_id).map((item) => item.type));
    const rows = types.reduce((all, type) => all.concat(byNumber(type, items)), byExternalId(items));
    const customers = rows.filter((row) => typeOf(row) === 'customer').map((row) => String(row.id));
    const [owing, money] = [balances(distinct(customers)), currencies.reader()];
    return { items: request.items.map((item, index) => refusals[index] || answer(item, rows, owing, money)) };
  }

  return { run };
});
