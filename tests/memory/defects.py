"""Injected defects in one part of the worker at a time, on marked records or on all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn
from unittest.mock import patch

from msgspec import structs
from prometheus_client import Counter, Gauge, Histogram

from consumer.events import booked_amounts
from consumer.events.outgoing import OutgoingEvents
from consumer.mapping import requests
from consumer.ops.metrics import Metrics
from consumer.pipeline import enrichment, invoice_payments, routing
from consumer.pipeline.connection_steps import ConnectionSteps
from consumer.pipeline.pipeline import Pipeline
from consumer.record import Record
from schemas import envelope
from schemas.wire import WriteRequest
from tests.memory import worker as workers
from tests.memory.system import Account

MARK = "marked_for_a_defect"
"""A member of an event's object; its value names the part that is to raise on the event."""

PAYMENTS_READER = "reader of payments without events"
"""The part that only a changed payment status of an invoice reaches."""

Raises = Callable[..., Any]


class PlantedError(Exception):
    """As unexpected as a KeyError; its text must never be published."""

    def __init__(self) -> None:
        super().__init__("text of the exception, which may quote the event")


class Panic(BaseException):
    """What a library in Rust raises when it panics: no `Exception` at all."""


Panic.__module__ = "pyo3_runtime"


@dataclass(slots=True)
class Defects:
    """The injected defects, and how often they were raised."""

    make: Callable[[], BaseException] = PlantedError
    strikes: int = 0
    is_armed: bool = False

    def strike(self) -> NoReturn:
        self.strikes += 1
        raise self.make()

    def around(self, inner: Raises, is_struck: Callable[..., bool]) -> Raises:
        def struck(*args: Any, **named: Any) -> Any:
            if is_struck(*args):
                self.strike()
            return inner(*args, **named)

        return struck

    def always(self, *_: Any, **__: Any) -> NoReturn:
        self.strike()


Planting = Callable[[Defects, str], list[Any]]


def in_bytes(part: str) -> Callable[..., bool]:
    mark = f'"{MARK}": "{part}"'.encode()
    return lambda value, *_: bool(value and mark in value)


def in_event(part: str) -> Callable[..., bool]:
    return lambda event, *_: isinstance(event, envelope.Envelope) and event.object.get(MARK) == part


def in_carrier(part: str) -> Callable[..., bool]:
    is_struck = in_bytes(part)
    return lambda row, event, record: is_struck(record.value)


def _in_outgoing(defects: Defects, part: str, name: str) -> Any:
    inner, is_struck = getattr(OutgoingEvents, name), in_bytes(part)

    def struck(self: OutgoingEvents, record: Record, *args: Any) -> Any:
        if is_struck(record.value):
            defects.strike()
        return inner(self, record, *args)

    return patch.object(OutgoingEvents, name, struck)


def _in_mapping(defects: Defects, part: str) -> Any:
    def is_struck(_: Any, decision_log: Any) -> bool:
        return bool(decision_log.origin.event.get(MARK) == part)

    return patch.object(requests, "of", defects.around(requests.of, is_struck))


def _in_write(defects: Defects, part: str) -> list[Any]:
    """The whole call raises when a marked record is in it; the caller cannot see which one it was."""
    write, of = Account.write, requests.of

    def marked(items: Any, decision_log: Any, **named: Any) -> Any:
        planned = of(items, decision_log, **named)
        request = getattr(planned, "request", None)
        if request is None or decision_log.origin.event.get(MARK) != part:
            return planned
        return replace(planned, request=structs.replace(request, request_id=f"{MARK} {request.request_id}"))

    async def struck(self: Account, carried: Sequence[WriteRequest]) -> Any:
        if any(MARK in request.request_id for request in carried):
            defects.strike()
        return await write(self, carried)

    return [patch.object(requests, "of", marked), patch.object(Account, "write", struck)]


def _in_call(defects: Defects, part: str) -> Any:
    inner, is_struck = Pipeline.deliver, in_bytes(part)

    async def struck(self: Pipeline, records: Sequence[Record], *args: Any) -> Any:
        if any(is_struck(record.value) for record in records):
            defects.strike()
        return await inner(self, records, *args)

    return patch.object(Pipeline, "deliver", struck)


def _in_step(name: str) -> Planting:
    """A step itself raises, also one that a call takes with several records; it raises on all of them."""
    inner = getattr(ConnectionSteps, name)

    def planting(defects: Defects, part: str) -> list[Any]:
        is_struck = in_bytes(part)

        def struck(self: ConnectionSteps, carried: Record | Sequence[Record], *args: Any) -> Any:
            records = [carried] if isinstance(carried, Record) else carried
            if any(is_struck(record.value) for record in records):
                defects.strike()
            return inner(self, carried, *args)

        return [patch.object(ConnectionSteps, name, struck)]

    return planting


