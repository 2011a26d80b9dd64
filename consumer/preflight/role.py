"""Findings about the permissions of the integration's role and the features of the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.config.connection import Connection
from consumer.preflight import menu_paths, record_forms, reference
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, Status, ok, unknown
from schemas.reading import Kind

_LEVELS = {0: "None", 1: "View", 2: "Create", 3: "Edit", 4: "Full"}
_VIEW, _EDIT = 1, 3
_FIELD_FEATURES = {"location": "LOCATIONS", "department": "DEPARTMENTS", "class": "CLASSES"}

OF_KIND: dict[Kind, str] = {
    "items": "LIST_ITEM",
    "accounts": "LIST_ACCOUNT",
    "subsidiaries": "LIST_SUBSIDIARY",
    "currencies": "LIST_CURRENCY",
    "tax_codes": "LIST_TAXITEM",
    "tax_types": "LIST_TAXITEM",
    "nexuses": "LIST_TAXITEM",
    "locations": "LIST_LOCATION",
    "departments": "LIST_DEPARTMENT",
    "classes": "LIST_CLASS",
    "periods": "ADMI_ACCTPERIODS",
    "payment_methods": "LIST_PAYMETH",
}
"""The permission to read each kind of list; without it NetSuite returns an empty list."""
_OF_RECORD = {
    "customer": "LIST_CUSTJOB",
    "invoice": "TRAN_CUSTINVC",
    "creditmemo": "TRAN_CUSTCRED",
    "customerpayment": "TRAN_CUSTPYMT",
    "customerrefund": "TRAN_CUSTRFND",
    "salesorder": "TRAN_SALESORD",
}
_NAMES = {
    "LIST_CUSTJOB": "Lists > Customers",
    "LIST_ITEM": "Lists > Items",
    "LIST_ACCOUNT": "Lists > Accounts",
    "LIST_SUBSIDIARY": "Lists > Subsidiaries",
    "LIST_CURRENCY": "Lists > Currency",
    "LIST_TAXITEM": "Lists > Tax Records",
    "LIST_TAXDETAILSTAB": "Lists > Tax Details Tab",
    "LIST_LOCATION": "Lists > Locations",
    "LIST_DEPARTMENT": "Lists > Departments",
    "LIST_CLASS": "Lists > Classes",
    "LIST_PAYMETH": "Lists > Payment Methods",
    "TRAN_CUSTINVC": "Transactions > Invoice",
    "TRAN_CUSTCRED": "Transactions > Credit Memo",
    "TRAN_CUSTPYMT": "Transactions > Customer Payment",
    "TRAN_CUSTRFND": "Transactions > Customer Refund",
    "TRAN_SALESORD": "Transactions > Sales Order",
    "ADMI_ACCTPERIODS": "Setup > Manage Accounting Periods",
    "ADMI_DELETEDRECORD": "Setup > Deleted Records",
}
# Without it `check` and `reconcile` say less; every document is written.
_HELPFUL = frozenset({"ADMI_ACCTPERIODS", "ADMI_DELETEDRECORD"})
FEATURES = (
    "ACCOUNTINGPERIODS", "CLASSES", "DEPARTMENTS", "LOCATIONS", "MULTICURRENCY", "RECEIVABLES",
    "SUBSIDIARIES", "TAX_OVERHAULING",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A permission and its least level: 1 View, 2 Create, 3 Edit, 4 Full."""

    permission: str
    level: int


def needs(connection: Connection) -> tuple[Need, ...]:
    """The permissions that this connection needs."""
    edited = [_OF_RECORD[name] for name in record_forms.written(connection)]
    if any(tax.mode == "suitetax" for _, tax in reference.taxes(connection)):
        edited.append("LIST_TAXDETAILSTAB")
    viewed = {OF_KIND[one.kind] for one in reference.all_of(connection)} | _HELPFUL
    return (
        *(Need(permission=name, level=_EDIT) for name in edited),
        *(Need(permission=name, level=_VIEW) for name in sorted(viewed)),
    )


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Permissions, then features."""
    lacking = list(_permissions(connection, facts))
    yield from lacking or [ok("permissions", "the role has every permission that is needed")]
    missing = list(_features(connection, facts))
    yield from missing or [ok("features", "every feature that the configuration relies on is on")]


def sees(facts: Facts, kind: Kind) -> bool:
    """Whether the role may read a list; True when NetSuite does not state the permission's level."""
    level = facts.health.permissions.get(OF_KIND[kind])
    return level is None or level >= _VIEW


