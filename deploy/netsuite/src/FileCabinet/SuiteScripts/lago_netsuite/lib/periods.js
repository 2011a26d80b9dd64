/**
 * Accounting periods: where to post what belongs to a closed one.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/format', 'N/search'], (format, search) => {
  const OPEN = ['closed', 'arlocked', 'alllocked', 'isquarter', 'isyear', 'isadjust'];

  const POSTED_TO = ['isquarter', 'isyear', 'isadjust'];
  const SHUT = ['closed', 'arlocked', 'alllocked'];

  function text(day) {
    return format.format({ value: day, type: format.Type.DATE });
  }

  /** The period that a day belongs to, null when there is none. */
  function at(day) {
    const within = [['startdate', 'onorbefore', text(day)], 'and', ['enddate', 'onorafter', text(day)]];
    const filters = POSTED_TO.reduce((all, name) => all.concat(['and', [name, 'is', 'F']]), within);
    const columns = ['periodname'].concat(SHUT);
    const [found] = search.create({ type: 'accountingperiod', filters, columns }).run().getRange({ start: 0, end: 1 });
    if (!found) return null;
    const isShut = SHUT.some((name) => ['true', 'T'].includes(String(found.getValue({ name }))));
    return { name: found.getValue({ name: 'periodname' }), isOpen: !isShut };
  }

  function ask(day) {
    const after = ['startdate', 'after', text(day)];
    const filters = OPEN.reduce((all, name) => all.concat(['and', [name, 'is', 'F']]), [after]);
    const columns = ['periodname', search.createColumn({ name: 'startdate', sort: search.Sort.ASC })];
    const [found] = search.create({ type: 'accountingperiod', filters, columns }).run().getRange({ start: 0, end: 1 });
    return found ? { id: String(found.id), name: found.getValue({ name: 'periodname' }) } : null;
  }

  /** Finds the first open period that begins after a day; asks once for each day of a call. */
  function finder() {
    const known = {};
    return (day) => {
      const key = day.getTime();
      if (known[key] === undefined) known[key] = ask(day);
      return known[key];
    };
  }

  return { at, finder };
});
