"""The records that a connection writes, and the fields of their forms that are filled or checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consumer.config.connection import Connection
from consumer.config.mapping_rules import FieldsFor
from consumer.preflight import menu_paths, reference
from schemas.reading import FieldsAsked

_MARKS, _LINKS = ("custbody_lago_id", "custbody_lago_fingerprint"), ("custbody_lago_invoice_link",)
_PERIOD = ("custcol_service_period_date_from", "custcol_service_period_date_to")
ESSENTIAL = frozenset(
    (
        *_MARKS,
        "custbody_lago_invoice_id",
        "custbody_lago_payment_invoices",
        "custentity_lago_id",
        "custentity_lago_version",
        "custentity_lago_fingerprint",
    )
)
"""Custom fields by which records are found and compared; the others are for display only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """
    One record type we write.

    Attributes:
        filled: its fields that are always filled, by the connector or by NetSuite once the customer is set,
            and those with values from Lago.
        custom: custom fields the SDF project deploys on it.
        fields: the sections of mapping.fields for its body and its lines.
        menu: where its form is changed.
    """

    label: str
    filled: frozenset[str]
    custom: tuple[str, ...]
    fields: FieldsFor
    line_fields: FieldsFor | None = None
    line_custom: tuple[str, ...] = ()
    menu: str = menu_paths.FORMS


_OF_FEATURES = frozenset({"location", "department", "class", "subsidiary"})
PREFERENCES = {"LOCMANDATORY": "location", "DEPTMANDATORY": "department", "CLASSMANDATORY": "class"}
"""Preferences that make a field of documents mandatory."""
_OF_ANY_DOCUMENT = frozenset(
    [
        "account",
        "aracct",
        "currency",
        "customer",
        "customform",
        "entity",
        "exchangerate",
        "nexus",
        "postingperiod",
        "status",
        "subsidiary",
        "taxitem",
        "trandate",
        "tranid",
    ]
)
OF_ANY_LINE = frozenset(
    ["amount", "description", "item", "price", "quantity", "rate", "taxcode", "taxdetailsreference"]
)
FORMS: Mapping[str, RecordForm] = {
    "customer": RecordForm(
        label="customer",
        filled=frozenset(
            ("autoname", "companyname", "currency", "customform", "email", "entityid", "entitystatus",
             "firstname", "isperson", "lastname", "phone", "subsidiary")
        ),
        custom=(
            "custentity_lago_id", "custentity_lago_version", "custentity_lago_fingerprint",
            "custentity_lago_customer_link", "custentity_lago_sf_id",
        ),
        fields="customer",
        menu=menu_paths.ENTRY_FORMS,
    ),
    "invoice": RecordForm(
        label="invoice",
        filled=_OF_ANY_DOCUMENT | {"duedate"},
        custom=(*_MARKS, *_LINKS),
        fields="invoice",
        line_fields="invoice_line",
        line_custom=_PERIOD,
    ),
    "creditmemo": RecordForm(
        label="credit memo",
        filled=_OF_ANY_DOCUMENT,
        custom=(*_MARKS, "custbody_lago_invoice_id"),
        fields="credit_note",
        line_fields="credit_note_line",
    ),
    "customerpayment": RecordForm(
        label="payment",
        filled=_OF_ANY_DOCUMENT | {"memo", "payment", "undepfunds"},
        custom=(*_MARKS, "custbody_lago_payment_invoices"),
        fields="payment",
    ),
    "customerrefund": RecordForm(
        label="customer refund",
        filled=_OF_ANY_DOCUMENT | {"account", "paymentmethod"},
        custom=_MARKS,
        fields="refund",
    ),
    "salesorder": RecordForm(
        label="sales order",
        filled=_OF_ANY_DOCUMENT | {"orderstatus"},
        custom=(*_MARKS, *_LINKS),
        fields="sales_order",
        line_fields="sales_order_line",
        line_custom=_PERIOD,
    ),
}  # fmt: skip


def written(connection: Connection) -> tuple[str, ...]:
    """The record types that this connection writes."""
    sync = connection.sync
    is_written = {
        "customer": True,
        "invoice": sync.invoices,
        "creditmemo": sync.credit_notes or sync.voids,
        "customerpayment": sync.payments,
        "customerrefund": connection.refunds == "customer_refund",
        "salesorder": sync.sales_orders,
    }
    return tuple(name for name, is_one in is_written.items() if is_one)


def asked(connection: Connection) -> dict[str, FieldsAsked]:
    """The fields to check, by record type: custom fields of the SDF project and those the mapping fills."""
    return {name: _asked(connection, FORMS[name]) for name in written(connection)}


def _asked(connection: Connection, form: RecordForm) -> FieldsAsked:
    body = dict.fromkeys((*form.custom, *_filled_by_mapping(connection, form.fields)))
    if form.line_fields is None:
        return FieldsAsked(body=tuple(body))
    lines = dict.fromkeys((*form.line_custom, *_filled_by_mapping(connection, form.line_fields)))
    return FieldsAsked(body=tuple(body), lines=tuple(lines))


def configured(connection: Connection, section: FieldsFor | None) -> set[str]:
    """The fields of a section of `mapping.fields`, of all levels."""
    if section is None:
        return set()
    return {name for level in reference.levels(connection) for name in level.rules.fields.get(section, {})}


def _filled_by_mapping(connection: Connection, section: FieldsFor) -> list[str]:
    """The configured fields without classifications, which the checks of features cover."""
    return sorted(configured(connection, section) - _OF_FEATURES)


def paths_of(connection: Connection, name: str) -> Iterator[str]:
    """The paths in the configuration that fill a field."""
    for level in reference.levels(connection):
        for section, values in level.rules.fields.items():
            if name in values:
                yield f"{level.path}.fields.{section}.{name}"
