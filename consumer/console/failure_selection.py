"""The failures that an act or a list is about: what `Selection` says of values, said in SQL."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from consumer.console import amount_units
from consumer.console.remark_list import ASSIGNEE
from consumer.failures.act_plan import PERIOD_CLOSED, Counts, Group
from consumer.failures.causes import id_of
from consumer.failures.selection import Selection

PAGE = 50
IDS_LIMIT = 100_000
"""Of failures that one act is about."""

MANY_DOCUMENTS = 5_000
"""Of causes, from which on each open failure is looked at: a page of them needs a few."""

State = Literal["open", "closed"]
Clause = tuple[str, Sequence[object]]
"""A condition, and the values of its question marks."""

_STATES = {
    "open": "failures.state = 'open'",
    "closed": "failures.state = 'settled' AND failures.ended_by IN ('synced', 'ignored')",
}
_TABLES = {"open": "failures INDEXED BY failures_open", "closed": "failures"}
"""By state; the planner would take the index of states, and then read every row of the table."""
_DOCUMENT = "connection, object, CASE lago_id WHEN '' THEN id ELSE lago_id END"


def ids(connection: sqlite3.Connection, selection: Selection, state: State, *, is_replay: bool) -> list[str]:
    """The ids of the failures that an act is about, oldest first."""
    where, values = _where(connection, selection, state, is_replay=is_replay)
    found = connection.execute(
        f"SELECT id FROM {_TABLES[state]} WHERE {where} ORDER BY published_ms, id LIMIT ?",  # noqa: S608
        (*values, IDS_LIMIT),
    )
    return [row["id"] for row in found]


def page(
    connection: sqlite3.Connection,
    selection: Selection,
    state: State,
    *,
    after: tuple[int, str] = (0, ""),
    limit: int = PAGE,
) -> Sequence[sqlite3.Row]:
    """Rows of failures with their `assignee`, oldest first, after a row's time and id."""
    where, values = _where(connection, selection, state)
    return connection.execute(
        f"SELECT failures.*, {ASSIGNEE} AS assignee FROM {_TABLES[state]}"  # noqa: S608
        f" WHERE {where} AND (published_ms, id) > (?, ?) ORDER BY published_ms, id LIMIT ?",
        (*values, *after, limit),
    ).fetchall()


def groups(
    connection: sqlite3.Connection, selection: Selection, state: State, *, is_replay: bool
) -> list[Group]:
    """Its documents by connection, day and currency; each once however often it failed."""
    where, values = _where(connection, selection, state, is_replay=is_replay)
    documents = (
        "SELECT connection, currency, max(amount) AS amount, max(day) AS day, max(code = ?) AS is_refused"  # noqa: S608
        f" FROM {_TABLES[state]} WHERE {where} GROUP BY {_DOCUMENT}"
    )
    rows = connection.execute(
        "SELECT connection, day, currency, is_refused, count(*) AS documents, sum(amount) AS amount"  # noqa: S608
        f" FROM ({documents}) GROUP BY connection, day, currency, is_refused",
        (PERIOD_CLOSED, *values),
    )
    return [_group(row) for row in rows]


def counts(connection: sqlite3.Connection, selection: Selection, state: State, *, is_replay: bool) -> Counts:
    """Of the failures that an act is about, with a key that changes with them."""
    where, values = _where(connection, selection, state)
    fits, fitting = _replayable(selection) if is_replay else ("1", ())
    count, chosen, *rest = connection.execute(
        f"SELECT count(*) FILTER (WHERE fits), count(*), min(published_ms) FILTER (WHERE fits),"  # noqa: S608
        " max(published_ms) FILTER (WHERE fits), sum(row) FILTER (WHERE fits)"
        f" FROM (SELECT row, published_ms, ({fits}) AS fits FROM {_TABLES[state]} WHERE {where})",
        (*fitting, *values),
    ).fetchone()
    key = hashlib.sha256(repr((count, rest)).encode()).hexdigest()[:12]
    return Counts(failures=count, left_out=chosen - count, key=key)


def count(connection: sqlite3.Connection, selection: Selection, state: State) -> int:
    """How many failures are selected."""
    where, values = _where(connection, selection, state)
    sql = f"SELECT count(*) FROM {_TABLES[state]} WHERE {where}"  # noqa: S608
    return int(connection.execute(sql, values).fetchone()[0])


def _group(row: sqlite3.Row) -> Group:
    return Group(
        connection=row["connection"],
        day=row["day"],
        currency=row["currency"],
        documents=row["documents"],
        amount=None if row["amount"] is None else amount_units.units(row["amount"]),
        is_refused=bool(row["is_refused"]),
    )


def _where(
    connection: sqlite3.Connection, selection: Selection, state: State, *, is_replay: bool = False
) -> Clause:
    clauses: list[Clause] = [(_STATES[state], ()), *_clauses(connection, selection)]
    if is_replay:
        clauses.append(_replayable(selection))
    return " AND ".join(f"({sql})" for sql, _ in clauses), [each for _, values in clauses for each in values]


def _clauses(connection: sqlite3.Connection, selection: Selection) -> Iterator[Clause]:
    by_name = {"code": selection.codes, "connection": selection.connections, "id": selection.ids}
    yield from (_in(column, chosen) for column, chosen in by_name.items() if chosen)
    if selection.kinds:
        kind = _in("CASE object WHEN 'payment_receipt' THEN 'payment' ELSE object END", selection.kinds)
        yield (f"{kind[0]} OR (? AND event = 'invoice.voided')", (*kind[1], "void" in selection.kinds))
    if selection.causes:
        yield _of_causes(connection, selection.causes)
    since, until = (each and each.timestamp() * 1_000 for each in (selection.since, selection.until))
    compared = {
        "number = ?": selection.number,
        "instr(char(10) || customers || char(10), char(10) || ? || char(10)) > 0": selection.customer,
        "published_ms >= ?": since,
        "published_ms < ?": until,
        f"{ASSIGNEE} = ?": selection.assigned,
    }
    yield from ((sql, (value,)) for sql, value in compared.items() if value is not None)


def _of_causes(connection: sqlite3.Connection, causes: frozenset[str]) -> Clause:
    """By their keys, for which there is an index; the ids of causes are made of these."""
    known = connection.execute(
        "SELECT connection, code, cause_key, sum(documents) AS documents FROM cause_sums GROUP BY 1, 2, 3"
    )
    found = [each for each in known if id_of(*each[:3]) in causes]
    if not found:
        return "id = ''", ()  # no failure; SQLite takes no named index where a condition is constant
    keys = [key for each in found for key in each[:3]]
    rows = ", ".join("(?, ?, ?)" for _ in found)
    reasons = f"reasons WHERE is_open AND (connection, code, cause_key) IN (VALUES {rows})"
    if sum(each["documents"] for each in found) < MANY_DOCUMENTS:
        return f"id IN (SELECT failure_id FROM {reasons})", keys  # noqa: S608
    return f"EXISTS (SELECT 1 FROM {reasons} AND failure_id = failures.id)", keys  # noqa: S608


def _replayable(selection: Selection) -> Clause:
    """As `Selection.may_replay` says."""
    if selection.causes:
        return "1", ()
    by_code, by_id = _in("code", selection.codes), _in("id", selection.ids)
    return f"is_retryable OR {by_code[0]} OR {by_id[0]}", (*by_code[1], *by_id[1])


def _in(column: str, chosen: Iterable[str]) -> Clause:
    values = sorted(chosen)
    return f"{column} IN ({', '.join('?' * len(values))})", values
