"""Headers by the standards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.events import headers
from tests.unit.engine.records import record

PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_cloud_event_in_binary_mode_has_its_four_required_attributes():
    """specversion, id, type and source, with the prefix that the Kafka binding asks for."""
    found = dict(headers.cloud_event(event_id="1", event_type="t", source="/s", time="2026-08-01T00:00:00Z"))

    assert found == {
        "ce_specversion": b"1.0",
        "ce_id": b"1",
        "ce_type": b"t",
        "ce_source": b"/s",
        "ce_time": b"2026-08-01T00:00:00Z",
        "content-type": b"application/json",
    }


def test_a_trace_is_carried_on_with_its_state():
    """Unchanged: we add no span of our own here."""
    traced = replace(record(0), headers=(("traceparent", PARENT), ("tracestate", b"a=b"), ("x", b"y")))

    assert headers.trace(traced) == (("traceparent", PARENT), ("tracestate", b"a=b"))
    assert headers.trace_id(traced) == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "parent",
    [
        b"",
        b"\xff\xfe",
        b"00-00000000000000000000000000000000-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        PARENT + b"\n",
    ],
)
def test_a_malformed_trace_is_not_carried_on(parent):
    """The standard says to ignore it."""
    traced = replace(record(0), headers=(("traceparent", parent), ("tracestate", b"a=b")))

    assert headers.trace(traced) == ()
    assert headers.trace_id(traced) is None


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"   ",
        b"a=b\r\nx-injected: 1",
        b"a=b\n",
        b"a=\x00b",
        b"a=\x1b[31m",
        b"a=\x7f",
        "a=ü".encode(),
        b"\xff\xfe",
        b"a=" + b"b" * 511,
    ],
)
def test_a_state_that_no_header_can_carry_is_dropped_and_the_trace_goes_on(state):
    """CR LF in it would make a webhook undeliverable."""
    traced = replace(record(0), headers=(("traceparent", PARENT), ("tracestate", state)))

    assert headers.trace(traced) == (("traceparent", PARENT),)


@pytest.mark.parametrize("state", [b"a=b", b" a=b\t", b"a=b, c=d;e", b"a=" + b"b" * 510])
def test_a_state_that_is_printable_is_carried_on_without_the_space_around_it(state):
    traced = replace(record(0), headers=(("traceparent", PARENT), ("tracestate", state)))

    assert dict(headers.trace(traced))["tracestate"] == state.strip()
