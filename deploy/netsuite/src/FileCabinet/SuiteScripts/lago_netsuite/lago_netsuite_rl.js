/**
 * Writes Lago's customers and documents into NetSuite, once each, however often a request is repeated.
 *
 * POST {"v": 1, "op": "write", ...} writes; "lookup", "catalog", "health", "ledger", "unmarked" and "lines" read; GET ?op=ping
 * says who answers. HTTP 200 with an envelope whenever this script ran; it throws (HTTP 400, code LAGO_...) only when the
 * envelope itself is of no use.
 *
 * @NApiVersion 2.1
 * @NScriptType Restlet
 * @NModuleScope SameAccount
 */
define([
  './lib/catalog', './lib/document_lines', './lib/envelope', './lib/health', './lib/ledger_operation',
  './lib/lookup_operation', './lib/unmarked_documents', './lib/write',
], (
  catalog, documentLines, envelope, health, ledgerOperation, lookupOperation, unmarkedDocuments, write,
) => {
  const reads = { ping: () => ({ server_time: new Date().toISOString() }) };
  const posts = {
    write: write.run, lookup: lookupOperation.run, catalog: catalog.run, health: health.run, ledger: ledgerOperation.run,
    unmarked: unmarkedDocuments.run, lines: documentLines.run,
  };

  function answer(request, operations) {
    const call = envelope.open(request);
    const isKnown = Object.prototype.hasOwnProperty.call(operations, request.op);
    if (!isKnown) throw envelope.unknownOperation(request.op);
    return call.close(operations[request.op](request, call));
  }

  return {
    get: (parameters) => answer(envelope.fromQuery(parameters), reads),
    post: (body) => answer(envelope.fromBody(body), posts),
  };
});
