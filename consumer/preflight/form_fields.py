"""Findings about mandatory fields without a value, and custom fields that are not deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from consumer.config.connection import Connection
from consumer.config.mapping_rules import FieldsFor
from consumer.preflight import menu_paths, reference
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok, unknown
from schemas.reading import FieldsAsked, FieldsFound

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
"""Custom fields that identify records; a missing other field loses only its own value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """
    The fields of one record type that the connector writes.

    Attributes:
        filled: body fields that always have a value, from us or from NetSuite once the customer is set.
        custom: custom body fields that the SDF project deploys; `line_custom` those of its lines.
        fields: the sections of ``mapping.fields`` for its body and, as `line_fields`, for its lines.
    """

    label: str
    filled: frozenset[str]
    custom: tuple[str, ...]
    fields: FieldsFor
    line_fields: FieldsFor | None = None
    line_custom: tuple[str, ...] = ()


PREFERENCES = {"LOCMANDATORY": "location", "DEPTMANDATORY": "department", "CLASSMANDATORY": "class"}
"""Company preferences that make a field of transactions mandatory, and the field."""
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
_OF_ANY_LINE = frozenset(
    ["amount", "description", "item", "price", "quantity", "rate", "taxcode", "taxdetailsreference"]
)
FORMS: Mapping[str, RecordForm] = {
    "customer": RecordForm(
        label="customer",
        filled=frozenset(
            ("autoname", "companyname", "currency", "customform", "entityid", "entitystatus", "firstname",
             "isperson", "lastname", "subsidiary")
        ),
        custom=(
            "custentity_lago_id", "custentity_lago_version", "custentity_lago_fingerprint",
            "custentity_lago_customer_link", "custentity_lago_sf_id",
        ),
        fields="customer",
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
        filled=_OF_ANY_DOCUMENT | {"payment", "undepfunds"},
        custom=(*_MARKS, "custbody_lago_payment_invoices"),
        fields="payment",
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
        "salesorder": sync.sales_orders,
    }
    return tuple(name for name, is_one in is_written.items() if is_one)


def asked(connection: Connection) -> dict[str, FieldsAsked]:
    """The custom fields to check, by record type: those of the SDF project and of the mapping."""
    return {name: _asked(connection, FORMS[name]) for name in written(connection)}


def _asked(connection: Connection, form: RecordForm) -> FieldsAsked:
    body = dict.fromkeys((*form.custom, *_custom_of(connection, form.fields)))
    if form.line_fields is None:
        return FieldsAsked(body=tuple(body))
    lines = dict.fromkeys((*form.line_custom, *_custom_of(connection, form.line_fields)))
    return FieldsAsked(body=tuple(body), lines=tuple(lines))


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Forms that cannot be read, then custom fields, then mandatory fields."""
    yield from _unseen(connection, facts)
    yield from _custom_fields(connection, facts)
    yield from _mandatory(connection, facts)


def _unseen(connection: Connection, facts: Facts) -> Iterator[Finding]:
    for name in written(connection):
        form = facts.health.forms.get(name)
        if form is None or form.error is not None:
            cause = form.error.code if form and form.error else "no answer"
            says = f"no {FORMS[name].label} can be begun ({cause}), so its form cannot be looked at"
            yield unknown(f"form.{name}", says, menu=menu_paths.FORMS)


def _custom_fields(connection: Connection, facts: Facts) -> Iterator[Finding]:
    missing: dict[str, list[str]] = {}
    for label, found in _seen(connection, facts):
        for name in (name for name, is_there in found.known.items() if not is_there):
            missing.setdefault(name, []).append(label)
    for name, labels in missing.items():
        yield _undeployed(connection, name, labels)
    if not missing:
        yield ok("custom_fields", "every custom field is there")


def _undeployed(connection: Connection, name: str, labels: list[str]) -> Finding:
    is_essential = name in ESSENTIAL
    effect = "records cannot be recognised by it" if is_essential else "its value is lost"
    path = next((path for path in _paths_of(connection, name)), "")
    return Finding(
        id=f"custom_field.{name}",
        status="fail" if is_essential else "warn",
        says=f"{name} is not on {', '.join(labels)}: {effect}",
        menu=menu_paths.FIELDS,
        fix="deploy the SDF project (deploy/netsuite), or let the field apply to these records",
        where=connection.at(path) if path else "",
    )


def _mandatory(connection: Connection, facts: Facts) -> Iterator[Finding]:
    unfilled: dict[str, list[str]] = {}
    for name in written(connection):
        form, ours = facts.health.forms.get(name), FORMS[name]
        if form is None or form.error is not None:
            for field in sorted(_preferred(facts, name) - _configured(connection, ours.fields)):
                unfilled.setdefault(field, []).append(ours.label)
            continue
        for found, filled, section, suffix in (
            (form.body, ours.filled, ours.fields, ""),
            (form.lines, _OF_ANY_LINE, ours.line_fields, " lines"),
        ):
            known = {*filled, *_configured(connection, section)}
            for field in found.mandatory if found else ():
                if field not in known:
                    unfilled.setdefault(field, []).append(f"{ours.label}{suffix}")
    for field, places in unfilled.items():
        yield _unfilled(connection, field, places)
    if not unfilled:
        yield ok("mandatory_fields", "every mandatory field is filled")


def _preferred(facts: Facts, record_type: str) -> set[str]:
    """The fields that company preferences make mandatory; used where the form itself cannot be read."""
    if record_type == "customer":
        return set()
    return {field for name, field in PREFERENCES.items() if facts.health.preferences.get(name) in ("T", True)}


def _unfilled(connection: Connection, field: str, places: list[str]) -> Finding:
    preference = {"location": "Make Locations Mandatory", "department": "Make Departments Mandatory",
                  "class": "Make Classes Mandatory"}.get(field)  # fmt: skip
    also = f"; or {menu_paths.ACCOUNTING_PREFERENCES} > {preference}" if preference else ""
    return Finding(
        id=f"mandatory.{field}",
        status="fail",
        says=f"{field} must be filled on {', '.join(places)}, and nothing fills it",
        menu=f"{menu_paths.FORMS}{also}",
        fix=f"give {field} a value under mapping.fields, or make it optional",
        where=connection.at("mapping.fields"),
    )


def _seen(connection: Connection, facts: Facts) -> Iterator[tuple[str, FieldsFound]]:
    for name in written(connection):
        form = facts.health.forms.get(name)
        if form and form.body:
            yield FORMS[name].label, form.body
        if form and form.lines:
            yield f"{FORMS[name].label} lines", form.lines


def _configured(connection: Connection, section: FieldsFor | None) -> set[str]:
    if section is None:
        return set()
    return {name for level in reference.levels(connection) for name in level.rules.fields.get(section, {})}


def _custom_of(connection: Connection, section: FieldsFor) -> list[str]:
    return sorted(name for name in _configured(connection, section) if name.startswith("cust"))


def _paths_of(connection: Connection, name: str) -> Iterator[str]:
    for level in reference.levels(connection):
        for section, values in level.rules.fields.items():
            if name in values:
                yield f"{level.path}.fields.{section}.{name}"
