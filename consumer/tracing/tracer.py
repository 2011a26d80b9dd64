"""
The interface of tracing; `OFF` does nothing.

The spans of one event: ``POST /lago`` (server) and ``send`` (producer) in ingest; ``wait``, ``process``
(consumer) with ``decode``, ``map``, ``write``, ``POST`` (client), ``verify`` and ``send`` in the worker;
``process`` and ``POST`` again in the relay. W3C headers propagate the context.
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
    """A span. As a context manager it is current within the block and ends with it."""

    def __enter__(self) -> Self:
        """Make it the current span."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, in error when the block raised."""
        ...

    @property
    def headers(self) -> Headers:
        """The W3C trace context to propagate; empty without tracing."""
        ...

    def current(self) -> AbstractContextManager[object]:
        """Make it the current span within the block, without ending it."""
        ...

    def note(self, attributes: Attributes, /) -> None:
        """Set attributes."""
        ...

    def fail(self, reason: str, /) -> None:
        """Set its error; `reason` is a constant, not a text from outside."""
        ...

    def end(self) -> None:
        """End it."""
        ...


class SpanOptions(TypedDict, total=False):
    """
    Optional arguments of a new span.

    Attributes:
        kind: OpenTelemetry's span kind; internal by default.
        carrier: headers with the context of its parent; if absent, the current span is the parent.
        attributes: named as in OpenTelemetry's semantic conventions, where they define a name.
        links: related spans that are not its parents.
        began_s: start time in seconds since the epoch; now if absent.
    """

    kind: Kind
    carrier: Headers | None
    attributes: Attributes
    links: Sequence[Span]
    began_s: float | None


class Tracer(Protocol):
    """Makes spans."""

    def begin(self, name: str, **options: Unpack[SpanOptions]) -> Span:
        """Begin a span, which is not current yet; `name` is one of few values."""
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
    """The same `publish` with a span for each event, whose context is in the event's headers."""
    if tracer is OFF:
        return publish

    async def traced(event: Event) -> None:
        about = {"messaging.system": "kafka", "messaging.operation.type": "send"}
        about["messaging.destination.name"] = event.topic
        with tracer.begin(f"send {event.topic}", kind="producer", attributes=about) as span:
            await publish(replace(event, headers=headers.retraced(event.headers, span.headers)))

    return traced


def answered(span: Span, status: int | None) -> None:
    """Set the HTTP status of a call's span; None when there is no response."""
    if status is not None:
        span.note({"http.response.status_code": status})
    if status is None or status >= 300:
        span.fail(str(status or "no_answer"))
