"""Acceptances of differences as the acts say them, and which differences can be accepted or taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from consumer.reconcile import acceptance
from consumer.reconcile.acceptance import Acceptance
from consumer.reconcile.difference import TITLES, name_of
from schemas.audit import AuditRecord
from schemas.reconciliation import DocumentDifference, Reconciliation

_TITLES: Mapping[str, str] = {str(what): title for what, title in TITLES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A difference to choose in a form, by its key."""

    key: str
    text: str


def standing(connection: sqlite3.Connection, code: str) -> dict[str, Acceptance]:
    """The acceptances of a connection that nobody has taken back, by key."""
    rows = connection.execute(
        "SELECT * FROM acts WHERE connection = ? AND act IN (?, ?) ORDER BY place",
        (code, acceptance.ACT, acceptance.UNDO),
    )
    return acceptance.standing((_record(row) for row in rows), code)


def to_accept(run: Reconciliation | None, accepted: Mapping[str, Acceptance]) -> Sequence[Choice]:
    """The listed differences that are not accepted as they are now."""
    return [
        _choice(each)
        for each in (run.differences if run else ())
        if each.key and each.digest and not _is_same(each, accepted.get(each.key))
    ]


def to_take_back(run: Reconciliation | None, accepted: Mapping[str, Acceptance]) -> Sequence[Choice]:
    """What is accepted; what the run does not list has only its key."""
    found = _by_key((*run.differences, *run.accepted) if run else ())
    return [_choice(found[key]) if key in found else Choice(key=key, text=key) for key in accepted]


def _is_same(difference: DocumentDifference, accepted: Acceptance | None) -> bool:
    return accepted is not None and accepted.digest == difference.digest


def _by_key(differences: Iterable[DocumentDifference]) -> dict[str, DocumentDifference]:
    return {each.key: each for each in differences}


def _choice(difference: DocumentDifference) -> Choice:
    name = name_of(difference.kind, difference.number)
    title = _TITLES.get(difference.what, difference.what)
    return Choice(key=difference.key, text=f"{name}: {title}, key {difference.key}")


def _record(row: sqlite3.Row) -> AuditRecord:
    return AuditRecord(
        connection=row["connection"],
        act=row["act"],
        actor=row["actor"],
        at=row["at"],
        reason=row["reason"],
        details=json.loads(row["details"]),
    )
