/**
 * Creating a record at most once, and finding it again however it came to be.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define([
  'N/record', './addresses', './apply_sublist', './customer_owner', './customer_stages', './errors', './lookup', './money',
  './record_filler', './refusal_cause', './taxes', './totals',
], (
  record, addresses, applySublist, customerOwner, customerStages, errors, lookup, money, recordFiller, refusalCause, taxes,
  totals,
) => {
  const SET_SEPARATELY = new Set([addresses.SUBLIST, applySublist.SUBLIST]);
  // NetSuite works it out anew with each line, so what overrides it comes after them.
  const AFTER_LINES = ['taxamountoverride'];

  /** The record an item stands for, by external id or Lago's id; raises when the external id is another type's. */
  function find(kind, item) {
    const byKey = lookup.byExternalId(kind.group, item.external_id);
    if (byKey && byKey.type !== kind.type) throw otherType(item, byKey);
    return byKey || lookup.byLagoId(kind, item.lago_id);
  }

  function otherType(item, found) {
    const text = `${item.external_id} is the external id of the ${found.type} ${found.id}.`;
    return errors.raise('LAGO_EXTID_TYPE_MISMATCH', text, { field: 'externalid' });
  }

  /** Gives a record that was found by Lago's id our external id, when it has none. True when it was stamped. */
  function adopt(kind, item, found) {
    if (found.externalId) return false;
    customerStages.submitFields({ type: kind.type, id: found.id, values: { externalid: item.external_id } });
    return true;
  }

  /** Lago's marks, as columns. */
  function marks(kind, item) {
    const columns = { externalid: item.external_id, [kind.lagoId]: item.lago_id, [kind.fingerprint]: item.fingerprint };
    return kind.version ? Object.assign(columns, { [kind.version]: item.version }) : columns;
  }

  function only(columns, isWanted) {
    return Object.keys(columns).filter(isWanted)
      .reduce((kept, name) => Object.assign(kept, { [name]: columns[name] }), {});
  }

  function withoutTax(group) {
    return Object.assign({}, group, { lineItems: (group.lineItems || []).map(taxes.untaxed) });
  }

  /** Sets columns, lines, tax details and addresses of an item on an open record. */
  function fill(draft, item, columns, call, warnings) {
    taxes.demandSuiteTax(item.record.taxdetails);
    taxes.refuseOverride(columns);
    const filler = recordFiller.filler(draft, call.resolve, warnings);
    filler.columns(only(columns, (name) => !AFTER_LINES.includes(name)));
    const lines = item.record.lines || [];
    const isUntaxed = (item.record.options || {}).withoutTax === true;
    if (isUntaxed) taxes.suppress(draft);
    const own = lines.filter((group) => !SET_SEPARATELY.has(group.sublistId));
    filler.sublists(isUntaxed ? own.map(withoutTax) : own);
    lines.filter((group) => group.sublistId === addresses.SUBLIST)
      .forEach((group) => addresses.fill(draft, group.lineItems, filler));
    filler.sublists(item.record.taxdetails);
    filler.columns(only(columns, (name) => AFTER_LINES.includes(name)));
  }

  /** Saves, saying what a refusal is about. */
  function save(draft, item) {
    const options = item.record.options || {};
    try {
      const ignoreMandatoryFields = options.ignoreMandatoryFields === true;
      return String(draft.save({ enableSourcing: true, ignoreMandatoryFields }));
    } catch (thrown) {
      throw refusalCause.explained(thrown, draft, item);
    }
  }

  // A credit memo is applied when its lines have given it an amount, all in the one save.
  function apply(draft, item, documents, decimals, call) {
    applySublist.linesOf(item).forEach(({ amount }, line) => errors.at({ field: 'doc', line }, () => {
      const wanted = amount === undefined || amount === null ? null : money.units(amount, decimals);
      applySublist.settle(draft, documents[line], wanted, decimals, call);
    }));
  }

  // What settles an invoice lies on its receivables account, or NetSuite does not offer the invoice.
  function accountOf(documents) {
    if (documents.length === 0) return {};
    const known = lookup.invoices(documents);
    const account = applySublist.receivablesOf(documents.map((id) => known[id]).filter(Boolean));
    return account ? { account } : {};
  }

  function check(made, kind, item, expected, { decimals, symbol }) {
    totals.checkPrecision(kind, item, decimals, symbol);
    try {
      totals.checkUnsaved(made, kind, expected, decimals, item.record.taxdetails);
    } catch (thrown) {
      throw totals.blamed(thrown, item, decimals, symbol);
    }
  }

  /** Builds the record without saving it; `given` columns take the place of the item's. */
  function draft(kind, item, call, warnings, given) {
    const documents = applySublist.documentsOf(item, call);
    const made = record.create({ type: kind.type, isDynamic: true });
    const columns = Object.assign({}, accountOf(documents), item.record.columns, marks(kind, item), given);
    fill(made, item, columns, call, warnings);
    if (!kind.totals) return made;
    const expected = totals.expectedOf(kind, item);
    const currency = made.getValue({ fieldId: 'currency' });
    const decimals = call.decimals(currency, expected);
    check(made, kind, item, expected, { decimals, symbol: call.symbol(currency) });
    apply(made, item, documents, decimals, call);
    return made;
  }

  /**
   * Saves a record that was built. Answers {id} when it was saved, {id: null} in a dry run, {existing} when a
   * second look found that someone else had been faster.
   */
  function commit(kind, item, made, call) {
    if (call.isDryRun) return { id: null };
    try {
      return { id: save(made, item) };
    } catch (thrown) {
      return settle(kind, item, thrown);
    }
  }

  // The database decides a race; whoever loses finds the winner's record. Not one duplicate code is relied on.
  function settle(kind, item, thrown) {
    const existing = errors.isDuplicate(thrown) ? find(kind, item) : null;
    if (existing) return { existing };
    throw thrown.name === 'UNIQUE_CUST_ID_REQD' ? nameTaken(item, thrown) : thrown;
  }

  function nameTaken(item, thrown) {
    const holder = lookup.byEntityId((item.record.columns || {}).entityid);
    const owner = holder ? customerOwner.ownerOf(holder.id) : null;
    const whose = owner ? `belongs to the Lago customer ${owner}, not to ${item.lago_id}` : 'carries no Lago id';
    const text = holder ? ` It is customer ${holder.id}, which ${whose}.` : '';
    return errors.raise(thrown.name, `${thrown.message}${text}`, { field: 'entityid' });
  }

  return { find, otherType, adopt, marks, fill, save, draft, commit };
});
