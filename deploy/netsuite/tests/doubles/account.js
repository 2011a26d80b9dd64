'use strict';

const config = require('N/config');
const error = require('N/error');
const format = require('N/format');
const log = require('N/log');
const record = require('N/record');
const runtime = require('N/runtime');
const search = require('N/search');
const transaction = require('N/transaction');
const url = require('N/url');

const { Books } = require('./books');
const { double, on, stubOf } = require('./oracle');
const { openRecord } = require('./record');
const { checkSearch } = require('./searchable');

/** An error as NetSuite throws it. */
function suiteScriptError(name, message) {
  return Object.assign(new Error(message || name), { name });
}

/** A NetSuite account small enough to see through. Only what a test prepares is in it, and only real members answer. */
class Account {
  constructor() {
    this.books = new Books();
    this.features = new Set(['TAX_OVERHAULING', 'SUBSIDIARIES', 'MULTICURRENCY']);
    this.missingFields = new Set(['custbody_lago_plan_codes', 'custcol_lago_item_source']);
    this.labels = {};
    this.types = {}; // of fields whose names do not tell
    this.lineLabels = {};
    this.mandatory = new Set(); // fields that the form demands, of body and lines
    this.preferences = { REVERSALVOIDING: false };
    this.unitsLeft = 5000;
    this.figures = (state) => Books.totals(state);
    this.set = []; // fields in the order in which they were set
    this.saved = []; // types of records in the order of their saves
    this.logged = [];
    this.refusals = [];
    ['1', '2'].forEach((id) => this.books.keep({
      id, type: 'currency', fields: { symbol: { 1: 'USD', 2: 'EUR' }[id], currencyprecision: 2 },
    }));
  }

  /** Makes the next matching act fail: 'save invoice', 'setValue currency', 'void', 'load', 'delete'. */
  refuse(act, name, message, meanwhile) {
    this.refusals.push({ act, thrown: suiteScriptError(name, message), meanwhile });
  }

  refuseWhenAsked(act) {
    const index = this.refusals.findIndex((refusal) => refusal.act === act);
    if (index < 0) return;
    const [{ thrown, meanwhile }] = this.refusals.splice(index, 1);
    if (meanwhile) meanwhile();
    throw thrown;
  }

  existing(type, id) {
    this.refuseWhenAsked('load');
    const found = this.books.get(id);
    if (!found) throw suiteScriptError('RCRD_DSNT_EXIST', 'That record does not exist.');
    if (found.type !== type) throw suiteScriptError('SSS_RECORD_TYPE_MISMATCH');
    return found;
  }

  openInvoices(customer, tickedId) {
    return this.books.all('invoice')
      .filter((each) => String(each.fields.entity) === String(customer) && this.books.due(each.id) > 0)
      .map(({ id }) => {
        const [due, apply] = [this.books.due(id), id === String(tickedId)];
        return { doc: id, internalid: id, due, apply, amount: apply ? due : 0 };
      });
  }

  transformed({ fromType, fromId, toType }) {
    const source = this.existing(fromType, fromId);
    const customer = fromType === 'customer' ? fromId : source.fields.entity;
    const { currency } = source.fields;
    const apply = this.openInvoices(customer, fromId);
    if (toType === 'customerpayment') {
      return openRecord(this, { type: toType, fields: { customer, currency, payment: 0 }, sublists: { apply } });
    }
    const { item, taxdetails } = source.sublists;
    return openRecord(this, { type: toType, fields: { entity: customer, currency }, sublists: { item, taxdetails, apply } });
  }

  found({ type, filters = [], columns = [] }) {
    checkSearch({ type, filters, columns });
    return this.books.find(type, filters).map((each) => double('N/search/result', {
      id: each.id,
      recordType: each.type,
      getValue: ({ name, join }) => this.books.column(each, join ? `${join}.${name}` : name),
      getText: ({ name, join }) => String(this.books.column(each, join ? `${join}.${name}` : name)),
    }));
  }

  voided({ id }) {
    this.refuseWhenAsked('void');
    this.books.get(id).fields.status = 'V';
    return Number(id);
  }

  /** Puts the account behind Oracle's stubs; `restoreMocks` takes it away after each test. */
  install() {
    on('N/record', record, 'create', ({ type }) => openRecord(this, { type, fields: {}, sublists: {} }));
    on('N/record', record, 'load', ({ type, id }) => openRecord(this, this.existing(type, id)));
    on('N/record', record, 'transform', (options) => this.transformed(options));
    on('N/record', record, 'delete', ({ id }) => {
      this.refuseWhenAsked('delete');
      this.books.records.delete(String(id));
    });
    on('N/record', record, 'submitFields', ({ id, values }) => Object.assign(this.books.get(id).fields, values));
    on('N/search', search, 'createColumn', (options) => options);
    on('N/search', search, 'create', (options) => double('N/search/instance', {
      run: () => double('N/search/resultSet', {
        getRange: ({ start, end }) => this.found(options).slice(start, end),
      }),
    }));
    on('N/transaction', transaction, 'void', (options) => this.voided(options));
    config.Type = stubOf('N/config').Type;
    on('N/config', config, 'load', () => double('N/record/instance', {
      getValue: ({ fieldId }) => this.preferences[fieldId],
    }));
    on('N/runtime', runtime, 'isFeatureInEffect', ({ feature }) => this.features.has(feature));
    on('N/runtime', runtime, 'getCurrentScript', () => double('N/runtime/script', {
      getRemainingUsage: () => this.unitsLeft,
    }));
    on('N/url', url, 'resolveDomain', () => '1234567-sb1.app.netsuite.com');
    on('N/url', url, 'resolveRecord', ({ recordType, recordId }) => `/app/${recordType}.nl?id=${recordId}`);
    on('N/error', error, 'create', ({ name, message }) => suiteScriptError(name, message));
    on('N/log', log, 'error', (options) => this.logged.push(options));
    on('N/format', format, 'format', ({ value }) => value.toISOString().slice(0, 10));
    on('N/format', format, 'parse', ({ value }) => {
      if (value instanceof Date) return value;
      return new Date(String(value).includes('T') ? value : `${value}T00:00:00`);
    });
    return this;
  }
}

module.exports = { Account, suiteScriptError };
