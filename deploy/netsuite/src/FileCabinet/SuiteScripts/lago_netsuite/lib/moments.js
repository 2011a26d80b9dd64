/**
 * Moments of search columns and filters, which are in the user's format and zone, to the minute.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/format', './errors'], (format, errors) => {
  /** A moment of a row in UTC, as 2026-08-01T03:04:00.000Z; null for none. */
  function iso(text) {
    return text ? format.parse({ value: text, type: format.Type.DATETIME }).toISOString() : null;
  }

  /** The value of a filter for a moment in UTC. */
  function filterValue(name, text) {
    const moment = new Date(String(text));
    if (Number.isNaN(moment.getTime())) {
      throw errors.raise('LAGO_BAD_ITEM', `${name} must be a moment as 2026-08-01T03:04:00Z, not ${JSON.stringify(text)}.`);
    }
    return format.format({ value: moment, type: format.Type.DATETIME });
  }

  return { iso, filterValue };
});
