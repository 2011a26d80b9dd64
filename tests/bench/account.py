"""
The account of the stub, without I/O: concurrency limit, records, and injected faults.

It is idempotent by external id as the deployed script is. A connector that sends the same document with two
external ids, or without `create_or_get`, gets two documents, and the call log shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from tests.bench import service_times
from tests.bench.call_log import DROPPED, LIMIT_EXCEEDED, OK, OUT_OF_SERVICE, EventId, Item

IDEMPOTENT_MODES = frozenset({"create_or_get", "upsert"})
UNAVAILABLE_AFTER_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """
    The injected faults.

    Attributes:
        unavailable: share of calls answered with 503.
        dropped: share of calls that are executed without a response.
        rejected: share of events that are rejected permanently.
        poison: external ids that fail until `poison_s` seconds after the first call.
        outage_from_s: when, after the first call, all responses are 503, for `outage_s` seconds.
    """

    unavailable: float = 0.0
    dropped: float = 0.0
    rejected: float = 0.0
    poison: tuple[str, ...] = ()
    poison_s: float = 0.0
    outage_from_s: float = 0.0
    outage_s: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For the command line of the stub."""
        return asdict(self)

    @classmethod
    def of_json(cls, value: dict[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        return cls(**value | {"poison": tuple(value.get("poison", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The decision about a call at its start; `attempt` is 0 when it is refused."""

    status: int
    attempt: int
    service_s: float
    items: tuple[dict[str, Any], ...]


@dataclass(slots=True, kw_only=True)
class Account:
    """
    One NetSuite account; times are seconds on any clock that does not go back.

    Attributes:
        factor: on all service times.
        share: how much of its own time each further record of a call costs, from 0 to 1.
    """

    cap: int
    faults: Faults
    factor: float = 1.0
    share: float = service_times.SHARE_OF_THE_OTHERS
    in_flight: int = 0
    first_call_s: float | None = None
    settled: set[EventId] = field(default_factory=set)
    _attempts: Counter[EventId] = field(default_factory=Counter)
    _books: dict[str, int] = field(default_factory=dict)

    def admit(self, items: Sequence[dict[str, Any]], now_s: float) -> Admission:
        """Admit a call, or refuse it."""
        if self.first_call_s is None:
            self.first_call_s = now_s
        if self._is_out_of_service(now_s):
            return Admission(status=OUT_OF_SERVICE, attempt=0, service_s=0.0, items=tuple(items))
        if self.in_flight >= self.cap:
            return Admission(status=LIMIT_EXCEEDED, attempt=0, service_s=0.0, items=tuple(items))
        self.in_flight += 1
        events = [event_of(item) for item in items]
        self._attempts.update(events)
        attempt = self._attempts[events[0]]
        status = self._fault(events[0], attempt)
        if status == OUT_OF_SERVICE:
            service_s = UNAVAILABLE_AFTER_S * self.factor
        else:
            each_s = (service_times.service_s(event, self._attempts[event], self.factor) for event in events)
            service_s = service_times.together_s(each_s, self.share)
        return Admission(status=status, attempt=attempt, service_s=service_s, items=tuple(items))

    def end(self, admission: Admission, now_s: float) -> list[dict[str, Any]]:
        """Execute an admitted call; returns the items of the response."""
        self.in_flight -= 1
        if admission.status == OUT_OF_SERVICE:
            return []
        return [self._write(item, now_s) for item in admission.items]

    def _is_out_of_service(self, now_s: float) -> bool:
        since_s = now_s - (self.first_call_s or now_s)
        begins_s = self.faults.outage_from_s
        return begins_s <= since_s < begins_s + self.faults.outage_s

    def _fault(self, event: EventId, attempt: int) -> int:
        if service_times.happens(self.faults.unavailable, "unavailable", *event, attempt):
            return OUT_OF_SERVICE
        if service_times.happens(self.faults.dropped, "dropped", *event, attempt):
            return DROPPED
        return OK

    def _write(self, item: dict[str, Any], now_s: float) -> dict[str, Any]:
        event = event_of(item)
        if event.external_id in self.faults.poison and self._is_poisoned(now_s):
            return _error(item, "RCRD_HAS_BEEN_CHANGED", "transient", retryable=True)
        if (missing := self._missing(item)) is not None:
            return _error(item, "LAGO_REFERENCE_NOT_FOUND", "dependency", retryable=True, field=missing)
        self.settled.add(event)
        if service_times.happens(self.faults.rejected, "rejected", *event):
            return _error(item, "USER_ERROR", "validation", retryable=False)
        is_known = event.external_id in self._books
        number = self._books.setdefault(event.external_id, len(self._books) + 1)
        status = "exists" if is_known and item.get("mode") in IDEMPOTENT_MODES else "created"
        return _written(item, number, status)

    def _missing(self, item: dict[str, Any]) -> str | None:
        """The field of a payment that names an invoice which is not in the books."""
        lines = [line for sublist in item["record"].get("lines", ()) for line in sublist["lineItems"]]
        named = [line["doc"]["externalId"] for line in lines if "doc" in line]
        return "doc" if any(each not in self._books for each in named) else None

    def _is_poisoned(self, now_s: float) -> bool:
        return now_s - (self.first_call_s or now_s) < self.faults.poison_s


def event_of(item: dict[str, Any]) -> EventId:
    """Which event an item stands for."""
    return EventId(item["external_id"], item["version"])


def noted(items: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]]) -> tuple[Item, ...]:
    """The items of a call as the journal has them; without answers the call came to nothing."""
    words = [_word(answer) for answer in answers] or [""] * len(items)
    return tuple(
        Item(event=event_of(item), lago_id=item["lago_id"], status=word)
        for item, word in zip(items, words, strict=True)
    )


def _word(answer: dict[str, Any]) -> str:
    if answer["status"] != "error":
        return str(answer["status"])
    return "failed" if answer["error"]["retryable"] else "rejected"


def _written(item: dict[str, Any], number: int, status: str) -> dict[str, Any]:
    record_type = item["record"]["type"]
    return {
        "ref": item["ref"],
        "status": status,
        "type": record_type,
        "internalId": str(number),
        "externalId": item["external_id"],
        "number": f"B{number}",
        "url": f"/app/accounting/transactions/transaction.nl?id={number}",
        "totals": item.get("expect", {}),
        "warnings": [],
    }


def _error(
    item: dict[str, Any], code: str, group: str, *, retryable: bool, field: str | None = None
) -> dict[str, Any]:
    error = {"code": code, "class": group, "message": "planted by the benchmark", "retryable": retryable}
    error |= {"field": field} if field else {}
    return {"ref": item["ref"], "status": "error", "externalId": item["external_id"], "error": error}
