"""
The fields of transactions and their sublists.

Ids, labels and required flags follow Oracle's Records Browser; length limits were observed.
"""

from __future__ import annotations

from collections.abc import Mapping

from consumer.sandbox.netsuite.suitescript.fields import CLASSIFICATION, FieldTable, define, table_of

_COMMON = table_of(
    define("customform", "select", "Custom Form"),
    define("externalid", "text", "External ID", max_length=255),
    define("subsidiary", "select", "Subsidiary", target="subsidiary"),
    define("currency", "select", "Currency", target="currency", required=True),
    define("exchangerate", "float", "Exchange Rate"),
    define("trandate", "date", "Date", required=True),
    define("tranid", "text", "Reference #", max_length=45),
    define("memo", "text", "Memo", max_length=999),
    define("email", "email", "Email", max_length=254),
    define("status", "text", "Status", computed=True),
    define("total", "currency", "Total", computed=True),
    *CLASSIFICATION,
)
_SALE = _COMMON | table_of(
    define("entity", "select", "Customer", target="customer", required=True),
    define("otherrefnum", "text", "PO #", max_length=45),
    define("saleseffectivedate", "date", "Sales Effective Date"),
    define("tobeemailed", "checkbox", "To Be E-mailed"),
    define("createdfrom", "select", "Created From"),
    define("subtotal", "currency", "Subtotal", computed=True),
    define("taxtotal", "currency", "Tax Total", computed=True),
)
_POSTING = table_of(
    define("postingperiod", "select", "Posting Period", target="accountingperiod"),
    define("amountremaining", "currency", "Amount Remaining", computed=True),
)
_APPLYING = table_of(
    define("autoapply", "checkbox", "Auto Apply"),
    define("applied", "currency", "Applied", computed=True),
    define("unapplied", "currency", "Unapplied", computed=True),
)
BODIES: Mapping[str, FieldTable] = {
    "invoice": _SALE
    | _POSTING
    | table_of(
        define("account", "select", "Account", target="account"),
        define("approvalstatus", "select", "Approval Status"),
        define("duedate", "date", "Due Date"),
        define("startdate", "date", "Start Date"),
        define("enddate", "date", "End Date"),
        define("terms", "select", "Terms", target="term"),
    ),
    "creditmemo": _SALE
    | _POSTING
    | _APPLYING
    | table_of(define("account", "select", "Account", target="account")),
    "salesorder": _SALE
    | table_of(
        define("orderstatus", "select", "Order Status", required=True),
        define("terms", "select", "Terms", target="term"),
    ),
    "customerpayment": _COMMON
    | _POSTING
    | _APPLYING
    | table_of(
        define("customer", "select", "Customer", target="customer", required=True),
        define("entity", "select", "Customer", target="customer", computed=True),
        define("payment", "currency", "Payment Amount", required=True),
        define("aracct", "select", "A/R Account", target="account"),
        define("undepfunds", "radio", "Undep. Funds"),
        define("account", "select", "Account", target="account"),
        define("paymentmethod", "select", "Payment Method", target="paymentmethod"),
        define("checknum", "text", "Check #", max_length=45),
    ),
    "customerrefund": _COMMON
    | table_of(
        define("customer", "select", "Customer", target="customer", required=True),
        define("entity", "select", "Customer", target="customer", computed=True),
        define("postingperiod", "select", "Posting Period", target="accountingperiod"),
        define("aracct", "select", "A/R Account", target="account"),
        define("account", "select", "Account", target="account", required=True),
        define("paymentmethod", "select", "Refund Method", target="paymentmethod", required=True),
        define("checknumber", "text", "Check #", max_length=45),
        define("tobeprinted", "checkbox", "To Be Printed"),
    ),
}
SUITETAX_BODY = table_of(
    define("nexus", "select", "Nexus", target="nexus"),
    define("taxregoverride", "checkbox", "Override Tax Registration"),
    define("taxdetailsoverride", "checkbox", "Tax Details Override"),
    define("subsidiarytaxregnum", "select", "Subsidiary Tax Reg. Number"),
    define("entitytaxregnum", "select", "Customer Tax Reg. Number"),
)
LEGACY_TAX_BODY = table_of(
    define("istaxable", "checkbox", "Taxable"),
    define("taxitem", "select", "Tax Item", target="salestaxitem"),
    define("taxrate", "percent", "Tax %"),
    define("taxamountoverride", "currency", "Tax Amount Override"),
)
ITEM = table_of(
    define("item", "select", "Item", target="item", required=True),
    define("quantity", "float", "Quantity"),
    define("price", "select", "Price Level"),
    define("rate", "float", "Rate"),
    define("amount", "currency", "Amount"),
    define("description", "textarea", "Description", max_length=4000),
    define("revrecstartdate", "date", "Rev. Rec. Start Date"),
    define("revrecenddate", "date", "Rev. Rec. End Date"),
    *CLASSIFICATION,
)
SUITETAX_ITEM = table_of(define("taxdetailsreference", "text", "Tax Details Reference", max_length=300))
LEGACY_TAX_ITEM = table_of(
    define("istaxable", "checkbox", "Tax"),
    define("taxcode", "select", "Tax Code", target="salestaxitem"),
    define("taxrate1", "percent", "Tax Rate"),
)
TAX_DETAILS = table_of(
    define("taxdetailsreference", "text", "Tax Details Reference", required=True),
    define("linetype", "text", "Line Type", computed=True),
    define("linename", "text", "Line Name", computed=True),
    define("netamount", "currency", "Net Amount", computed=True),
    define("taxtype", "select", "Tax Type", target="taxtype"),
    define("taxcode", "select", "Tax Code", target="salestaxitem", required=True),
    define("taxbasis", "float", "Tax Basis", required=True),
    define("taxrate", "percent", "Tax Rate", required=True),
    define("taxamount", "currency", "Tax Amount", required=True),
    define("calcdetail", "text", "Calculation Detail"),
)
APPLY_LINE = table_of(
    define("apply", "checkbox", "Apply"),
    define("doc", "text", "Document", computed=True),
    define("internalid", "text", "Internal ID", computed=True),
    define("line", "text", "Line", computed=True),
    define("refnum", "text", "Ref No.", computed=True),
    define("type", "text", "Type", computed=True),
    define("applydate", "date", "Date", computed=True),
    define("duedate", "date", "Date Due", computed=True),
    define("total", "currency", "Original Amount", computed=True),
    define("due", "currency", "Amount Due", computed=True),
    define("amount", "currency", "Payment"),
)
