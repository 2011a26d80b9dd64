/**
 * Searches by the columns that this account and role have: one that is missing is left out, never an error.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/format', 'N/runtime', 'N/search', './field_types'], (format, runtime, search, fieldTypes) => {
  const UNKNOWN = /^SSS_INVALID_SRCH_(FILTER|COL)/;
  const ROWS = 1000;
  const ID = 'internalid';
  const TAX = 'taxtotal';

  // Columns that come with a feature.
  const FEATURES = {
    currency: 'MULTICURRENCY',
    exchangerate: 'MULTICURRENCY',
    fxamount: 'MULTICURRENCY',
    fxamountremaining: 'MULTICURRENCY',
    subsidiary: 'SUBSIDIARIES',
    taxschedule: 'TAX_OVERHAULING',
  };

  // What was found missing earlier in this call, as `type column`.
  const missing = new Set();

  function nameOf(column) {
    return column.name || column;
  }

  /** Whether an error says that there is no such filter or column. */
  function isUnknown(thrown) {
    return UNKNOWN.test(thrown.name);
  }

  function comesWithAFeature(column) {
    const feature = FEATURES[nameOf(column)];
    return feature === undefined || runtime.isFeatureInEffect({ feature });
  }

  function isThere(type, column) {
    try {
      search.create({ type, filters: [[ID, 'anyof', '1']], columns: [column] }).run().getRange({ start: 0, end: 1 });
      return true;
    } catch (thrown) {
      if (isUnknown(thrown)) return false;
      throw thrown;
    }
  }

  /**
   * Answers `work(columns)`, and once more without what the account does not have. Columns are tried one by one only
   * where all together fail; a filter that it does not have fails again.
   */
  function withUsable(type, columns, work) {
    const keyOf = (column) => `${type} ${nameOf(column)}`;
    const expected = columns.filter((column) => comesWithAFeature(column) && !missing.has(keyOf(column)));
    try {
      return work(expected);
    } catch (thrown) {
      if (!isUnknown(thrown)) throw thrown;
      expected.filter((column) => !isThere(type, nameOf(column))).forEach((column) => missing.add(keyOf(column)));
      return work(expected.filter((column) => !missing.has(keyOf(column))));
    }
  }

  // Without it a OneWorld account shows what is in the currency of a subsidiary in its own (section_1536171305).
  function settingsOf(columns) {
    const isNeeded = columns.some((column) => nameOf(column) === TAX) && runtime.isFeatureInEffect({ feature: 'SUBSIDIARIES' });
    return isNeeded ? { settings: [search.createSetting({ name: 'consolidationtype', value: 'NONE' })] } : {};
  }

  /** A search whose columns the account has; a tax total is in the base currency of its document's subsidiary. */
  function created(type, filters, columns) {
    return search.create(Object.assign({ type, filters, columns }, settingsOf(columns)));
  }

  /** Every row of a search: NetSuite gives a thousand at a time (section_N3352288). */
  function all(found) {
    const rowsFrom = (start) => {
      const page = found.getRange({ start, end: start + ROWS });
      return page.length < ROWS ? page : page.concat(rowsFrom(start + ROWS));
    };
    return rowsFrom(0);
  }

  /** The rows that a search finds. */
  function rows(type, filters, columns) {
    return withUsable(type, columns, (usable) => all(created(type, filters, usable).run()));
  }

  /** The day of a date column, which is in the user's format, as YYYY-MM-DD; empty for none. */
  function isoDay(text) {
    return text ? fieldTypes.isoDay(format.parse({ value: text, type: format.Type.DATE })) : '';
  }

  return { ID, isUnknown, withUsable, created, all, rows, isoDay };
});
