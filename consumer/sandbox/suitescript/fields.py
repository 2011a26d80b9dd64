"""
Which fields records have, of what kind, and which NetSuite itself demands.

Ids, labels and required flags follow Oracle's Records Browser; length limits are from practice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consumer.sandbox.profile import CustomField, FieldKind, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One field of a record, a sublist or a subrecord.

    Attributes:
        target: for a select, the list its value must be in; None when it is not checked.
        required: mandatory by the system, which no option of `Record.save` can switch off.
        computed: set by NetSuite only; what scripts set is dropped.
    """

    id: str
    kind: FieldKind
    label: str
    target: str | None = None
    required: bool = False
    computed: bool = False
    max_length: int | None = None


FieldTable = Mapping[str, Field]


def _field(  # noqa: PLR0913 - one column of the tables below each
    id_: str,
    kind: FieldKind,
    label: str,
    *,
    target: str | None = None,
    required: bool = False,
    computed: bool = False,
    max_length: int | None = None,
) -> Field:
    return Field(
        id=id_,
        kind=kind,
        label=label,
        target=target,
        required=required,
        computed=computed,
        max_length=max_length,
    )


def _table(*fields: Field) -> dict[str, Field]:
    return {field.id: field for field in fields}


_CLASSIFICATION = (
    _field("location", "select", "Location", target="location"),
    _field("department", "select", "Department", target="department"),
    _field("class", "select", "Class", target="classification"),
)
_CUSTOMER = _table(
    _field("customform", "select", "Custom Form"),
    _field("externalid", "text", "External ID", max_length=255),
    _field("isperson", "radio", "Type"),
    _field("autoname", "checkbox", "Auto"),
    _field("entityid", "text", "Customer ID", max_length=83),
    _field("companyname", "text", "Company Name", max_length=83),
    _field("firstname", "text", "First Name", max_length=32),
    _field("lastname", "text", "Last Name", max_length=32),
    _field("subsidiary", "select", "Subsidiary", target="subsidiary"),
    _field("currency", "select", "Primary Currency", target="currency"),
    _field("email", "email", "Email", max_length=254),
    _field("phone", "phone", "Phone", max_length=32),
    _field("url", "url", "Web Address", max_length=100),
    _field("comments", "textarea", "Comments", max_length=4000),
    _field("terms", "select", "Terms", target="term"),
    _field("category", "select", "Category"),
    _field("entitystatus", "select", "Status"),
    _field("receivablesaccount", "select", "Default Receivables Account", target="account"),
    _field("vatregnumber", "text", "Tax Reg. Number"),
    _field("parent", "select", "Parent Company", target="customer"),
    _field("isinactive", "checkbox", "Inactive"),
)
_TRANSACTION = _table(
    _field("customform", "select", "Custom Form"),
    _field("externalid", "text", "External ID", max_length=255),
    _field("entity", "select", "Customer", target="customer", required=True),
    _field("subsidiary", "select", "Subsidiary", target="subsidiary"),
    _field("currency", "select", "Currency", target="currency", required=True),
    _field("exchangerate", "float", "Exchange Rate"),
    _field("trandate", "date", "Date", required=True),
    _field("postingperiod", "select", "Posting Period", target="accountingperiod"),
    _field("tranid", "text", "Invoice #", max_length=45),
    _field("duedate", "date", "Due Date"),
    _field("terms", "select", "Terms", target="term"),
    _field("memo", "text", "Memo", max_length=999),
    _field("otherrefnum", "text", "PO #", max_length=45),
    _field("email", "email", "Email", max_length=254),
    _field("tobeemailed", "checkbox", "To Be E-mailed"),
    _field("account", "select", "Account", target="account"),
    _field("createdfrom", "select", "Created From"),
    _field("status", "text", "Status", computed=True),
    _field("subtotal", "currency", "Subtotal", computed=True),
    _field("taxtotal", "currency", "Tax Total", computed=True),
    _field("total", "currency", "Total", computed=True),
    _field("amountremaining", "currency", "Amount Remaining", computed=True),
    *_CLASSIFICATION,
)
_SUITETAX_BODY = _table(
    _field("nexus", "select", "Nexus", target="nexus"),
    _field("taxregoverride", "checkbox", "Override Tax Registration"),
    _field("taxdetailsoverride", "checkbox", "Tax Details Override"),
    _field("subsidiarytaxregnum", "select", "Subsidiary Tax Reg. Number"),
    _field("entitytaxregnum", "select", "Customer Tax Reg. Number"),
)
_LEGACY_TAX_BODY = _table(
    _field("istaxable", "checkbox", "Taxable"),
    _field("taxitem", "select", "Tax Item"),
    _field("taxrate", "percent", "Tax %"),
    _field("taxamountoverride", "currency", "Tax Amount Override"),
)
_ITEM = _table(
    _field("item", "select", "Item", target="item", required=True),
    _field("quantity", "float", "Quantity"),
    _field("price", "select", "Price Level"),
    _field("rate", "float", "Rate"),
    _field("amount", "currency", "Amount"),
    _field("description", "textarea", "Description", max_length=4000),
    *_CLASSIFICATION,
)
_SUITETAX_ITEM = _table(_field("taxdetailsreference", "text", "Tax Details Reference", max_length=300))
_LEGACY_TAX_ITEM = _table(
    _field("istaxable", "checkbox", "Tax"),
    _field("taxcode", "select", "Tax Code"),
    _field("taxrate1", "percent", "Tax Rate"),
)
_TAX_DETAILS = _table(
    _field("taxdetailsreference", "text", "Tax Details Reference", required=True),
    _field("linetype", "text", "Line Type", computed=True),
    _field("linename", "text", "Line Name", computed=True),
    _field("netamount", "currency", "Net Amount", computed=True),
    _field("taxtype", "select", "Tax Type", target="taxtype"),
    _field("taxcode", "select", "Tax Code", target="salestaxitem", required=True),
    _field("taxbasis", "float", "Tax Basis", required=True),
    _field("taxrate", "percent", "Tax Rate", required=True),
    _field("taxamount", "currency", "Tax Amount", required=True),
    _field("calcdetail", "text", "Calculation Detail"),
)
_ADDRESS_BOOK = _table(
    _field("defaultbilling", "checkbox", "Default Billing"),
    _field("defaultshipping", "checkbox", "Default Shipping"),
    _field("isresidential", "checkbox", "Residential Address"),
    _field("label", "text", "Label"),
)
_CURRENCIES = _table(_field("currency", "select", "Currency", target="currency", required=True))
ADDRESS: FieldTable = _table(
    _field("country", "select", "Country", required=True),
    _field("attention", "text", "Attention", max_length=83),
    _field("addressee", "text", "Addressee", max_length=83),
    _field("addr1", "text", "Address 1", max_length=150),
    _field("addr2", "text", "Address 2", max_length=150),
    _field("addr3", "text", "Address 3", max_length=150),
    _field("addrphone", "phone", "Phone", max_length=32),
    _field("city", "text", "City", max_length=50),
    _field("state", "text", "State", max_length=30),
    _field("zip", "text", "Zip", max_length=36),
    _field("override", "checkbox", "Override"),
)
CURRENCY: FieldTable = _table(
    _field("name", "text", "Name"),
    _field("symbol", "text", "ISO Code"),
    _field("currencyprecision", "text", "Currency Precision"),
    _field("exchangerate", "float", "Default Exchange Rate"),
)


