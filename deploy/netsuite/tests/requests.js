'use strict';

/** Requests of the contract, small enough to read. */

const restlet = require('SuiteScripts/lago_netsuite/lago_netsuite_rl');

const CUSTOMER = 'lago-cus-9a';
const INVOICE = 'lago-inv-5f';

function customer({ columns, ...changes } = {}) {
  return {
    ref: '1',
    mode: 'create_or_get',
    external_id: CUSTOMER,
    lago_id: '9a',
    version: '2026-08-01T00:00:00Z',
    fingerprint: 'sha256:customer',
    record: {
      type: 'customer',
      columns: { isperson: false, currency: '2', entityid: 'cus_9a', companyname: 'Raviga GmbH', ...columns },
      lines: [],
    },
    ...changes,
  };
}

function invoice({ columns, lines, taxes, ...changes } = {}) {
  return {
    ref: '2',
    mode: 'create_or_get',
    external_id: INVOICE,
    lago_id: '5f',
    version: '2026-08-01T00:00:00Z',
    fingerprint: 'sha256:invoice',
    record: {
      type: 'invoice',
      columns: {
        entity: { externalId: CUSTOMER }, currency: '2', tranid: 'HOO-1', trandate: '2026-08-01',
        taxdetailsoverride: true, ...columns,
      },
      lines: [{ sublistId: 'item', lineItems: lines || [
        { item: '802', quantity: '10.0', rate: '10.0', amount: '100.00', taxdetailsreference: 'fee' },
      ] }],
      taxdetails: [{ sublistId: 'taxdetails', lineItems: taxes || [
        { taxdetailsreference: 'fee', taxtype: '5', taxcode: '6', taxbasis: '100', taxrate: '19', taxamount: '19.00' },
      ] }],
    },
    expect: { subtotal: '100.00', tax: '19.00', total: '119.00' },
    ...changes,
  };
}

function payment({ amount = '119.00', lines, columns, ...changes } = {}) {
  return {
    ref: '3',
    mode: 'create_or_get',
    external_id: 'lago-pay-7c',
    lago_id: '7c',
    version: '2026-08-03T00:00:00Z',
    fingerprint: 'sha256:payment',
    record: {
      type: 'customerpayment',
      columns: { customer: { externalId: CUSTOMER }, payment: amount, currency: '2', trandate: '2026-08-03', ...columns },
      lines: [{ sublistId: 'apply', lineItems: lines || [{ doc: { externalId: INVOICE }, apply: true }] }],
    },
    ...changes,
  };
}

function voidOf(changes) {
  return {
    ref: '4', mode: 'void', external_id: INVOICE, lago_id: '5f', fingerprint: 'sha256:void',
    record: { type: 'invoice', columns: { trandate: '2026-08-05' } }, ...changes,
  };
}

/** The whole answer to a request. */
function post(body) {
  return restlet.post({ v: 1, request_id: 'r1', ...body });
}

/** What is answered for each item. */
function write(...items) {
  return post({ op: 'write', items }).items;
}

module.exports = { CUSTOMER, INVOICE, customer, invoice, payment, post, restlet, voidOf, write };
