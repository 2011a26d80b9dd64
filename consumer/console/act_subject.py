"""What an act or a list is about, as an address or a form names it: one failure, a cause, or filters."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime

from consumer.console import failure_selection
from consumer.console.failure_selection import State
from consumer.failures.selection import NOBODY, Selection

FIELDS = (
    "error_id", "cause", "connection", "code", "object", "number", "customer", "since", "until", "assigned",
)  # fmt: skip
"""All that name failures; several are all to fit."""
ME, TO_NOBODY = "me", "nobody"
"""Words for `assigned` beside names."""


def of(fields: Mapping[str, str], me: str) -> Selection | str:
    """What these fields select, or why they are wrong; every failure when there is none."""
    given = given_in(fields)
    times = {name: _time(given[name]) for name in ("since", "until") if name in given}
    if wrong := next((name for name, at in times.items() if at is None), ""):
        return f"{wrong} is no time like 2026-08-01 or 2026-08-01T12:00:00Z"
    assigned = given.get("assigned")
    return Selection(
        ids=_one(given, "error_id"),
        causes=_one(given, "cause"),
        connections=_one(given, "connection"),
        codes=_one(given, "code"),
        kinds=_one(given, "object"),
        number=given.get("number"),
        customer=given.get("customer"),
        since=times.get("since"),
        until=times.get("until"),
        assigned=assigned if assigned is None else {ME: me, TO_NOBODY: NOBODY}.get(assigned, assigned),
    )


def given_in(fields: Mapping[str, str]) -> dict[str, str]:
    """Those of `FIELDS` that say something."""
    return {name: value for name in FIELDS if (value := fields.get(name, "").strip())}


def state_of(act: str) -> State:
    """The state that failures are in for an act."""
    return "closed" if act == "reopen" else "open"


def ids(connection: sqlite3.Connection, selection: Selection, act: str) -> list[str]:
    """The ids of the failures that an act is about."""
    return failure_selection.ids(connection, selection, state_of(act), is_replay=act == "replay")


def _one(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset({given[name]} if name in given else ())


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