class Catalogue:
    """The fields of one account, its deployed custom fields among them."""

    def __init__(self, profile: Profile) -> None:
        body_taxes, line_taxes = (
            (_SUITETAX_BODY, _SUITETAX_ITEM) if profile.has_suitetax else (_LEGACY_TAX_BODY, _LEGACY_TAX_ITEM)
        )
        self._customer = _CUSTOMER | _custom(profile, "custentity_")
        self._transaction = _TRANSACTION | body_taxes | _custom(profile, "custbody_")
        self._sublists: dict[str, FieldTable] = {
            "item": _ITEM | line_taxes | _custom(profile, "custcol_"),
            "taxdetails": _TAX_DETAILS if profile.has_suitetax else {},
            "addressbook": _ADDRESS_BOOK,
            "currency": _CURRENCIES,
        }

    def body(self, record_type: str) -> FieldTable:
        """The body fields of a record type."""
        return self._customer if record_type == "customer" else self._transaction

    def sublist(self, sublist: str) -> FieldTable:
        """The fields of one line of a sublist; empty for a sublist the account does not have."""
        return self._sublists.get(sublist, {})


def _custom(profile: Profile, prefix: str) -> dict[str, Field]:
    return {field.id: _custom_field(field) for field in profile.custom_fields if field.id.startswith(prefix)}


def _custom_field(field: CustomField) -> Field:
    # Free-Form Text holds 300 characters.
    return _field(field.id, field.kind, field.label, max_length=300 if field.kind == "text" else None)
