"""Which failures are meant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from consumer.failures import causes
from consumer.failures.failure import Failure

NOBODY = ""
"""In place of a name: what is assigned to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Filters; an empty one lets everything pass.

    Attributes:
        kinds: ``customer``, ``invoice``, ``credit_note``, ``payment`` or ``void``; a voided invoice is
            an invoice, too.
        causes: ids of causes (`consumer.failures.causes.id_of`).
        customer: Lago's id or the external id.
        assigned: to whom it is assigned, or `NOBODY`.
        since, until: of the error event; `until` is not included.
    """

    codes: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()
    customer: str | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    assigned: str | None = None

    def matches(self, failure: Failure, assignees: Mapping[str, str] | None = None) -> bool:
        """
        Whether every filter lets it pass.

        Args:
            failure: one of those to choose from.
            assignees: to whom failures are assigned, by id.
        """
        return (
            failure.code in (self.codes or {failure.code})
            and failure.connection in (self.connections or {failure.connection})
            and failure.id in (self.ids or {failure.id})
            and (not self.kinds or bool(self.kinds & _kinds_of(failure)))
            and self.number in {None, failure.number}
            and (self.customer is None or self.customer in failure.customers)
            and (self.since is None or self.since <= failure.published_at)
            and (self.until is None or failure.published_at < self.until)
            and (not self.causes or bool(self.causes & causes.ids_of(failure)))
            and self.assigned in {None, (assignees or {}).get(failure.id, NOBODY)}
        )

    def may_replay(self, failure: Failure) -> bool:
        """
        Whether replaying the unchanged event can succeed.

        Events that cannot succeed unchanged are replayed only when selected by code, cause or id.
        """
        return failure.is_retryable or self.names(failure)

    def names(self, failure: Failure) -> bool:
        """Whether one that passes is chosen by name: by code, cause or id."""
        return failure.code in self.codes or failure.id in self.ids or bool(self.causes)

    def as_text(self) -> str:
        """The filters that let not everything pass, as JSON; `of_text` reads it."""
        given = {name: _plain(value) for name, value in self._values() if value not in {None, frozenset()}}
        return json.dumps(given, ensure_ascii=False, sort_keys=True)

    @classmethod
    def of_text(cls, text: str) -> Selection:
        """What `as_text` has written; one that lets nothing pass for anything else."""
        try:
            given = dict(json.loads(text).items())
            values: dict[str, Any] = {name: _of_plain(name, given[name]) for name in given}
            return cls(**values)
        except (ValueError, TypeError, AttributeError):
            return NOTHING

    def _values(self) -> Iterator[tuple[str, Any]]:
        yield from ((each.name, getattr(self, each.name)) for each in fields(self))

    def of(self, failures: Iterable[Failure], assignees: Mapping[str, str] | None = None) -> list[Failure]:
        """Those that pass, in their order."""
        return [each for each in failures if self.matches(each, assignees)]


NOTHING = Selection(ids=frozenset({""}))
"""Lets nothing pass: no failure has an empty id."""
_TIMES = frozenset({"since", "until"})


def _plain(value: frozenset[str] | datetime | str) -> list[str] | str:
    if isinstance(value, datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


def _of_plain(name: str, value: Any) -> frozenset[str] | datetime | str:
    if isinstance(value, list):
        return frozenset(map(str, value))
    return datetime.fromisoformat(value) if name in _TIMES else str(value)


def _kinds_of(failure: Failure) -> frozenset[str]:
    kind = "payment" if failure.object == "payment_receipt" else failure.object
    return frozenset({kind, "void"} if failure.event == "invoice.voided" else {kind})
