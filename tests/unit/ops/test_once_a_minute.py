"""Log lines that are limited to one a minute."""

from __future__ import annotations

import io
import logging

import pytest
import structlog

from consumer.clock import FakeClock
from consumer.ops import logging as ops_logging
from consumer.ops.once_a_minute import MOST_REMEMBERED, OnceAMinute


@pytest.fixture
def written():
    """What all loggers of the process write; they are as before afterwards."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    ops_logging.configure(level="info", form="json", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_what_has_been_said_may_be_said_again_a_minute_later():
    """Each thing by itself."""
    clock = FakeClock()
    once = OnceAMinute(clock.monotonic_s)

    first = [once.may_say("a"), once.may_say("b"), once.may_say("a")]
    clock.advance(60.0)

    assert first == [True, True, False]
    assert once.may_say("a")


def test_what_is_remembered_has_a_limit():
    """Texts that are never the same twice do not fill the memory."""
    once = OnceAMinute(FakeClock().monotonic_s)

    for number in range(3 * MOST_REMEMBERED):
        once.may_say(str(number))

    assert len(once._said_s) <= MOST_REMEMBERED


@pytest.mark.parametrize(("logger", "lines"), [("aiokafka.cluster", 1), ("consumer.stream.stream", 50)])
def test_aiokafkas_repetitions_are_kept_back_and_ours_are_not(written, logger, lines):
    """A missing topic would be 1,900 lines a second."""
    for _ in range(50):
        logging.getLogger(logger).error("Topic %s not found in cluster metadata", "lago.netsuite.results")

    assert len(written.getvalue().splitlines()) == lines
