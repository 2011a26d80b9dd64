'use strict';

/** The records of an account in memory: kept by id, found by a search's filter expression, with what is still due. */

const GROUPS = {
  entity: ['customer'],
  transaction: ['invoice', 'creditmemo', 'salesorder', 'customerpayment'],
};

const CODES = { invoice: 'CustInvc', customerpayment: 'CustPymt', creditmemo: 'CustCred' };

function sum(lines, fieldId) {
  return (lines || []).reduce((total, line) => total + Number(line[fieldId] || 0), 0);
}

class Books {
  constructor() {
    this.records = new Map();
    this.lastId = 9000;
  }

  /** Keeps a record and answers its id. */
  keep(record) {
    const id = record.id || String((this.lastId += 1));
    this.records.set(id, { ...record, id });
    return id;
  }

  get(id) {
    return this.records.get(String(id));
  }

  all(type) {
    const types = GROUPS[type] || [type];
    return [...this.records.values()].filter((record) => types.includes(record.type));
  }

  /** Total, tax and subtotal of a document by its lines; what a payment has been given. */
  static totals({ type, fields, sublists }) {
    if (type === 'customerpayment') return { total: Number(fields.payment || 0) };
    const subtotal = sum(sublists.item, 'amount');
    const tax = sum(sublists.taxdetails, 'taxamount');
    return { subtotal, tax, total: Math.round((subtotal + tax) * 100) / 100 };
  }

  /** What is applied by a payment or memo. */
  static applied({ sublists }) {
    return sum((sublists.apply || []).filter((line) => line.apply === true), 'amount');
  }

  /** What of an invoice is open: its total less what others apply to it. */
  due(id) {
    const invoice = this.get(id);
    if (invoice.fields.status === 'V') return 0;
    const settled = [...this.records.values()]
      .flatMap(({ sublists }) => (sublists && sublists.apply) || [])
      .filter((line) => line.apply === true && String(line.doc) === String(id));
    return Math.round((Books.totals(invoice).total - sum(settled, 'amount')) * 100) / 100;
  }

  remaining(record) {
    if (record.type === 'invoice') return this.due(record.id);
    return Books.totals(record).total - Books.applied(record);
  }

  /** The value of a search column. */
  column(record, name) {
    switch (name) {
      case 'internalid': return record.id;
      case 'internalidnumber': return record.id;
      case 'externalidstring': return record.fields.externalid;
      case 'mainline': return 'T';
      case 'fxamount': return Books.totals(record).total;
      case 'fxamountremaining': return this.remaining(record);
      case 'voided': return record.fields.status === 'V' ? 'T' : 'F';
      case 'statusref': return record.fields.status === 'V' ? 'voided' : 'open';
      case 'type': return CODES[record.type] || record.type;
      default: return record.fields[name] === undefined ? '' : record.fields[name];
    }
  }

  matches(record, filter) {
    const [name, operator, ...values] = filter;
    if (Array.isArray(name)) return this.holds(record, filter);
    const found = String(this.column(record, name)).toLowerCase();
    const wanted = values.flat().map((value) => String(value).toLowerCase());
    if (operator === 'contains') return found.includes(wanted[0]);
    if (operator === 'after') return found > wanted[0];
    if (operator === 'greaterthan') return Number(found) > Number(wanted[0]);
    if (operator === 'startswith') return found.startsWith(wanted[0]);
    if (operator === 'isnotempty') return found !== '';
    return wanted.includes(found);
  }

  /** Whether a filter expression holds: filters joined by 'and' and 'or', from left to right. */
  holds(record, expression) {
    if (expression.length === 0) return true;
    const [first, ...rest] = expression;
    return rest.reduce(({ held, joint }, part) => (
      typeof part === 'string' ? { held, joint: part }
        : { held: joint === 'or' ? held || this.matches(record, part) : held && this.matches(record, part), joint }
    ), { held: this.matches(record, first), joint: 'and' }).held;
  }

  find(type, expression) {
    return this.all(type).filter((record) => this.holds(record, expression));
  }
}

module.exports = { Books };
