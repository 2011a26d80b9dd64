"""The command ``check``: what is in effect, secrets masked, and everything that is wrong with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from consumer import connections_file
from consumer.connection import Connection
from consumer.errors import ConfigurationError
from consumer.settings import Settings

GOOD, MISCONFIGURED = 0, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What could be read, and what is wrong; a part that could not be read is empty."""

    settings: dict[str, str]
    connections: tuple[Connection, ...]
    problems: tuple[str, ...]


def run(codes: Sequence[str], *, as_json: bool) -> int:
    """Print the findings on standard output, problems on standard error; gives the exit code."""
    findings = find(codes)
    if as_json:
        print(json.dumps(_as_json(findings), indent=2, ensure_ascii=False))
    else:
        _print_tables(findings)
    return MISCONFIGURED if findings.problems else GOOD


def find(codes: Sequence[str]) -> Findings:
    """The configuration of this process, read as the worker reads it."""
    try:
        settings = Settings.load()
    except ConfigurationError as error:
        return Findings(settings={}, connections=(), problems=error.problems)
    try:
        connections = connections_file.chosen(connections_file.load(settings.connections_file), codes)
    except ConfigurationError as error:
        return Findings(settings=settings.described(), connections=(), problems=error.problems)
    problems = connections_file.unresolved_secrets(connections)
    return Findings(settings=settings.described(), connections=connections, problems=tuple(problems))


def _as_json(findings: Findings) -> dict[str, Any]:
    return {
        "settings": findings.settings,
        "connections": [connection.model_dump(mode="json") for connection in findings.connections],
        "problems": list(findings.problems),
    }


def _print_tables(findings: Findings) -> None:
    console = Console()
    if findings.settings:
        console.print(_table("Settings", findings.settings.items()))
    for connection in findings.connections:
        title = f"Connection {connection.code}"
        console.print(_table(title, _flat(connection.model_dump(mode="json", exclude_none=True))))
    for problem in findings.problems:
        print(problem, file=sys.stderr)
    count = len(findings.problems)
    verdict = "Everything is in place." if not count else f"{count} to mend." if count > 1 else "1 to mend."
    console.print(verdict)


def _table(title: str, rows: Any) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("Name", overflow="fold")
    table.add_column("Value", overflow="fold")
    for name, value in rows:
        table.add_row(str(name), str(value))
    return table


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """One row for each single value, under its path; what is empty has none."""
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
