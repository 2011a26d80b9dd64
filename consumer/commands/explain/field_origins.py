"""The source of a NetSuite field's value when no setting decides it."""

from __future__ import annotations

_DOCUMENT = {
    "entity": "the event's customer",
    "tranid": "Lago's number",
    "trandate": "Lago's issuing date",
    "custbody_lago_id": "Lago's id",
    "custbody_ava_disable_tax_calculation": "always: tax is Lago's, not Avalara's",
    "taxregoverride": "always with SuiteTax: tax is Lago's",
    "taxdetailsoverride": "always with SuiteTax: tax is Lago's",
    "nexus": "the tax rules' nexus",
    "istaxable": "always with the tax mode legacy",
    "taxitem": "the tax rules' code",
    "taxamountoverride": "Lago's tax",
}
_INVOICE = _DOCUMENT | {
    "duedate": "Lago's payment due date",
    "otherrefnum": "Lago's purchase order number",
    "custbody_lago_invoice_link": "Lago's link to the invoice",
    "lago_plan_codes": "the plans of the invoice's subscriptions",
}
_BY_RECORD = {
    "invoice": _INVOICE,
    "salesorder": _INVOICE | {"orderstatus": "always: Pending Fulfillment"},
    "creditmemo": _DOCUMENT
    | {
        "otherrefnum": "Lago's number",
        "memo": "Lago's description",
        "custbody_lago_invoice_id": "Lago's id of the invoice",
        "autoapply": "never: what it pays is Lago's decision",
    },
    "customerpayment": {
        "customer": "the event's customer",
        "payment": "Lago's amount",
        "trandate": "the day of the payment",
        "checknum": "Lago's reference",
        "memo": "the provider's id of the payment",
        "custbody_lago_id": "Lago's id",
        "autoapply": "never: what it pays is Lago's decision",
        "undepfunds": "an account is mapped",
    },
    "customerrefund": {
        "customer": "the event's customer",
        "trandate": "Lago's issuing date of the credit note",
        "memo": "the number of the credit note",
        "custbody_lago_id": "Lago's id of the credit note",
    },
    "customer": {
        "isperson": "Lago's customer type",
        "entityid": "Lago's external id (customers.entity_id)",
        "autoname": "customers.entity_id",
        "companyname": "Lago's name",
        "firstname": "Lago's first name",
        "lastname": "Lago's last name",
        "email": "the first of Lago's addresses",
        "phone": "the first of Lago's numbers",
        "custentity_lago_id": "Lago's id",
        "custentity_lago_sf_id": "Lago's Salesforce id",
        "custentity_lago_customer_link": "lago.front_url",
    },
}
_VOID = {"trandate": "the day of the void"}


def of(record_type: str, mode: str, column: str) -> str:
    """In words; empty for a field that is not known here."""
    known = _VOID if mode == "void" else _BY_RECORD.get(record_type, {})
    return known.get(column, "")
