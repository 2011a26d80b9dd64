"""Findings about mandatory fields without a value, and fields that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.config.connection import Connection
from consumer.preflight import menu_paths
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok, unknown
from consumer.preflight.record_forms import (
    ESSENTIAL,
    FORMS,
    OF_ANY_LINE,
    PREFERENCES,
    configured,
    paths_of,
    written,
)
from schemas.reading import FieldsFound


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
            yield unknown(f"form.{name}", says, menu=FORMS[name].menu)


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
    if not name.startswith("cust"):
        return _no_field(connection, name, labels)
    is_essential = name in ESSENTIAL
    effect = "records cannot be recognised by it" if is_essential else "its value is lost"
    path = next((path for path in paths_of(connection, name)), "")
    return Finding(
        id=f"custom_field.{name}",
        status="fail" if is_essential else "warn",
        says=f"{name} is not on {', '.join(labels)}: {effect}",
        menu=menu_paths.FIELDS,
        fix="deploy the SDF project (deploy/netsuite), or let the field apply to these records",
        where=connection.at(path) if path else "",
    )


def _menu_of(places: list[str]) -> str:
    forms = (form for form in FORMS.values() if {form.label, f"{form.label} lines"} & set(places))
    return "; or ".join(dict.fromkeys(form.menu for form in forms))


def _no_field(connection: Connection, name: str, labels: list[str]) -> Finding:
    return Finding(
        id=f"field.{name}",
        status="fail",
        says=f"there is no field {name} on {', '.join(labels)}: NetSuite drops what the mapping gives it",
        menu=_menu_of(labels),
        fix="correct the field's id under mapping.fields, or show the field on the form",
        where=connection.at(next(paths_of(connection, name))),
    )


def _mandatory(connection: Connection, facts: Facts) -> Iterator[Finding]:
    unfilled: dict[str, list[str]] = {}
    for name in written(connection):
        form, ours = facts.health.forms.get(name), FORMS[name]
        if form is None or form.error is not None:
            for field in sorted(_preferred(facts, name) - configured(connection, ours.fields)):
                unfilled.setdefault(field, []).append(ours.label)
            continue
        for found, filled, section, suffix in (
            (form.body, ours.filled, ours.fields, ""),
            (form.lines, OF_ANY_LINE, ours.line_fields, " lines"),
        ):
            known = {*filled, *configured(connection, section)}
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
        menu=f"{_menu_of(places)}{also}",
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
