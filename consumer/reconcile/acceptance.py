"""
Differences that a person accepts: they no longer count as out of balance while they stay the same.

A difference has a key, by which a person names it, and a digest of its values. Who accepts it puts both on
the audit record; values that have changed since have another digest, and the difference is open again.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from consumer.reconcile.difference import Difference, What
from schemas.audit import Act, AuditRecord
from schemas.reconciliation import DocumentDifference, Reconciliation

KEY_CHARS = 12
ACT: Act = "accept"
UNDO: Act = "reopen"
DETAIL_KEY = "difference"
DETAIL_DIGEST = "digest"
# Several records may stand for one document: each is a difference of its own.
_OF_LINES = "line_"
_OF_RECORDS: frozenset[What] = frozenset({"extra", "duplicated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who has accepted a difference, when (RFC 3339) and why, and the digest of its values at that time."""

    key: str
    digest: str
    actor: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDifference:
    """A difference that stays as somebody has accepted it."""

    difference: Difference
    acceptance: Acceptance


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """
    What is found, by whether it counts.

    Attributes:
        open: what does not agree.
        accepted: what somebody has accepted as it is.
        before: by key, of open ones: the acceptance of other values.
    """

    open: Sequence[Difference] = ()
    accepted: Sequence[AcceptedDifference] = ()
    before: Mapping[str, Acceptance] = field(default_factory=dict)

    @property
    def accepted_by_kind(self) -> dict[str, int]:
        """How many are accepted by what differs."""
        return dict(sorted(Counter(each.difference.what for each in self.accepted).items()))


def key_of(difference: Difference) -> str:
    """
    The name of a difference for people: twelve hexadecimal digits, the same in every run.

    What was edited or paid in NetSuite is the same difference as before anybody knew who has done it.
    """
    what = difference.compared or difference.what
    record = difference.netsuite_number if what in _OF_RECORDS else ""
    line = f"{difference.lago} / {difference.netsuite}" if what.startswith(_OF_LINES) else ""
    return _digest(what, difference.kind, difference.lago_id or difference.number, record, line)[:KEY_CHARS]


def digest_of(difference: Difference) -> str:
    """The digest of what both sides say; ``4.50`` and ``4.5`` are the same amount."""
    said = (difference.lago, difference.netsuite)
    values = [_plain(each.removeprefix(f"{difference.compared} ")) for each in said]
    return _digest(difference.currency, *values)


def standing(records: Iterable[AuditRecord], connection: str) -> dict[str, Acceptance]:
    """The acceptances of a connection that nobody has taken back, by key; its records are in order."""
    found: dict[str, Acceptance] = {}
    for each in records:
        key = each.details.get(DETAIL_KEY)
        if each.connection != connection or not key:
            continue
        if each.act == ACT:
            digest = each.details.get(DETAIL_DIGEST, "")
            found[key] = Acceptance(key=key, digest=digest, actor=each.actor, at=each.at, reason=each.reason)
        elif each.act == UNDO:
            found.pop(key, None)
    return found


def divided(found: Iterable[Difference], accepted: Mapping[str, Acceptance]) -> Division:
    """The differences by whether they stay as somebody has accepted them; the order stays."""
    left: list[Difference] = []
    same: list[AcceptedDifference] = []
    before: dict[str, Acceptance] = {}
    for each in found:
        acceptance = accepted.get(key_of(each)) if accepted else None
        if acceptance is not None and acceptance.digest == digest_of(each):
            same.append(AcceptedDifference(difference=each, acceptance=acceptance))
            continue
        left.append(each)
        if acceptance is not None:
            before[acceptance.key] = acceptance
    return Division(open=left, accepted=same, before=before)


def listed(key: str, connection: str, runs: Iterable[Reconciliation]) -> DocumentDifference | None:
    """The difference of that key as the latest comparison has it; None where that no longer finds it."""
    own = (run for run in runs if run.connection == connection)
    for run in sorted(own, key=lambda each: each.ended_at, reverse=True):
        found = next((each for each in (*run.differences, *run.accepted) if each.key == key), None)
        is_complete = run.is_whole and run.difference_count <= len(run.differences)
        if found is not None or is_complete:
            return found
    return None


def _plain(text: str) -> str:
    try:
        return str(Decimal(text).normalize())
    except InvalidOperation:
        return text


def _digest(*parts: str) -> str:
    # Lago's texts may hold half of a surrogate pair, which JSON writes as an escape.
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
