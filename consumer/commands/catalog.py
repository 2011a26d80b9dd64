"""``catalog``: the rows of one list of an account, and a draft of a mapping."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TextIO

from consumer.clock import SystemClock
from consumer.commands import console_output, csv_file, event_file, one_connection
from consumer.commands.row_table import Row, RowTable
from consumer.config.connection import Connection
from consumer.errors import ConfigurationError, StartupError
from consumer.netsuite.account_survey import NoAnswer, ask, pages
from consumer.netsuite.client import Client
from consumer.preflight import mapping_skeleton
from consumer.preflight.event_codes import EventCodes, seen
from schemas.envelope import Envelope, decode
from schemas.reading import KINDS, CatalogPage, CatalogQuestion, CatalogRow, HealthQuestion, Kind

Form = Literal["table", "csv", "json"]
MAPPING = "mapping"
_ALIASES: Mapping[str, Kind] = {"taxes": "tax_codes"}
_SUITETAX = "TAX_OVERHAULING"
# Internal ids may be negative, such as those of NetSuite's built-in tax codes.
_NUMBERS = frozenset({"id", "rate", "days", "discount"})


def run(
    kind: str,
    connections: Sequence[Connection],
    *,
    containing: str | None,
    form: Form,
    out: TextIO | None = None,
) -> int:
    """
    Print every row of a list.

    Raises:
        ConfigurationError: there is no such kind, or it is not clear which connection is meant.
        StartupError: the account does not answer, or does not let the list be read.
    """
    question = CatalogQuestion(kind=_kind(kind), filter=containing)
    rows = asyncio.run(_rows_of(one_connection.the_one(connections), question))
    match form:
        case "json":
            console_output.say_json([_flat(row) for row in rows], out)
        case "csv":
            _write_csv(rows, out or sys.stdout)
        case "table":
            _table(question.kind, rows).show(console_output.console(out))
    return 0


def mapping(connections: Sequence[Connection], files: Sequence[Path]) -> int:
    """
    Print a mapping for what the events of these files need; raises as `run` does.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    connection = one_connection.the_one(connections)
    events = seen(_events(files))
    console_output.say_whole(asyncio.run(_skeleton(connection, events)).removesuffix("\n"))
    return 0


def _kind(name: str) -> Kind:
    plain = name.replace("-", "_")
    found = _ALIASES.get(plain) or next((kind for kind in KINDS if kind == plain), None)
    if found is None:
        raise ConfigurationError([f"{name}: no such catalog; known: {', '.join((*KINDS, MAPPING))}"])
    return found


def _events(files: Sequence[Path]) -> Iterable[Envelope]:
    decoded = (decode(value) for file in files for value in event_file.of(file))
    return (event for event in decoded if isinstance(event, Envelope))


async def _rows_of(connection: Connection, question: CatalogQuestion) -> list[CatalogRow]:
    async with Client(connection, clock=SystemClock()) as client:
        return await _rows(connection, client, question)


async def _rows(connection: Connection, client: Client, question: CatalogQuestion) -> list[CatalogRow]:
    """All rows, each once: NetSuite's search returns a row restricted to some subsidiaries once for each."""
    found: dict[str, CatalogRow] = {}
    async for page in pages(client, question):
        for row in _readable(connection, page, question.kind).rows:
            known = found.get(row.id)
            found[row.id] = row if known is None else _joined(known, row)
    return list(found.values())


def _readable(connection: Connection, page: CatalogPage | NoAnswer, kind: Kind) -> CatalogPage:
    if isinstance(page, NoAnswer):
        raise _silent(connection, page)
    if page.error is not None:
        raise StartupError(f"NetSuite does not list {kind}: {page.error.code}: {page.error.message}")
    return page


def _silent(connection: Connection, reading: NoAnswer) -> StartupError:
    place = f"connection {connection.code} at {connection.at('restlet_url')}"
    return StartupError(f"{place}: NetSuite does not answer the question: {reading.reason}")


def _joined(one: CatalogRow, other: CatalogRow) -> CatalogRow:
    places = f"{one.values.get('subsidiary', '')} {other.values.get('subsidiary', '')}".split()
    return one.model_copy(update={"values": one.values | {"subsidiary": " ".join(dict.fromkeys(places))}})


async def _skeleton(connection: Connection, events: EventCodes) -> str:
    async with Client(connection, clock=SystemClock()) as client:
        reading = await ask(client, HealthQuestion(features=[_SUITETAX]))
        if isinstance(reading, NoAnswer):
            raise _silent(connection, reading)
        lists: dict[Kind, Sequence[CatalogRow]] = {}
        for kind in mapping_skeleton.KINDS:
            lists[kind] = await _rows_or_none(connection, client, kind)
    has_suitetax = bool(reading.health and reading.health.features.get(_SUITETAX))
    return mapping_skeleton.text(
        connection.code, reading.account.id, events, lists, has_suitetax=has_suitetax
    )


async def _rows_or_none(connection: Connection, client: Client, kind: Kind) -> list[CatalogRow]:
    """What an account does not have, such as subsidiaries, has no rows."""
    rows: list[CatalogRow] = []
    async for page in pages(client, CatalogQuestion(kind=kind)):
        if isinstance(page, NoAnswer):
            raise _silent(connection, page)
        rows += page.rows
    return rows


def _flat(row: CatalogRow) -> dict[str, str | bool]:
    """Id, name, then each value, and its display text where that differs."""
    flat: dict[str, str | bool] = {"id": row.id, "name": row.name, "inactive": row.inactive}
    for name, value in row.values.items():
        flat[name] = value
        if name in row.texts:
            flat[f"{name}_name"] = row.texts[name]
    return flat


def _columns(rows: Sequence[Mapping[str, str | bool]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row)) or ["id", "name", "inactive"]


def _write_csv(rows: Sequence[CatalogRow], out: TextIO) -> None:
    flat = [_flat(row) for row in rows]
    csv_file.write(out, _columns(flat), flat, numbers=_NUMBERS)


def _table(kind: Kind, rows: Sequence[CatalogRow]) -> RowTable:
    shown = [{"id": row.id, "name": row.name, **_shown(row)} for row in rows]
    columns = [name for name in _columns(shown) if any(row.get(name) for row in shown)] or ["id", "name"]
    return RowTable(
        title=f"{kind.replace('_', ' ')}: {len(rows)}",
        columns=[name.replace("_", " ") for name in columns],
        rows=[
            Row(cells=tuple(row.get(name, "") for name in columns), style="dim" if source.inactive else "")
            for row, source in zip(shown, rows, strict=True)
        ],
    )


def _shown(row: CatalogRow) -> dict[str, str]:
    texts = {name: f"{row.values[name]} ({text})" for name, text in row.texts.items() if name in row.values}
    return {**row.values, **texts} | {"inactive": "inactive" if row.inactive else ""}
