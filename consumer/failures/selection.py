"""Which failures are meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from consumer.failures.failure import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    Filters; an empty one lets everything pass.

    Attributes:
        kinds: ``customer``, ``invoice``, ``credit_note``, ``payment`` or ``void``; a voided invoice is
            an invoice, too.
        customer: Lago's id or the external id.
        since, until: of the error event; `until` is not included.
    """

    codes: frozenset[str] = frozenset()
    connections: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    customer: str | None = None
    number: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, failure: Failure) -> bool:
        """Whether every filter lets it pass."""
        return (
            failure.code in (self.codes or {failure.code})
            and failure.connection in (self.connections or {failure.connection})
            and failure.id in (self.ids or {failure.id})
            and (not self.kinds or bool(self.kinds & _kinds_of(failure)))
            and self.number in {None, failure.number}
            and (self.customer is None or self.customer in failure.customers)
            and (self.since is None or self.since <= failure.published_at)
            and (self.until is None or failure.published_at < self.until)
        )

    def may_replay(self, failure: Failure) -> bool:
        """
        Whether replaying the unchanged event can succeed.

        Events that cannot succeed unchanged are replayed only when selected by code or id.
        """
        return failure.is_retryable or failure.code in self.codes or failure.id in self.ids

    def of(self, failures: Iterable[Failure]) -> list[Failure]:
        """Those that pass, in their order."""
        return [each for each in failures if self.matches(each)]


def _kinds_of(failure: Failure) -> frozenset[str]:
    kind = "payment" if failure.object == "payment_receipt" else failure.object
    return frozenset({kind, "void"} if failure.event == "invoice.voided" else {kind})
