/**
 * Creating a record at most once, and finding it again however it came to be.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/record', './addresses', './faults', './filling', './lookup', './totals'], (
  record, addresses, faults, filling, lookup, totals,
) => {
  /** The record an item stands for, by external id or Lago's id; raises when the external id is another type's. */
  function find(kind, item) {
    const byKey = lookup.byExternalId(kind.group, item.external_id);
    if (byKey && byKey.type !== kind.type) {
      const text = `${item.external_id} is the external id of the ${byKey.type} ${byKey.id}.`;
      throw faults.raise('LAGO_EXTID_TYPE_MISMATCH', text, { field: 'externalid' });
    }
    return byKey || lookup.byLagoId(kind, item.lago_id);
  }

  /** Gives a record that was found by Lago's id our external id, when it has none. True when it was stamped. */
  function adopt(kind, item, found) {
    if (found.externalId) return false;
    record.submitFields({ type: kind.type, id: found.id, values: { externalid: item.external_id } });
    return true;
  }

  /** Lago's marks, as columns. */
  function marks(kind, item) {
    const columns = { externalid: item.external_id, [kind.lagoId]: item.lago_id, [kind.fingerprint]: item.fingerprint };
    return kind.version ? Object.assign(columns, { [kind.version]: item.version }) : columns;
  }

  function fill(draft, kind, item, columns, call, warnings) {
    const filler = filling.filler(draft, call.resolve, warnings);
    filler.columns(columns);
    const lines = item.record.lines || [];
    filler.sublists(lines.filter((group) => group.sublistId !== addresses.SUBLIST));
    lines.filter((group) => group.sublistId === addresses.SUBLIST)
      .forEach((group) => addresses.fill(draft, group.lineItems, filler));
    filler.sublists(item.record.taxdetails);
  }

  /** Saves, saying which field a "please enter" means. */
  function save(draft, item) {
    const options = item.record.options || {};
    try {
      const ignoreMandatoryFields = options.ignoreMandatoryFields === true;
      return String(draft.save({ enableSourcing: true, ignoreMandatoryFields }));
    } catch (thrown) {
      const [label] = faults.missingLabels(thrown);
      if (label === undefined) throw thrown;
      throw faults.raise(thrown.name, thrown.message, { field: fieldLabelled(draft, label) });
    }
  }

  function fieldLabelled(draft, label) {
    const onBody = draft.getFields().find((fieldId) => labelOf(draft.getField({ fieldId })) === label);
    return onBody === undefined ? null : onBody;
  }

  function labelOf(field) {
    return field ? field.label : null;
  }

  /**
   * Makes the record. Answers {id} when it was saved, {id: null} in a dry run, {existing} when a second look found
   * that someone else had been faster.
   */
  function create(kind, item, call, warnings) {
    const draft = record.create({ type: kind.type, isDynamic: true });
    fill(draft, kind, item, Object.assign({}, item.record.columns, marks(kind, item)), call, warnings);
    if (kind.hasTotals) {
      const decimals = call.decimals(draft.getValue({ fieldId: 'currency' }), item.expect);
      totals.checkUnsaved(draft, item.expect || {}, decimals, item.record.taxdetails);
    }
    if (call.isDryRun) return { id: null };
    try {
      return { id: save(draft, item) };
    } catch (thrown) {
      return settle(kind, item, thrown);
    }
  }

  // The database decides a race; whoever loses finds the winner's record. Not one duplicate code is relied on.
  function settle(kind, item, thrown) {
    const existing = faults.isDuplicate(thrown) ? find(kind, item) : null;
    if (existing) return { existing };
    throw thrown.name === 'UNIQUE_CUST_ID_REQD' ? nameTaken(item, thrown) : thrown;
  }

  function nameTaken(item, thrown) {
    const holder = lookup.byEntityId((item.record.columns || {}).entityid);
    const text = holder ? ` It is customer ${holder.id}, which carries another Lago id or none.` : '';
    return faults.raise(thrown.name, `${thrown.message}${text}`, { field: 'entityid' });
  }

  return { find, adopt, marks, fill, save, create };
});
