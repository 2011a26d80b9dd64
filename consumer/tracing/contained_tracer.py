"""Spans that never raise: an error of tracing does not fail a record."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Self, Unpack

from consumer.events.headers import Headers
from consumer.ops.best_effort import BestEffort
from consumer.tracing.tracer import NO_SPAN, OFF, Attributes, Span, SpanOptions, Tracer


class ContainedSpan:
    """A span of another tracer, with its errors caught."""

    def __init__(self, span: Span, best_effort: BestEffort) -> None:
        self.span = span
        self._best_effort = best_effort

    def __enter__(self) -> Self:
        with self._best_effort.of("span"):
            self.span.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._best_effort.of("span"):
            self.span.__exit__(kind, error, trace)

    @property
    def headers(self) -> Headers:
        """Its context; empty when that fails."""
        with self._best_effort.of("span"):
            return self.span.headers
        return ()

    @contextmanager
    def current(self) -> Iterator[None]:
        """Make it the current span within the block, if possible."""
        entered: AbstractContextManager[object] | None = None
        with self._best_effort.of("span"):
            inner = self.span.current()
            inner.__enter__()
            entered = inner
        try:
            yield
        finally:
            if entered is not None:
                with self._best_effort.of("span"):
                    entered.__exit__(*sys.exc_info())

    def note(self, attributes: Attributes) -> None:
        """Set attributes, if possible."""
        with self._best_effort.of("span"):
            self.span.note(attributes)

    def fail(self, reason: str) -> None:
        """Set its error, if possible."""
        with self._best_effort.of("span"):
            self.span.fail(reason)

    def end(self) -> None:
        """End it, if possible."""
        with self._best_effort.of("span"):
            self.span.end()


class ContainedTracer:
    """Another tracer with its errors caught; a span that it cannot begin is `NO_SPAN`."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._best_effort = BestEffort()

    def begin(self, name: str, **options: Unpack[SpanOptions]) -> Span:
        """As `consumer.tracing.tracer.Tracer.begin`."""
        if "links" in options:
            options["links"] = [_inner(each) for each in options["links"]]
        with self._best_effort.of("span"):
            return ContainedSpan(self._tracer.begin(name, **options), self._best_effort)
        return NO_SPAN


def _inner(span: Span) -> Span:
    return span.span if isinstance(span, ContainedSpan) else span


def contained(tracer: Tracer) -> Tracer:
    """The same tracer with its errors caught; `OFF` stays `OFF`."""
    return tracer if tracer is OFF or isinstance(tracer, ContainedTracer) else ContainedTracer(tracer)
