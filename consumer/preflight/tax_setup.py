"""Findings about SuiteTax: tax code, tax type, nexus and the subsidiary's tax registration must match."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.config.connection import Connection
from consumer.config.mapping_rules import Tax
from consumer.preflight import menu_paths, reference, role
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok, unknown
from consumer.preflight.reference import Level


def subsidiaries(connection: Connection) -> tuple[str, ...]:
    """The subsidiaries whose tax registrations are checked."""
    found = (level.subsidiary for level, tax in reference.taxes(connection) if tax.mode == "suitetax")
    return tuple(dict.fromkeys(one for one in found if one))


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """The findings of each level; none when the account has no SuiteTax or no level uses it."""
    levels = [(level, tax) for level, tax in reference.taxes(connection) if tax.mode == "suitetax"]
    if not levels or not facts.has("TAX_OVERHAULING"):
        return
    wrong = [finding for level, tax in levels for finding in _of_level(connection, level, tax, facts)]
    once = {finding.id: finding for finding in reversed(wrong)}
    yield from once.values() or [
        ok("tax_setup", "tax codes, types, nexuses and registrations belong together")
    ]


def _of_level(connection: Connection, level: Level, tax: Tax, facts: Facts) -> Iterator[Finding]:
    path = f"{level.path}.tax"
    pairs = [(path, tax.type, tax.code)]
    pairs += [(f"{path}.taxes.{name}", one.type or tax.type, one.code) for name, one in tax.taxes.items()]
    for place, type_, code in pairs:
        yield from _code(connection, place, type_, code, facts)
    for place, type_, _ in pairs:
        yield from _type(connection, place, type_, tax.nexus, facts)
    yield from _registration(connection, level, tax, facts)
    if not tax.type and not tax.taxes:
        yield Finding(
            id=f"{path}.type",
            status="warn",
            says=f"{path} maps no tax code: every document that carries tax will be rejected",
            menu=menu_paths.OF_LIST["tax_codes"],
            fix=f"set {path}.nexus, .type and .code",
            where=connection.at(path),
        )


def _code(
    connection: Connection, place: str, type_: str | None, code: str | None, facts: Facts
) -> Iterator[Finding]:
    row = facts.listed("tax_codes").rows.get(code or "")
    if row is None or row.inactive or not type_ or row.values.get("type") in (type_, "", None):
        return
    yield Finding(
        id=f"tax_code.{code}.type",
        status="fail",
        says=f"tax code {code} ({row.name}) belongs to tax type {row.values['type']}, not to {type_}",
        menu=menu_paths.OF_LIST["tax_codes"],
        fix=f"map a code of type {type_}, or type {row.values['type']}",
        where=connection.at(f"{place}.code"),
    )


def _type(
    connection: Connection, place: str, type_: str | None, nexus: str | None, facts: Facts
) -> Iterator[Finding]:
    row = facts.listed("tax_types").rows.get(type_ or "")
    if row is None or row.inactive or not nexus or row.values.get("nexus") in (nexus, "", None):
        return
    yield Finding(
        id=f"tax_type.{type_}.nexus",
        status="fail",
        says=f"tax type {type_} ({row.name}) is levied in nexus {row.values['nexus']}, not in {nexus}",
        menu=menu_paths.OF_LIST["tax_types"],
        fix=f"map a type of nexus {nexus}, or link the type to it",
        where=connection.at(f"{place}.type"),
    )


def _registration(connection: Connection, level: Level, tax: Tax, facts: Facts) -> Iterator[Finding]:
    subsidiary = level.subsidiary
    nexus = facts.listed("nexuses").rows.get(tax.nexus or "")
    if not subsidiary or nexus is None or nexus.inactive or not _can_register(facts, subsidiary):
        return
    registered = facts.health.registrations.get(subsidiary)
    if registered is None:
        says = f"the tax registrations of subsidiary {subsidiary} cannot be read"
        yield unknown(f"registration.{subsidiary}", says, menu=menu_paths.TAX_REGISTRATIONS)
    elif nexus.id not in registered:
        yield Finding(
            id=f"registration.{subsidiary}.{nexus.id}",
            status="fail",
            says=f"subsidiary {subsidiary} has no tax registration in nexus {nexus.id} ({nexus.name})",
            menu=menu_paths.TAX_REGISTRATIONS,
            fix="add a registration with the SuiteTax engine, or map a nexus that it is registered in",
            where=connection.at(f"{level.path}.tax.nexus"),
        )


def _can_register(facts: Facts, subsidiary: str) -> bool:
    row = facts.listed("subsidiaries").rows.get(subsidiary)
    return (
        facts.has("SUBSIDIARIES")
        and role.sees(facts, "subsidiaries")
        and row is not None
        and not row.inactive
    )
