"""
Kafka headers by the two standards: CloudEvents 1.0 in binary mode, and W3C Trace Context.

Sources: cloudevents/spec ``bindings/kafka-protocol-binding.md`` and w3.org/TR/trace-context.
"""

from __future__ import annotations

import re

from consumer.record import Record

Headers = tuple[tuple[str, bytes], ...]

TRACE_HEADERS = frozenset({"traceparent", "tracestate"})
# As long as everybody has to carry it (W3C Trace Context, 3.3.1.5).
TRACE_STATE_LIMIT_CHARS = 512
# What a header of HTTP can carry: no control characters, no space at either end (RFC 9110, 5.5).
_PRINTABLE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
TRACE_PARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def cloud_event(*, event_id: str, event_type: str, source: str, time: str) -> Headers:
    """
    The headers that make a record with a JSON value a CloudEvent.

    Args:
        event_id: the same for every repeat of the same event.
        event_type: such as Lago's ``webhook_type``.
        source: a URI reference of what speaks, such as ``/lago-netsuite/<connection>``.
        time: when it happened, RFC 3339.
    """
    texts = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_type": event_type,
        "ce_source": source,
        "ce_time": time,
        "content-type": "application/json",
    }
    return tuple((name, text.encode()) for name, text in texts.items())


def published(record: Record, *, event_id: str, event_type: str, source: str, time: str) -> Headers:
    """A CloudEvent about a record: where that lies, the trace it came with; else as `cloud_event`."""
    place = {
        "source-topic": record.source.topic,
        "source-partition": str(record.source.partition),
        "source-offset": str(record.source.offset),
    }
    return (
        *cloud_event(event_id=event_id, event_type=event_type, source=source, time=time),
        *((name, value.encode()) for name, value in place.items()),
        *trace(record),
    )


def trace(record: Record) -> Headers:
    """The trace headers of a record, to be carried on unchanged; none when they are absent or malformed."""
    return context(record.header("traceparent"), record.header("tracestate"))


def context(parent: str | None, state: str | None) -> Headers:
    """The trace headers of these two texts; none when the first is absent or malformed, no state that is."""
    if parent is None or not TRACE_PARENT.fullmatch(parent):
        return ()
    carried = ("traceparent", parent.encode())
    trimmed = (state or "").strip(" \t")
    if not is_header_value(trimmed, limit_chars=TRACE_STATE_LIMIT_CHARS):
        return (carried,)
    return (carried, ("tracestate", trimmed.encode()))


def is_header_value(text: str, *, limit_chars: int) -> bool:
    """Whether a text from outside can be an HTTP header: printable ASCII, not empty, and not too long."""
    return len(text) <= limit_chars and _PRINTABLE.fullmatch(text) is not None


def trace_id(record: Record) -> str | None:
    """The 32 hexadecimal digits that name the trace a record belongs to."""
    carried = dict(trace(record)).get("traceparent")
    return carried.decode().split("-")[1] if carried else None


def retraced(headers: Headers, context: Headers) -> Headers:
    """Headers with another trace context; unchanged when that is empty."""
    if not context:
        return headers
    return (*((name, value) for name, value in headers if name not in TRACE_HEADERS), *context)
