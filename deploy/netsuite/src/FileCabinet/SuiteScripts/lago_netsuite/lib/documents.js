/**
 * Documents: written once, never changed, and only when their totals are Lago's.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './create_or_find', './errors', './field_types', './lookup', './record_summary', './retry_fixes', './totals',
], (record, createOrFind, errors, fieldTypes, lookup, recordSummary, retryFixes, totals) => {
  const PENDING = '1'; // of the list of approval statuses, which is the same in every account

  function load(kind, item, id, call) {
    const document = record.load({ type: kind.type, id });
    const decimals = call.decimals(document.getValue({ fieldId: 'currency' }), totals.expectedOf(kind, item));
    return { document, decimals, figures: totals.read(document, kind, decimals) };
  }

  function dated(document) {
    const day = document.getValue({ fieldId: 'trandate' });
    return day instanceof Date ? ` of ${fieldTypes.isoDay(day)}` : '';
  }

  // Whoever reads it compares the two: by their sums, and by their dates when those are equal.
  function conflict(summary, kind, document, item) {
    const [theirs, ours] = [summary.totals.total, totals.expectedOf(kind, item).total];
    const { trandate } = item.record.columns || {};
    const text = `NetSuite has ${summary.number || summary.internalId}${dated(document)} with total ${theirs} already, `
      + `Lago's${trandate ? ` of ${trandate}` : ''} has total ${ours}, and their contents differ.`;
    const error = errors.describe(errors.raise('LAGO_FINGERPRINT_CONFLICT', text));
    return Object.assign(summary, { status: 'conflict', error });
  }

  function existing(kind, item, found, call, warnings) {
    const { document, figures } = load(kind, item, found.id, call);
    const summary = recordSummary.of('exists', kind, document, figures);
    const stored = document.getValue({ fieldId: kind.fingerprint });
    if (stored && stored !== item.fingerprint) return conflict(summary, kind, document, item);
    const wrong = totals.difference(figures, totals.expectedOf(kind, item));
    // What was voided has no amounts any more.
    if (wrong && !lookup.isVoidedDocument(kind.type, found.id)) {
      warnings.push({ code: 'LAGO_TOTAL_MISMATCH', message: wrong });
    }
    // Another integration has booked it with its credits as lines, say: what would follow by ours is in it already.
    if (wrong && !stored) Object.assign(summary, { foreign: true });
    if (call.isDryRun || !createOrFind.adopt(kind, item, found)) return summary;
    return Object.assign(summary, { status: 'adopted', externalId: item.external_id });
  }

  // A wrong total must not stand in the books for longer than it takes to see it.
  function withdraw(kind, id, wrong) {
    try {
      record.delete({ type: kind.type, id });
    } catch (thrown) {
      const text = `${wrong} Record ${id} stands and must be corrected: it could not be deleted (${thrown.message}).`;
      throw totals.mismatch(text);
    }
    throw totals.mismatch(`${wrong} The record was deleted again.`);
  }

  /** The saved record, once its totals have proved right; takes it back and raises when they are not. */
  function verified(kind, item, id, expected, call) {
    const loaded = load(kind, item, id, call);
    const wrong = totals.difference(loaded.figures, expected);
    if (wrong) withdraw(kind, id, wrong);
    return loaded;
  }

  // Whoever pays the invoice learns it too late.
  function warnOfApproval(document, warnings) {
    if (String(document.getValue({ fieldId: 'approvalstatus' })) !== PENDING) return;
    const message = 'saved as pending approval: payments and notes wait until it is approved';
    warnings.push({ code: 'LAGO_PENDING_APPROVAL', field: 'approvalstatus', message });
  }

  function created(kind, item, id, call, warnings) {
    const { document, figures } = verified(kind, item, id, totals.expectedOf(kind, item), call);
    if (kind.type === 'invoice') warnOfApproval(document, warnings);
    return recordSummary.of('created', kind, document, figures);
  }

  /**
   * A writer of documents. `build` makes the unsaved record; `finish` does what follows once it stands, new or
   * not, and may change what is told.
   */
  function writer(build, finish) {
    function make(kind, item, call, warnings) {
      const outcome = retryFixes.withFixes({ kind, item, call, warnings }, (given) => (
        createOrFind.commit(kind, item, build(kind, item, call, warnings, given), call)
      ));
      if (outcome.existing) {
        return Object.assign(existing(kind, item, outcome.existing, call, warnings), { raced: true });
      }
      if (outcome.id === null) return { status: 'created', type: kind.type, externalId: item.external_id };
      return created(kind, item, outcome.id, call, warnings);
    }

    return (kind, item, call, warnings) => {
      const found = createOrFind.find(kind, item);
      const summary = found ? existing(kind, item, found, call, warnings) : make(kind, item, call, warnings);
      const isSettled = summary.status === 'conflict' || summary.foreign || call.isDryRun;
      return finish && !isSettled ? finish(summary, item, call, warnings) : summary;
    };
  }

  return { create_or_get: writer(createOrFind.draft), writer, verified };
});
