"""The tracer with OpenTelemetry; this module is imported only when it is installed."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self, Unpack

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from consumer import __version__
from consumer.events.headers import Headers
from consumer.tracing.tracer import NONE, Attributes, Kind, Span, SpanOptions

KINDS: dict[Kind, SpanKind] = {
    "internal": SpanKind.INTERNAL,
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}
_W3C = TraceContextTextMapPropagator()


class OtelSpan:
    """A `consumer.tracing.tracer.Span` of OpenTelemetry."""

    def __init__(self, span: trace.Span) -> None:
        self.span = span
        self._within = ExitStack()

    def __enter__(self) -> Self:
        self._within.enter_context(self.current())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._within.close()
        if error is not None:
            # Only the class: messages may contain sent data.
            self.fail(type(error).__name__)
        self.end()

    @property
    def headers(self) -> Headers:
        """The context of this span."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, context=trace.set_span_in_context(self.span, Context()))
        return tuple((name, text.encode()) for name, text in carrier.items())

    def current(self) -> AbstractContextManager[object]:
        """Make it the current span within the block."""
        return trace.use_span(self.span, record_exception=False, set_status_on_exception=False)

    def note(self, attributes: Attributes) -> None:
        """Set attributes."""
        self.span.set_attributes(dict(attributes))

    def fail(self, reason: str) -> None:
        """Set the status and the type of the error."""
        self.span.set_attribute("error.type", reason)
        self.span.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        """End it."""
        self.span.end()


class OtelTracer:
    """A `consumer.tracing.tracer.Tracer` of OpenTelemetry."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("lago-netsuite", __version__)

    def begin(self, name: str, **options: Unpack[SpanOptions]) -> Span:
        """Begin a span; a consumer span also links to its parent, since several may share a trace."""
        kind, carrier = options.get("kind", "internal"), options.get("carrier")
        began_s = options.get("began_s")
        context = None if carrier is None else _context(carrier)
        linked = [each.span for each in options.get("links", ()) if isinstance(each, OtelSpan)]
        if context is not None and kind == "consumer":
            linked.append(trace.get_current_span(context))
        contexts = [each.get_span_context() for each in linked]
        span = self._tracer.start_span(
            name,
            context=context,
            kind=KINDS[kind],
            attributes=dict(options.get("attributes", NONE)),
            links=[trace.Link(each) for each in contexts if each.is_valid],
            start_time=None if began_s is None else int(began_s * 1_000_000_000),
        )
        return OtelSpan(span)

    def close(self) -> None:
        """Export the remaining spans; may take some seconds."""
        self._provider.shutdown()


def provider(*, service: str) -> TracerProvider:
    """A provider without exporters; ``OTEL_SERVICE_NAME`` takes precedence over `service`."""
    named = Resource.create({"service.version": __version__})
    if named.attributes.get("service.name", "unknown_service") == "unknown_service":
        named = named.merge(Resource({"service.name": service}))
    return TracerProvider(resource=named)


def _context(carrier: Headers) -> Context:
    texts = {name: value.decode("latin-1") for name, value in carrier}
    return _W3C.extract(texts, context=Context())
