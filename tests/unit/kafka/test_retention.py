"""Records must outlive their last try by far."""

from __future__ import annotations

import math

import pytest

from consumer.kafka import retention

DAY_S = 86_400.0
DAY_MS = 86_400_000


@pytest.mark.parametrize("kept_ms", [4 * DAY_MS, 14 * DAY_MS, -1])
def test_four_times_as_long_is_enough_and_so_is_for_ever(kept_ms):
    """A backlog may lie before a record, too."""
    assert retention.too_short({"lago.invoices": kept_ms}, DAY_S) == []


def test_a_topic_that_forgets_too_soon_is_named_with_both_ways_out():
    """In hours, and in the milliseconds to be set."""
    [problem] = retention.too_short({"lago.invoices": 4 * DAY_MS - 1, "lago.payments": -1}, DAY_S)

    assert "lago.invoices keeps records for 96.0 h" in problem
    assert "LAGO_NETSUITE_PARK_MAX_AGE_S (24.0 h)" in problem
    assert f"set retention.ms to {4 * DAY_MS} or more" in problem


def test_a_hold_that_outlives_its_topics_is_named_with_what_becomes_of_it_and_both_ways_out():
    """Three quarters of the retention are for holds; what lasts longer is rejected then, not lost."""
    told = retention.cut_holds(14 * DAY_S, {"eu": 45, "us": 10})

    [sentence] = told
    assert "connection eu holds documents of closed periods for 45 days" in sentence
    assert "keep records for 14.0 days" in sentence
    assert "rejected as period_closed after 10.5 days" in sentence
    assert (
        f"set retention.ms of the input topics to {60 * DAY_MS} or more, or lower hold_max_days" in sentence
    )
    assert retention.hold_limit_s(14 * DAY_S) == 10.5 * DAY_S


def test_topics_that_keep_records_for_ever_cut_no_hold():
    """Nothing is deleted there."""
    assert retention.cut_holds(math.inf, {"eu": 366}) == []