def _permissions(connection: Connection, facts: Facts) -> Iterator[Finding]:
    for need in needs(connection):
        if not _applies(need.permission, facts):
            continue
        level = facts.health.permissions.get(need.permission)
        if level is None:
            yield unknown(
                f"permission.{need.permission}", "NetSuite does not tell the level of this permission"
            )
        elif level < need.level:
            yield _lacking(need, level)


def _applies(permission: str, facts: Facts) -> bool:
    # Without the feature the permission does not exist; the feature has a finding of its own.
    features = {"LIST_TAXDETAILSTAB": "TAX_OVERHAULING", "LIST_SUBSIDIARY": "SUBSIDIARIES"}
    return permission not in features or facts.has(features[permission])


def _lacking(need: Need, level: int) -> Finding:
    name = _NAMES[need.permission]
    status: Status = "warn" if need.permission in _HELPFUL else "fail"
    return Finding(
        id=f"permission.{need.permission}",
        status=status,
        says=f"the role has {name} at {_LEVELS.get(level, level)}, {_LEVELS[need.level]} is needed",
        menu=f"{menu_paths.ROLES} > (role) > Permissions > {name}",
        fix=f"set the level to {_LEVELS[need.level]}",
    )


def _features(connection: Connection, facts: Facts) -> Iterator[Finding]:
    yield from _tax(connection, facts)
    yield from _subsidiaries(connection, facts)
    if not facts.has("RECEIVABLES"):
        yield _off("RECEIVABLES", "without A/R there are no invoices", "")
    for name, feature in _FIELD_FEATURES.items():
        path = _field(connection, name)
        if path and not facts.has(feature):
            yield _off(feature, f"{name} is filled, but the account has no such field", connection.at(path))


def _tax(connection: Connection, facts: Facts) -> Iterator[Finding]:
    modes = {tax.mode: level for level, tax in reference.taxes(connection)}
    suitetax = facts.has("TAX_OVERHAULING")
    wrong = "legacy" if suitetax else "suitetax"
    if wrong not in modes:
        return
    has, other = ("SuiteTax", "suitetax") if suitetax else ("legacy tax", "legacy")
    where = connection.at(f"{modes[wrong].path}.tax.mode")
    yield Finding(
        id="feature.TAX_OVERHAULING",
        status="fail",
        says=f"tax mode {wrong} is configured, but the account has {has}",
        menu=f"{menu_paths.FEATURES} > Tax",
        fix=f"set tax.mode to {other}, tax_line or none (SuiteTax, once on, cannot be switched off)",
        where=where,
    )


def _subsidiaries(connection: Connection, facts: Facts) -> Iterator[Finding]:
    named = [one for one in reference.all_of(connection) if one.kind == "subsidiaries"]
    if named and not facts.has("SUBSIDIARIES"):
        where = connection.at(named[0].path)
        says = "a subsidiary is configured, but the account is a single company"
        yield Finding(
            id="feature.SUBSIDIARIES",
            status="fail",
            says=says,
            menu=f"{menu_paths.FEATURES} > Company",
            fix="take the subsidiaries out of the configuration",
            where=where,
        )
    creates = connection.customers.create != "never"
    if facts.has("SUBSIDIARIES") and creates and not connection.customers.subsidiary:
        yield Finding(
            id="customers.subsidiary",
            status="fail",
            says="the account has subsidiaries, but new customers are given none",
            menu=menu_paths.SUBSIDIARIES,
            fix="set customers.subsidiary",
            where=connection.at("customers"),
        )


def _off(feature: str, says: str, where: str) -> Finding:
    return Finding(
        id=f"feature.{feature}",
        status="fail",
        says=says,
        menu=menu_paths.FEATURES,
        fix=f"switch the feature on, or change the configuration: {feature}",
        where=where,
    )


def _field(connection: Connection, name: str) -> str | None:
    for level in reference.levels(connection):
        for record, values in level.rules.fields.items():
            if name in values:
                return f"{level.path}.fields.{record}.{name}"
    return None
