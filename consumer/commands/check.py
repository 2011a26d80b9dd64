"""
The command ``check``: the settings in effect, secrets masked, and all their errors.

With ``--deep`` it also queries Kafka, Lago and NetSuite; without it, nothing leaves this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from consumer.clock import SystemClock
from consumer.commands import console_output
from consumer.commands.check_account import Found, look
from consumer.commands.row_table import Row, RowTable
from consumer.config import connection_secrets, connections_file
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.ingest import endpoints as ingest_endpoints
from consumer.netsuite import credentials
from consumer.relay import endpoint as relay_endpoints

GOOD, FAILED, MISCONFIGURED = 0, 1, 2
WITHOUT_LAGO_API = (
    "payments without an event of their own (cards charged at once, payments recorded by hand) are not "
    "booked; set lago.api_url and lago.api_key"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """
    The settings and connections that were read, and their faults; a part that could not be read is empty.

    Attributes:
        warnings: settings that work, but not in every environment.
    """

    settings: Settings | None = None
    connections: tuple[Connection, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def run(codes: Sequence[str], *, deep: bool = False, as_json: bool) -> int:
    """Print the findings on standard output, problems on standard error; gives the exit code."""
    findings = find(codes)
    seen: tuple[Found, ...] = ()
    if deep and findings.settings and not findings.problems:
        seen = asyncio.run(look(findings.settings, findings.connections, SystemClock(), asyncio.sleep))
    if as_json:
        console_output.say_json(_as_json(findings, seen, deep=deep))
    else:
        _print_tables(findings, seen)
    if findings.problems:
        return MISCONFIGURED
    return FAILED if any(one.has_failed for one in seen) else GOOD


def find(codes: Sequence[str]) -> Findings:
    """The configuration of this process, read as the worker reads it."""
    try:
        settings = Settings.load()
    except ConfigurationError as error:
        return Findings(problems=error.problems)
    try:
        connections = connections_file.chosen(connections_file.load(settings.connections_file), codes)
    except ConfigurationError as error:
        return Findings(settings=settings, problems=error.problems)
    return Findings(
        settings=settings,
        connections=connections,
        problems=tuple(dict.fromkeys(_problems(connections))),
        warnings=(
            *connection_secrets.of_working_directory(connections),
            *relay_endpoints.unverifiable(connections),
            *_without_lago_api(connections),
        ),
    )


def _problems(connections: Sequence[Connection]) -> Iterator[str]:
    """Faults that some command refuses: missing secrets, then keys and addresses that cannot be used."""
    yield from connections_file.unresolved_secrets(connections)
    for each in connections:
        yield from credentials.problems(each)
    yield from ingest_endpoints.unusable_keys(connections)
    try:
        relay_endpoints.endpoints(connections)
    except ConfigurationError as error:
        yield from error.problems


def _without_lago_api(connections: Sequence[Connection]) -> Iterator[str]:
    for each in connections:
        if each.sync.payments and not (each.lago.api_url and each.lago.api_key):
            yield f"{each.at('lago')}: connection {each.code}: {WITHOUT_LAGO_API}"


def _as_json(findings: Findings, seen: Sequence[Found], *, deep: bool) -> dict[str, Any]:
    found = {"findings": [row for one in seen for row in one.as_json()]} if deep else {}
    return {
        "settings": findings.settings.described() if findings.settings else {},
        "connections": [connection.model_dump(mode="json") for connection in findings.connections],
        "problems": list(findings.problems),
        "warnings": list(findings.warnings),
        **found,
    }


def _print_tables(findings: Findings, seen: Sequence[Found]) -> None:
    console = console_output.console()
    if findings.settings:
        _table("Settings", findings.settings.described().items()).show(console)
    for connection in findings.connections:
        title = f"Connection {connection.code}"
        _table(title, _flat(connection.model_dump(mode="json", exclude_none=True))).show(console)
    for problem in findings.problems:
        console_output.complain(problem)
    for warning in findings.warnings:
        console_output.complain(f"warning: {warning}")
    for one in seen:
        one.table().show(console)
    count = len(findings.problems) + sum(each.status == "fail" for one in seen for each in one.findings)
    console.print(f"{count} to mend." if count else "Everything is in place.")


def _table(title: str, rows: Iterable[tuple[str, str]]) -> RowTable:
    return RowTable(title=title, columns=("Name", "Value"), rows=[Row(cells=each) for each in rows])


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """One row for each single value, under its path; empty values have none."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _flat(inner, f"{place}.{key}" if place else key)
        case list():
            for index, inner in enumerate(value):
                yield from _flat(inner, f"{place}[{index}]")
        case bool():
            yield place, str(value).lower()
        case _:
            yield place, str(value)