class RaisingObserver:
    """A counter that is broken in every way."""

    def __init__(self, defects: Defects) -> None:
        for verb in ("delivered", "booked", "error_published", "fallback_used"):
            setattr(self, verb, defects.always)


class RaisingTracer:
    """Tracing that cannot even begin a span, or whose spans can do nothing."""

    def __init__(self, defects: Defects, *, begins: bool) -> None:
        self._defects = defects
        self._begins = begins

    def begin(self, name: str, **_: object) -> Any:
        if not self._begins:
            self._defects.always()
        return _RaisingSpan(self._defects)


class _RaisingSpan:
    def __init__(self, defects: Defects) -> None:
        self._defects = defects
        for verb in ("current", "note", "fail", "end"):
            setattr(self, verb, defects.always)

    def __enter__(self) -> Any:
        self._defects.always()

    def __exit__(self, *_: object) -> None:
        self._defects.always()

    @property
    def headers(self) -> Any:
        self._defects.always()


def _in_metrics(defects: Defects) -> list[Any]:
    """Let every counter, histogram and gauge raise, after they were made."""

    def unless_unarmed(inner: Raises) -> Raises:
        def struck(*args: Any, **named: Any) -> Any:
            return defects.strike() if defects.is_armed else inner(*args, **named)

        return struck

    def made(*, version: str) -> Metrics:
        metrics = Metrics(version=version)
        defects.is_armed = True
        return metrics

    verbs = ((Counter, "inc"), (Histogram, "observe"), (Gauge, "set"))
    broken = [patch.object(owner, name, unless_unarmed(getattr(owner, name))) for owner, name in verbs]
    return [*broken, patch.object(workers, "Metrics", made)]


def _everywhere(defects: Defects, *targets: tuple[Any, str]) -> list[Any]:
    return [patch.object(owner, name, defects.always) for owner, name in targets]


def _only(owner: Any, name: str, marked: Callable[[str], Callable[..., bool]]) -> Planting:
    return lambda defects, part: [
        patch.object(owner, name, defects.around(getattr(owner, name), marked(part)))
    ]


DECISIVE: dict[str, Planting] = {
    "lane": _only(workers, "place_of", in_bytes),
    "decode": _only(envelope, "decode", in_bytes),
    "routing": _only(routing, "plan", in_event),
    "enrichment": _only(enrichment, "wanted", in_event),
    PAYMENTS_READER: _only(invoice_payments, "payment_event", in_carrier),
    "mapping": lambda defects, part: [_in_mapping(defects, part)],
    "result": lambda defects, part: [_in_outgoing(defects, part, "results")],
    "error event": lambda defects, part: [_in_outgoing(defects, part, "failure")],
    "mapping, then its error event": lambda defects, part: [
        _in_mapping(defects, part),
        _in_outgoing(defects, part, "failure"),
    ],
    "result, then its error event": lambda defects, part: [
        _in_outgoing(defects, part, "results"),
        _in_outgoing(defects, part, "failure"),
    ],
    "write": _in_write,
    "decode step": _in_step("decode"),
    "plan step": _in_step("plan"),
    "write step": _in_step("write"),
    "call": lambda defects, part: [_in_call(defects, part)],
}
"""Parts without which a record cannot be carried: what they raise on is refused."""

HARMLESS: dict[str, Planting] = {
    "metrics": lambda defects, _: _in_metrics(defects),
    "bookings": lambda defects, _: _everywhere(defects, (booked_amounts, "of")),
    "observer": lambda defects, _: [patch.object(workers, "observer_of", lambda _: RaisingObserver(defects))],
    "tracer": lambda defects, _: [patch.object(workers, "TRACER", RaisingTracer(defects, begins=False))],
    "spans": lambda defects, _: [patch.object(workers, "TRACER", RaisingTracer(defects, begins=True))],
    "prefetch": lambda defects, _: _everywhere(defects, (Pipeline, "prepare")),
}
"""Parts that only look on: whatever they raise, nothing becomes of any record that would not have."""


@contextmanager
def planted(*parts: str, make: Callable[[], BaseException] = PlantedError) -> Iterator[Defects]:
    """The worker with these parts raising within the block: each on what is marked for it, or on all."""
    defects = Defects(make=make)
    with ExitStack() as stack:
        for part in parts:
            for each in (DECISIVE | HARMLESS)[part](defects, part):
                stack.enter_context(each)
        yield defects
