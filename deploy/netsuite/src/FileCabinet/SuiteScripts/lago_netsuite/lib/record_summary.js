/**
 * What the answer tells about a record that stands in NetSuite.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['N/url'], (url) => {
  /** The absolute address of a record in NetSuite's user interface. */
  function link(type, id) {
    const host = url.resolveDomain({ hostType: url.HostType.APPLICATION });
    return `https://${host}${url.resolveRecord({ recordType: type, recordId: id, isEditMode: false })}`;
  }

  /** The item of the answer for a loaded record. */
  function of(status, kind, record, totals) {
    const summary = {
      status,
      type: kind.type,
      internalId: String(record.id),
      externalId: record.getValue({ fieldId: 'externalid' }) || null,
      number: record.getValue({ fieldId: kind.number }) || null,
      url: link(kind.type, record.id),
    };
    return kind.totals ? Object.assign(summary, { totals }) : summary;
  }

  return { of, link };
});
