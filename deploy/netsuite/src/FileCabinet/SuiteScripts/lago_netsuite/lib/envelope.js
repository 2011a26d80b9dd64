/**
 * The outside of every request and answer, version 1 of the contract.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/error', 'N/runtime'], (error, runtime) => {
  const CONTRACT_VERSION = 1;
  const WITH_ITEMS = { write: Infinity, lookup: 200 };
  const SCRIPT_VERSION = '1.2.0';

  function refuse(name, message) {
    return error.create({ name, message, notifyOff: true });
  }

  function unknownOperation(op) {
    return refuse('LAGO_UNKNOWN_OPERATION', `This RESTlet does not know the operation ${JSON.stringify(op)}.`);
  }

  function fromQuery(parameters) {
    return Object.assign({ op: 'ping' }, parameters, { v: Number(parameters.v || CONTRACT_VERSION) });
  }

  function isObject(value) {
    return value !== null && typeof value === 'object' && !Array.isArray(value);
  }

  function fromBody(body) {
    if (!isObject(body)) throw refuse('LAGO_BAD_ENVELOPE', 'The body must be a JSON object.');
    const isKnown = Object.prototype.hasOwnProperty.call(WITH_ITEMS, body.op);
    if (isKnown) checkItems(body.items, WITH_ITEMS[body.op]);
    return body;
  }

  function checkItems(items, limit) {
    if (!Array.isArray(items)) throw refuse('LAGO_BAD_ENVELOPE', 'items must be an array.');
    if (items.length > limit) throw refuse('LAGO_BAD_ENVELOPE', `There are more than ${limit} items.`);
    items.forEach((item, index) => {
      if (!isObject(item) || typeof item.ref !== 'string') {
        throw refuse('LAGO_BAD_ENVELOPE', `items[${index}] must be an object with a ref.`);
      }
    });
  }

  /** Begins a call: remembers units and time, so that the answer can tell what was used. */
  function open(request) {
    if (request.v !== CONTRACT_VERSION) {
      throw refuse('LAGO_VERSION_NOT_SUPPORTED', `This RESTlet speaks version ${CONTRACT_VERSION} of the contract.`);
    }
    const script = runtime.getCurrentScript();
    const startedAt = Date.now();
    const unitsAtStart = script.getRemainingUsage();
    const elapsedMs = () => Date.now() - startedAt;

    function close(content) {
      const unitsLeft = script.getRemainingUsage();
      const answered = request.request_id === undefined ? {} : { request_id: request.request_id };
      return Object.assign({ v: CONTRACT_VERSION }, answered, content, {
        script: {
          version: SCRIPT_VERSION,
          units_used: unitsAtStart - unitsLeft,
          units_left: unitsLeft,
          elapsed_ms: elapsedMs(),
        },
        account: { id: runtime.accountId, environment: runtime.envType },
      });
    }

    return { unitsLeft: () => script.getRemainingUsage(), elapsedMs, close };
  }

  return { fromQuery, fromBody, open, unknownOperation };
});
