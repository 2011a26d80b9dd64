"""
The definition of a field, and the fields of customers and lists.

Ids, labels and required flags follow Oracle's Records Browser; length limits were observed.
"""

from __future__ import annotations

from dataclasses import dataclass

from consumer.sandbox.netsuite.profile import FieldKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One field of a record, a sublist or a subrecord.

    Attributes:
        target: for a select, the list that must contain its value; None when that is not checked.
        required: mandatory by the system, independent of the options of `Record.save`.
        computed: set by NetSuite only; values that scripts set are dropped.
    """

    id: str
    kind: FieldKind
    label: str
    target: str | None = None
    required: bool = False
    computed: bool = False
    max_length: int | None = None


FieldTable = dict[str, Field]


def define(  # noqa: PLR0913 - one column of the tables below each
    id_: str,
    kind: FieldKind,
    label: str,
    *,
    target: str | None = None,
    required: bool = False,
    computed: bool = False,
    max_length: int | None = None,
) -> Field:
    """A field, as one row of the tables below."""
    return Field(
        id=id_,
        kind=kind,
        label=label,
        target=target,
        required=required,
        computed=computed,
        max_length=max_length,
    )


def table_of(*fields: Field) -> dict[str, Field]:
    """Fields by their ids."""
    return {field.id: field for field in fields}


CLASSIFICATION = (
    define("location", "select", "Location", target="location"),
    define("department", "select", "Department", target="department"),
    define("class", "select", "Class", target="classification"),
)
CUSTOMER: FieldTable = table_of(
    define("customform", "select", "Custom Form"),
    define("externalid", "text", "External ID", max_length=255),
    define("isperson", "radio", "Type"),
    define("autoname", "checkbox", "Auto"),
    define("entityid", "text", "Customer ID", max_length=83),
    define("companyname", "text", "Company Name", max_length=83),
    define("firstname", "text", "First Name", max_length=32),
    define("lastname", "text", "Last Name", max_length=32),
    define("subsidiary", "select", "Subsidiary", target="subsidiary"),
    define("currency", "select", "Primary Currency", target="currency"),
    define("email", "email", "Email", max_length=254),
    define("phone", "phone", "Phone", max_length=32),
    define("altphone", "phone", "Alt. Phone", max_length=32),
    define("fax", "phone", "Fax", max_length=32),
    define("url", "url", "Web Address", max_length=100),
    define("comments", "textarea", "Comments", max_length=4000),
    define("terms", "select", "Terms", target="term"),
    define("category", "select", "Category"),
    define("entitystatus", "select", "Status"),
    define("receivablesaccount", "select", "Default Receivables Account", target="account"),
    define("vatregnumber", "text", "Tax Reg. Number"),
    define("parent", "select", "Parent Company", target="customer"),
    define("isinactive", "checkbox", "Inactive"),
)
SUBSIDIARY_RELATIONSHIP: FieldTable = table_of(
    define("externalid", "text", "External Id"),
    define("entity", "select", "Customer", target="customer", required=True),
    define("subsidiary", "select", "Subsidiary", target="subsidiary", required=True),
    define("isprimarysub", "checkbox", "Primary Subsidiary", computed=True),
)
ADDRESS_BOOK: FieldTable = table_of(
    define("defaultbilling", "checkbox", "Default Billing"),
    define("defaultshipping", "checkbox", "Default Shipping"),
    define("isresidential", "checkbox", "Residential Address"),
    define("label", "text", "Label"),
)
CURRENCIES: FieldTable = table_of(define("currency", "select", "Currency", target="currency", required=True))
ADDRESS: FieldTable = table_of(
    define("country", "select", "Country", required=True),
    define("attention", "text", "Attention", max_length=83),
    define("addressee", "text", "Addressee", max_length=83),
    define("addr1", "text", "Address 1", max_length=150),
    define("addr2", "text", "Address 2", max_length=150),
    define("addr3", "text", "Address 3", max_length=150),
    define("addrphone", "phone", "Phone", max_length=32),
    define("city", "text", "City", max_length=50),
    define("state", "text", "State", max_length=30),
    define("zip", "text", "Zip", max_length=36),
    define("override", "checkbox", "Override"),
)
CURRENCY: FieldTable = table_of(
    define("name", "text", "Name"),
    define("symbol", "text", "ISO Code"),
    define("currencyprecision", "text", "Currency Precision"),
    define("isbasecurrency", "checkbox", "Is Base Currency"),
    define("exchangerate", "float", "Default Exchange Rate"),
)
