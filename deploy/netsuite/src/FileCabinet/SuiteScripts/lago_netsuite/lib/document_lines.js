/**
 * op=lines: the item lines of invoices and credit memos, with the taxes of each: {documents: [{type, id}, ...]}, whoever
 * wrote them. Reads only.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './currencies', './errors', './record_summary', './taxes'], (
  record, currencies, errors, recordSummary, taxes,
) => {
  const TYPES = ['invoice', 'creditmemo'];
  const SUBLIST = 'item';
  // Each is loaded for ten units, and a call has 5,000 units and five minutes; what is left over is asked for again.
  const MOST = 100;
  const SPENDING = { unitsLeft: 200, ms: 60000 };

  function plain(value) {
    return value === null || value === undefined ? '' : String(value);
  }

  function askedOf(request) {
    const asked = Array.isArray(request.documents) ? request.documents : [];
    if (asked.length > MOST) throw errors.raise('LAGO_BAD_ITEM', `More than ${MOST} at once.`);
    const unknown = asked.find((each) => !TYPES.includes(each && each.type));
    if (unknown === undefined) return asked;
    throw errors.raise('LAGO_TYPE_NOT_SUPPORTED', `Lines are told of ${TYPES.join(' and ')} only.`);
  }

  function amountOf(value, decimals) {
    return Number(value || 0).toFixed(decimals);
  }

  function taxesOf(document, decimals) {
    return taxes.linesOf(document).map((tax) => ({
      reference: plain(tax.taxdetailsreference),
      type: plain(tax.taxtype),
      code: plain(tax.taxcode),
      amount: amountOf(tax.taxamount, decimals),
    }));
  }

  function linesOf(document, decimals) {
    const count = Math.max(document.getLineCount({ sublistId: SUBLIST }), 0);
    return Array.from({ length: count }, (_, line) => {
      const valueOf = (fieldId) => document.getSublistValue({ sublistId: SUBLIST, fieldId, line });
      return {
        item: plain(valueOf('item')),
        account: plain(valueOf('account')),
        description: plain(valueOf('description')),
        reference: plain(valueOf('taxdetailsreference')),
        amount: amountOf(valueOf('amount'), decimals),
      };
    });
  }

  function loaded({ type, id }, money) {
    const document = record.load({ type, id });
    const decimals = money.decimals(plain(document.getValue({ fieldId: 'currency' })));
    return {
      number: plain(document.getValue({ fieldId: 'tranid' })) || null,
      url: recordSummary.link(type, id),
      lines: linesOf(document, decimals),
      taxes: taxesOf(document, decimals),
      taxItem: plain(document.getValue({ fieldId: 'taxitem' })) || null,
    };
  }

  // One that is gone, or that the role may not see, hides no other.
  function shape(asked, money) {
    const keys = { type: asked.type, internalId: plain(asked.id) };
    try {
      return Object.assign(keys, loaded(asked, money));
    } catch (thrown) {
      return Object.assign(keys, { lines: [], taxes: [], taxItem: null, error: errors.describe(thrown) });
    }
  }

  // At least one, so that whoever asks again gets on.
  function read(request, call) {
    const [asked, money, done] = [askedOf(request), currencies.reader(), []];
    const isSpent = () => call.unitsLeft() < SPENDING.unitsLeft || call.elapsedMs() > SPENDING.ms;
    asked.some((each) => done.push(shape(each, money)) && isSpent());
    return done;
  }

  /** Answers as many as there are units and time for, in the order in which they are asked for. */
  function run(request, call) {
    try {
      return { ledger: { rows: [], documents: read(request, call), next: null } };
    } catch (thrown) {
      return { ledger: { rows: [], next: null, error: errors.describe(thrown) } };
    }
  }

  return { run };
});
