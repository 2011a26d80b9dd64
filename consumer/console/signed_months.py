"""Months that people have signed off, as the acts on the audit record say them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consumer.console.run_list import is_known
from consumer.reconcile.sign_off import OPEN, TOTAL, Month

PAGE = 12
ALL = 1_000
_SIGNED = """
SELECT * FROM acts WHERE act = 'sign_off'
ORDER BY json_extract(details, '$.month') DESC, at DESC, place DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMonth:
    """
    One sign-off; of a month that was signed again the latest one stands first.

    Attributes:
        month: like ``2026-10``.
        run: the key of the comparison it was signed by; empty where the console has it no more.
        documents, differences, accepted: counts of that comparison, as texts.
        sums: what was said of amounts, each with what it is of.
        is_latest: whether nobody has signed the month again.
    """

    month: str
    connection: str
    actor: str
    at: str
    reason: str
    run: str
    compared_at: str
    documents: str
    differences: str
    accepted: str
    sums: Sequence[tuple[str, str]] = ()
    is_latest: bool = True


def listed(connection: sqlite3.Connection, *, limit: int = PAGE) -> Sequence[SignedMonth]:
    """The latest months first."""
    found: list[SignedMonth] = []
    known: set[tuple[str, str]] = set()
    for row in connection.execute(_SIGNED, (limit,)):
        details: Mapping[str, str] = json.loads(row["details"])
        month = details.get("month", "")
        if Month.of(month) is None:
            continue
        found.append(_signed(connection, row, details, is_latest=(row["connection"], month) not in known))
        known.add((row["connection"], month))
    return found


def _signed(
    connection: sqlite3.Connection, row: sqlite3.Row, details: Mapping[str, str], *, is_latest: bool
) -> SignedMonth:
    run = f"{row['connection']}:{details.get('run_id', '')}"
    return SignedMonth(
        month=details["month"],
        connection=row["connection"],
        actor=row["actor"],
        at=row["at"],
        reason=row["reason"],
        run=run if is_known(connection, run) else "",
        compared_at=details.get("compared_at", ""),
        documents=details.get("documents", ""),
        differences=details.get("differences", ""),
        accepted=details.get("accepted", ""),
        sums=list(_sums(details)),
        is_latest=is_latest,
    )


def _sums(details: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """Totals of the month by kind and currency, then what is open in each currency."""
    totals = [(_of_total(name), text) for name, text in details.items() if name.startswith(TOTAL)]
    open_sums = [
        (f"open, {name[len(OPEN) :]}", text) for name, text in details.items() if name.startswith(OPEN)
    ]
    return [*totals, *open_sums]


def _of_total(name: str) -> str:
    kind, _, currency = name[len(TOTAL) :].rpartition("_")
    return f"{kind.replace('_', ' ')}s, {currency}"
