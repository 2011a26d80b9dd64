"""
Kafka headers by the two standards: CloudEvents 1.0 in binary mode, and W3C Trace Context.

Sources: cloudevents/spec ``bindings/kafka-protocol-binding.md`` and w3.org/TR/trace-context.
"""

from __future__ import annotations

import re

from consumer.record import Record

Headers = tuple[tuple[str, bytes], ...]

TRACE_HEADERS = frozenset({"traceparent", "tracestate"})
# The length that every implementation must propagate (W3C Trace Context, 3.3.1.5).
TRACE_STATE_LIMIT_CHARS = 512
# A valid HTTP header value: no control characters, no space at either end (RFC 9110, 5.5).
_PRINTABLE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
TRACE_PARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def cloud_event(*, event_id: str, event_type: str, source: str, time: str) -> Headers:
    """
    The headers that make a record with a JSON value a CloudEvent.

    Args:
        event_id: the same for every repeat of the same event.
        event_type: such as Lago's ``webhook_type``.
        source: a URI reference of the producer, such as ``/lago-netsuite/<connection>``.
        time: time of the event, RFC 3339.
    """
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_type", event_type.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.encode()),
        ("content-type", b"application/json"),
    )


def published(record: Record, *, event_id: str, event_type: str, source: str, time: str) -> Headers:
    """The headers of `cloud_event`, and the position and trace context of the source record."""
    return (
        *cloud_event(event_id=event_id, event_type=event_type, source=source, time=time),
        ("source-topic", record.source.topic.encode()),
        ("source-partition", str(record.source.partition).encode()),
        ("source-offset", str(record.source.offset).encode()),
        *trace(record),
    )


def trace(record: Record) -> Headers:
    """The trace headers of a record, unchanged; none when they are absent or malformed."""
    return context(record.header("traceparent"), record.header("tracestate"))


def context(parent: str | None, state: str | None) -> Headers:
    """The trace headers from two texts; none without a valid `parent`, and an invalid `state` is left out."""
    if parent is None or not TRACE_PARENT.fullmatch(parent):
        return ()
    carried = ("traceparent", parent.encode())
    trimmed = (state or "").strip(" \t")
    if not is_header_value(trimmed, limit_chars=TRACE_STATE_LIMIT_CHARS):
        return (carried,)
    return (carried, ("tracestate", trimmed.encode()))


def is_header_value(text: str, *, limit_chars: int) -> bool:
    """Whether a text is a valid HTTP header value: printable ASCII, not empty, and not too long."""
    return len(text) <= limit_chars and _PRINTABLE.fullmatch(text) is not None


def trace_id(record: Record) -> str | None:
    """The trace id of a record, 32 hexadecimal digits; None without a trace."""
    carried = dict(trace(record)).get("traceparent")
    return carried.decode().split("-")[1] if carried else None


def retraced(headers: Headers, context: Headers) -> Headers:
    """Headers with another trace context; unchanged when that is empty."""
    if not context:
        return headers
    return (*((name, value) for name, value in headers if name not in TRACE_HEADERS), *context)
