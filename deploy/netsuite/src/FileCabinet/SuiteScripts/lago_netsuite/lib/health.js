/**
 * op=health: what this account, this role and their forms are like, as far as a script can tell; nothing is saved.
 *
 * The caller names what it wants to know: {permissions, features, preferences, fields: {type: {body, lines}},
 * subsidiaries, currencies}. What cannot be told is null, or an error beside the type.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/config', 'N/record', 'N/runtime', './errors'], (config, record, runtime, errors) => {
  const LINES = 'item';
  const REGISTRATIONS = 'taxregistration';
  // As Oracle's pages of preference names have them (bridgehead_N3258805).
  const PREFERENCE = { outsidePeriod: 'DATEPERIODMISMATCH', language: 'LANGUAGE' };

  function each(names, valueFor) {
    return (names || []).reduce((all, name) => Object.assign(all, { [name]: valueFor(name) }), {});
  }

  function orNull(work) {
    try {
      return work();
    } catch (thrown) {
      return null;
    }
  }

  function isEmpty(value) {
    return value === null || value === undefined || value === '';
  }

  function isOn(value) {
    return value === true || value === 'T';
  }

  // A mandatory field that a new record already has a value for asks nothing of us.
  function mandatory(names, fieldOf, valueOf) {
    return names.filter((name) => {
      const field = orNull(() => fieldOf(name));
      return Boolean(field && field.isMandatory) && isEmpty(orNull(() => valueOf(name)));
    });
  }

  function bodyOf(blank, asked) {
    const fieldOf = (fieldId) => blank.getField({ fieldId });
    return {
      known: each(asked, (name) => Boolean(orNull(() => fieldOf(name)))),
      mandatory: mandatory(blank.getFields(), fieldOf, (fieldId) => blank.getValue({ fieldId })),
    };
  }

  function linesOf(blank, asked) {
    blank.selectNewLine({ sublistId: LINES });
    const names = blank.getSublistFields({ sublistId: LINES });
    const fieldOf = (fieldId) => blank.getCurrentSublistField({ sublistId: LINES, fieldId });
    return {
      known: each(asked, (name) => names.includes(name)),
      mandatory: mandatory(names, fieldOf, (fieldId) => blank.getCurrentSublistValue({ sublistId: LINES, fieldId })),
    };
  }

  function formOf(type, asked) {
    try {
      const blank = record.create({ type, isDynamic: true });
      return { body: bodyOf(blank, asked.body), lines: asked.lines ? linesOf(blank, asked.lines) : null, error: null };
    } catch (thrown) {
      return { body: null, lines: null, error: errors.describe(thrown) };
    }
  }

  /** A preference as text; null when it is not set, or not told. */
  function textOf(user, name) {
    const value = orNull(() => user.getPreference({ name }));
    return isEmpty(value) ? null : String(value);
  }

  /**
   * Whether the account voids by journals, which it cannot do to invoices. A user's preferences tell it to any role
   * (Oracle section_4296668859), the page of the account's preferences only to one that may set up accounting.
   */
  function voidsByJournal(user) {
    const name = 'REVERSALVOIDING';
    const value = textOf(user, name);
    if (value !== null) return isOn(value) || value === 'true';
    return isOn(config.load({ type: config.Type.ACCOUNTING_PREFERENCES }).getValue({ fieldId: name }));
  }

  /** A currency by its id, for where the feature is off currencies can be loaded and not searched. */
  function currencyOf(id) {
    const currency = record.load({ type: 'currency', id });
    const precision = String(currency.getValue({ fieldId: 'currencyprecision' }));
    return {
      symbol: String(currency.getValue({ fieldId: 'symbol' }) || ''),
      decimals: /^\d$/.test(precision) ? Number(precision) : null,
      is_base: isOn(currency.getValue({ fieldId: 'isbasecurrency' })),
    };
  }

  // Of 0 (none) to 4 (full), as runtime.Permission has them.
  function levelOf(user, name) {
    const level = Number(user.getPermission({ name }));
    return Number.isInteger(level) ? level : null;
  }

  function registeredIn(id) {
    const subsidiary = record.load({ type: 'subsidiary', id });
    const count = Math.max(subsidiary.getLineCount({ sublistId: REGISTRATIONS }), 0);
    const nexusAt = (line) => subsidiary.getSublistValue({ sublistId: REGISTRATIONS, fieldId: 'nexus', line });
    return Array.from({ length: count }, (_, line) => String(nexusAt(line)));
  }

  /** Answers what was asked for. */
  function run(request) {
    const user = runtime.getCurrentUser();
    const fields = request.fields || {};
    return {
      health: {
        server_time: new Date().toISOString(),
        user: { id: String(user.id), role: String(user.roleId || user.role), role_id: String(user.role) },
        permissions: each(request.permissions, (name) => orNull(() => levelOf(user, name))),
        features: each(request.features, (feature) => runtime.isFeatureInEffect({ feature })),
        preferences: each(request.preferences, (name) => orNull(() => user.getPreference({ name }))),
        voids_by_journal: orNull(() => voidsByJournal(user)),
        outside_period: textOf(user, PREFERENCE.outsidePeriod),
        language: textOf(user, PREFERENCE.language),
        forms: each(Object.keys(fields), (type) => formOf(type, fields[type])),
        registrations: each(request.subsidiaries, (id) => orNull(() => registeredIn(id))),
        currencies: each(request.currencies, (id) => orNull(() => currencyOf(id))),
      },
    };
  }

  return { run };
});
