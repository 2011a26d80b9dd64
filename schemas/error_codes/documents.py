"""Refusals of one record that are published under a code of the connector."""

from __future__ import annotations

from schemas.error_codes import menu
from schemas.error_codes.entry import row

ROWS = (
    row(
        "total_mismatch", "record",
        "Lines and taxes do not make Lago's total, in the event or in NetSuite; nothing is posted.",
        "Compare taxes, discounts and rounding; a line or a tax is missing from one of the two.",
        "finance",
        netsuite="LAGO_TOTAL_MISMATCH",
    ),
    row(
        "negative_total", "record",
        "The document comes to less than nothing, and NetSuite books none below zero; nothing is sent.",
        "Correct the document in Lago, where a credit note gives back what a customer is owed; or book it by "
        "hand as the opposite document.",
        "finance",
    ),
    row(
        "currency_precision", "record",
        "An amount needs more decimals than NetSuite's currency has; NetSuite knows 0 or 2 and no others.",
        "Bill in amounts that two decimals can hold, or book this document by hand, rounded; "
        "a currency with 0 in NetSuite and 2 in Lago is mended by its Currency Precision.",
        "finance", menu.CURRENCIES,
        netsuite="LAGO_CURRENCY_PRECISION",
    ),
    row(
        "conflict", "record",
        "The document stands in NetSuite already with other content; it is never overwritten.",
        "Compare NetSuite's document with Lago's and correct NetSuite's by hand.",
        "finance",
        netsuite="LAGO_FINGERPRINT_CONFLICT LAGO_EXTID_TYPE_MISMATCH",
    ),
    row(
        "link_not_found", "record",
        "Lago links the customer to a NetSuite internal id that is no customer there.",
        "Correct the NetSuite customer id at the customer's connection in Lago.",
        "Lago administrator",
        netsuite="LAGO_LINK_NOT_FOUND",
    ),
    row(
        "link_taken", "record",
        "Lago links the customer to a NetSuite customer that another Lago customer is linked to.",
        "Link each Lago customer to a NetSuite customer of its own. Where the other Lago customer is gone, "
        "empty the field Lago ID of the NetSuite customer (it is locked: set its display type to Normal "
        "first).",
        "Lago administrator", menu.CUSTOMERS,
        netsuite="LAGO_LINK_TAKEN",
    ),
    row(
        "customer_inactive", "record",
        "The NetSuite customer is inactive, and NetSuite takes no documents for it.",
        "Open the customer and clear its box Inactive.",
        "NetSuite administrator", menu.CUSTOMERS,
        netsuite="LAGO_CUSTOMER_INACTIVE",
    ),
    row(
        "customer_not_in_subsidiary", "record",
        "The customer belongs to another subsidiary than the document, and customers have only one here.",
        "Enable Multi-Subsidiary Customer (Company subtab), or map the billing entity to the customer's "
        "subsidiary.",
        "NetSuite administrator", menu.FEATURES,
        netsuite="LAGO_CUSTOMER_NOT_IN_SUBSIDIARY",
    ),
    row(
        "invalid_reference", "record",
        "The mapping names an item, account, subsidiary or the like that NetSuite does not have.",
        "Compare the internal id in connections.yaml with the list in NetSuite.",
        "connector operator",
        netsuite="INVALID_KEY_OR_REF SSS_RECORD_TYPE_MISMATCH LAGO_INVALID_REFERENCE",
    ),
    row(
        "invalid_reference", "record",
        "The document's subsidiary may not use the customer, item, account or classification.",
        "Make the entity, item or account available to the subsidiary, or map another subsidiary.",
        "NetSuite administrator",
        netsuite="""
            INVALID_TRANS_SUB_ENTITY INVALID_TRANS_SUB_ITEM INVALID_TRANS_SUB_ACCT INVALID_TRANS_SUB_CLASS
            INVALID_TRANS_SUB_DEPT INVALID_TRANS_SUB_LOC
            """,
    ),
    row(
        "missing_field", "record",
        "NetSuite demands a field that Lago does not fill.",
        "Fill the field by a constant or expression under mapping.fields, or make it optional on the form.",
        "connector operator", menu.FORMS,
        netsuite="MISSING_REQD_FLD FIELD_REQD LOCATION_REQD CRNCY_REQD TRAN_DATE_REQD VALID_LINE_ITEM_REQD",
    ),
    row(
        "record_deleted", "record",
        "A record that this one refers to has been deleted in NetSuite.",
        "Restore the record, or correct what refers to it.",
        "NetSuite administrator",
        netsuite="RCRD_DSNT_EXIST RCRD_DELETED_SINCE_RETRIEVED",
    ),
    row(
        "period_closed", "record",
        "The document's date lies in a closed or locked accounting period.",
        "Open the period, or choose another policy by closed_period in connections.yaml.",
        "finance", menu.PERIODS,
        netsuite="VALID_PRD_REQD TRAN_PERIOD_CLOSED CLOSED_TRAN_PRD TRANS_EDIT_DISALLWD TRAN_PRD_CLOSED",
    ),
    row(
        "currency_not_on_customer", "record",
        "NetSuite's customer does not have the document's currency, or the account does not.",
        "Add the currency on the customer's Financial tab, or correct mapping.currencies.",
        "NetSuite administrator", menu.CUSTOMERS,
        netsuite="LAGO_CURRENCY_NOT_ON_CUSTOMER",
    ),
    row(
        "void_of_paid_invoice", "record",
        "A void came for an invoice that is paid in NetSuite, and Lago issued no credit note for it.",
        "Take the payments off the invoice (each payment, Apply tab), then replay: they stay the customer's "
        "credit, to refund or apply; or set voids.paid: unapply_and_void, which does so itself.",
        "finance", menu.INVOICES,
        netsuite="LAGO_VOID_OF_PAID_INVOICE",
    ),
    row(
        "overapplied", "record",
        "A payment or credit memo exceeds what is due on its invoices.",
        "Look for a payment booked by hand on the same invoice, and take one of the two off it.",
        "finance", menu.INVOICES,
        netsuite="LAGO_OVERAPPLIED",
    ),
    row(
        "not_applicable", "record",
        "A payment or credit memo is of another customer, currency or receivables account than its invoice.",
        "Compare the two in NetSuite; after a changed link the invoice stands at the former customer.",
        "finance",
        netsuite="LAGO_CUSTOMER_MISMATCH LAGO_CURRENCY_MISMATCH LAGO_NOT_APPLICABLE",
    ),
    row(
        "restlet_failed", "record",
        "The RESTlet's own code failed on this record: a defect of its script.",
        "Report it with the script's execution log, and replay the event once it is mended.",
        "connector operator", menu.DEPLOYMENTS,
        netsuite="TypeError ReferenceError RangeError SyntaxError EvalError URIError InternalError",
    ),
    row(
        "restlet_outdated", "record",
        "The deployed RESTlet does not know what this worker asks of it.",
        "Deploy the RESTlet that belongs to the worker's version, or correct restlet_url.",
        "NetSuite administrator", menu.DEPLOYMENTS,
        netsuite="LAGO_BAD_ITEM LAGO_MODE_NOT_SUPPORTED",
    ),
    row(
        "field_not_allowed", "record",
        "The mapping fills a field of customers that the RESTlet sets for nobody, a credit limit say.",
        "Take the field out of mapping.fields.customer, or deploy the RESTlet of the worker's version.",
        "connector operator",
        netsuite="LAGO_FIELD_NOT_ALLOWED",
    ),
)  # fmt: skip
