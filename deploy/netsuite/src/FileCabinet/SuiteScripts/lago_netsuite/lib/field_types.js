/**
 * Of what kind each field is, and so how a value of the wire becomes one that setValue takes.
 *
 * On the wire decimals are strings, dates YYYY-MM-DD and flags booleans; null leaves a field alone.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./errors'], (errors) => {
  // Those of Oracle's Records Browser, for accounts whose form hides them: such a field does not tell its type.
  const DATES = new Set([
    'trandate', 'duedate', 'startdate', 'enddate', 'shipdate', 'saleseffectivedate', 'asofdate', 'discountdate',
    'taxpointdate', 'cleareddate', 'nextbill', 'openingbalancedate', 'revrecstartdate', 'revrecenddate',
    'expectedshipdate', 'requesteddate', 'custcol_service_period_date_from', 'custcol_service_period_date_to',
  ]);
  const NUMBERS = new Set([
    'quantity', 'rate', 'amount', 'taxbasis', 'taxrate', 'taxamount', 'taxamountoverride',
    'exchangerate', 'payment', 'discountrate', 'due',
  ]);
  const RADIOS = new Set(['isperson', 'undepfunds']);
  const NUMBER_TYPES = new Set([
    'currency', 'currency2', 'float', 'integer', 'percent', 'posfloat', 'poscurrency', 'posinteger',
  ]);

  const MAX_DIGITS = 15;

  // Pseudo fields: what they are called in accounts that keep them.
  const PSEUDO = new Map([
    ['lago_plan_codes', 'custbody_lago_plan_codes'], ['item_source', 'custcol_lago_item_source'],
  ]);

  // NetSuite works on the record with each value set, so entity goes before what it overwrites, the box that
  // unlocks a field before the field, and the last word on a line's total is its amount.
  const FIRST = [
    'customform', 'entity', 'customer', 'isperson', 'subsidiary', 'currency', 'exchangerate', 'trandate',
    'postingperiod', 'aracct', 'autoapply', 'payment', 'undepfunds', 'account', 'autoname', 'entityid', 'tranid', 'location',
    'department', 'class', 'terms', 'duedate', 'country',
  ];
  const FIRST_ON_LINES = ['item', 'taxdetailsreference', 'taxtype', 'taxcode', 'taxbasis', 'taxrate'];
  const LAST = [
    'istaxable', 'taxitem', 'taxregoverride', 'nexus', 'subsidiarytaxregnum', 'entitytaxregnum', 'taxdetailsoverride',
  ];
  const LAST_ON_LINES = ['quantity', 'price', 'rate', 'amount', 'taxamount'];

  function rank(fieldId, first, last) {
    if (first.includes(fieldId)) return first.indexOf(fieldId) - first.length;
    return last.indexOf(fieldId) + 1;
  }

  // Lines are mostly alike, so their orders are remembered.
  function orderer(first, last) {
    const known = Object.create(null);
    return (columns) => {
      const isGiven = (fieldId) => columns[fieldId] !== null && columns[fieldId] !== undefined;
      const given = Object.keys(columns).filter(isGiven);
      const key = given.join();
      if (known[key] === undefined) known[key] = ordered(given, first, last);
      return known[key];
    };
  }

  function ordered(fieldIds, first, last) {
    return fieldIds
      .map((fieldId, index) => ({ fieldId, index, rank: rank(fieldId, first, last) }))
      .sort((left, right) => left.rank - right.rank || left.index - right.index)
      .map(({ fieldId }) => fieldId);
  }

  // What every document or customer brings; that the account has them need not be asked.
  const ON_FORMS_ONLY = new Set(['location', 'department', 'class', 'terms']);
  const OWN = new Set(FIRST.concat(FIRST_ON_LINES, LAST, LAST_ON_LINES, [
    'externalid', 'memo', 'otherrefnum', 'checknum', 'email', 'phone', 'url', 'companyname', 'firstname', 'lastname',
    'comments', 'description', 'orderstatus', 'paymentmethod', 'approvalstatus', 'taxamountoverride',
  ]).filter((fieldId) => !ON_FORMS_ONLY.has(fieldId)));

  function isCustom(fieldId) {
    return fieldId.startsWith('cust') && /^cust(entity|body|col)_/.test(fieldId);
  }

  function date(fieldId, text) {
    const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
    const [year, month, day] = parts ? parts.slice(1).map(Number) : [];
    // Never new Date('2026-01-31'): that is midnight UTC and the day before in NetSuite's zone.
    const made = parts && new Date(year, month - 1, day);
    if (!made || made.getMonth() !== month - 1 || made.getDate() !== day) {
      const days = 'fee.from_day and fee.to_day are such days';
      throw errors.raise('INVALID_FLD_VALUE', `${fieldId} must be a date as YYYY-MM-DD, not ${JSON.stringify(text)}; ${days}.`);
    }
    return made;
  }

  /** A date as YYYY-MM-DD, in the zone that NetSuite gives it in. */
  function isoDay(day) {
    const [month, date] = [day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0'));
    return `${day.getFullYear()}-${month}-${date}`;
  }

  // The same few days stand on every line.
  const days = Object.create(null);
  function known(fieldId, text) {
    if (days[text] === undefined) days[text] = date(fieldId, text);
    return days[text];
  }

  function number(fieldId, value) {
    const text = String(value);
    if (!/^-?\d+(\.\d+)?$/.test(text)) {
      throw errors.raise('INVALID_FLD_VALUE', `${fieldId} must be a decimal number, not ${JSON.stringify(value)}.`);
    }
    // More digits than a JavaScript number keeps apart would be changed without a word.
    if (text.length > MAX_DIGITS && significantDigits(text) > MAX_DIGITS) {
      throw errors.raise('INVALID_FLD_VALUE', `${fieldId} has more than ${MAX_DIGITS} digits: ${text}.`);
    }
    return Number(text);
  }

  function significantDigits(text) {
    const digits = text.replace('-', '').replace(/^0+/, '');
    const kept = digits.includes('.') ? digits.replace(/0+$/, '') : digits;
    return kept.replace('.', '').replace(/^0+/, '').length;
  }

  // Some native fields that count take a text as well, such as a discount in percent.
  function isNumber(fieldId, value, type) {
    return NUMBER_TYPES.has(type) && (isCustom(fieldId) || /^-?\d+(\.\d+)?$/.test(String(value)));
  }

  /** The value for setValue; `type` is what the account says of a field that it was asked for. */
  function convert(fieldId, value, type) {
    if (value === '') return '';
    if (DATES.has(fieldId) || type === 'date') return known(fieldId, value);
    if (NUMBERS.has(fieldId) || isNumber(fieldId, value, type)) return number(fieldId, value);
    if (RADIOS.has(fieldId) && typeof value === 'boolean') return value ? 'T' : 'F';
    return value;
  }

  return {
    convert,
    isoDay,
    isCustom,
    isOwn: (fieldId) => OWN.has(fieldId),
    realName: (fieldId) => PSEUDO.get(fieldId) || fieldId,
    isPseudo: (fieldId) => PSEUDO.has(fieldId),
    inOrder: orderer(FIRST, LAST),
    lineInOrder: orderer(FIRST_ON_LINES, LAST_ON_LINES),
  };
});
