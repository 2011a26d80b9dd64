"""
Spans, as far as the code speaks of them; `OFF` takes every word and does nothing.

The way of one event: ``POST /lago`` (server) and ``send`` (producer) at the ingest; ``wait``, ``process``
(consumer) with ``decode``, ``map``, ``write``, ``POST`` (client), ``verify`` and ``send`` in the worker;
``process`` and ``POST`` once more in the relay. The context goes from one to the next in W3C headers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Literal, Protocol, Self, TypedDict, Unpack

from consumer.events import headers
from consumer.events.headers import Headers
from consumer.record import Event, Publish

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Attributes = Mapping[str, str | int | float | bool]
NONE: Attributes = {}


class Span(Protocol):
    """Something that takes time. As a context manager it is current within the block and ends with it."""

    def __enter__(self) -> Self:
        """Be current."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, in error when the block raised."""
        ...

    @property
    def headers(self) -> Headers:
        """The W3C context for whoever goes on from here; none when nothing is traced."""
        ...

    def current(self) -> AbstractContextManager[object]:
        """Be current within the block, and go on afterwards."""
        ...

    def note(self, attributes: Attributes, /) -> None:
        """Say something of it."""
        ...

    def fail(self, reason: str, /) -> None:
        """It did not succeed; a constant word, never what somebody answered."""
        ...

    def end(self) -> None:
        """It is over."""
        ...


class SpanOptions(TypedDict, total=False):
    """
    How a span begins, where that is not as usual.

    Attributes:
        kind: on which side of a call it stands; internal by default.
        carrier: headers with the context of its parent; absent takes the current span for that.
        attributes: in the words of OpenTelemetry's semantic conventions, where there are any.
        links: spans that it has to do with, and that are not its parents.
        began_s: when, in seconds since the epoch; absent means now.
    """

    kind: Kind
    carrier: Headers | None
    attributes: Attributes
    links: Sequence[Span]
    began_s: float | None


class Tracer(Protocol):
    """Makes spans."""

    def begin(self, name: str, **options: Unpack[SpanOptions]) -> Span:
        """A span that has begun and is not current yet; `name` is one of few values."""
        ...


class _NoSpan:
    headers: Headers = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def current(self) -> AbstractContextManager[object]:
        return self

    def note(self, _: Attributes) -> None:
        return None

    def fail(self, _: str) -> None:
        return None

    def end(self) -> None:
        return None


class _NoTracer:
    def begin(self, name: str, **_: Unpack[SpanOptions]) -> Span:  # noqa: ARG002 - nothing is done with it
        return NO_SPAN


NO_SPAN: Span = _NoSpan()
OFF: Tracer = _NoTracer()
"""Traces nothing."""


def publishing(publish: Publish, tracer: Tracer) -> Publish:
    """The same, with a span around each event, whose context the event carries in its headers."""
    if tracer is OFF:
        return publish

    async def traced(event: Event) -> None:
        about = {"messaging.system": "kafka", "messaging.operation.type": "send"}
        about["messaging.destination.name"] = event.topic
        with tracer.begin(f"send {event.topic}", kind="producer", attributes=about) as span:
            await publish(replace(event, headers=headers.retraced(event.headers, span.headers)))

    return traced


def answered(span: Span, status: int | None) -> None:
    """A call was answered with this HTTP status; None when it was not."""
    if status is not None:
        span.note({"http.response.status_code": status})
    if status is None or status >= 300:
        span.fail(str(status or "no_answer"))
