"""Workloads: whom they name, how they shrink, and the events they are made of."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice, pairwise

import pytest

from schemas.lane import lane_of
from tests.bench import events, workloads
from tests.bench.report import GOALS, Goal, Report, goals


def workload(name):
    [found] = workloads.chosen((name,))
    return found


def test_w9_names_all_of_its_caps():
    """And nothing else does."""
    assert [each.cap for each in workloads.chosen(("W9",))] == list(workloads.CAPS)
    assert [each.name for each in workloads.chosen(("W1",))] == ["W1"]


def test_an_unknown_workload_is_said_so():
    """With those there are."""
    with pytest.raises(ValueError, match="W99; there are W1"):
        workloads.chosen(("W1", "W99"))


def test_a_run_is_never_shortened_below_what_it_needs():
    """The outage lasts a minute at any scale."""
    assert workload("W6").scaled(0.01).feed_s == 135.0
    assert workload("W1").scaled(0.5).feed_s == 300.0


def test_a_workload_at_another_share_is_named_by_it_and_keeps_its_goals():
    """What a further record costs changes the figures, not what they should reach."""
    measured = workload("W9-15").at_share(0.5)

    assert (measured.name, measured.share) == ("W9-15@0.5", 0.5)
    assert workload("W9-15").at_share(0.05).name == "W9-15"
    assert goals(measured.name) == goals("W9-15")


def test_what_lays_a_million_events_runs_only_by_name():
    """W11 is in no run of all workloads."""
    assert not set(workloads.FLAT) & set(workloads.chosen(()))
    assert [each.ahead for each in workloads.chosen(("W11",))] == list(workloads.WAITING)


def test_every_event_is_told_from_every_other_and_lies_with_its_lane():
    """As the worker itself reads the lane from the body."""
    drawn = list(islice(events.drafts(workload("W7")), 2_000))

    assert len({draft.event for draft in drawn}) == 2_000
    assert {lane_of(draft.body) for draft in drawn} == {draft.lane for draft in drawn}
    assert len({(draft.lane, draft.partition) for draft in drawn}) == len({draft.lane for draft in drawn})


def test_a_lane_begins_with_its_creation_and_changes_later_and_later():
    """So its events differ by version."""
    drawn = list(islice(events.drafts(workload("W7")), 1_000))
    [lane, *_] = [each for each, count in Counter(draft.lane for draft in drawn).items() if count > 2]
    types = [json.loads(draft.body)["webhook_type"] for draft in drawn if draft.lane == lane]
    versions = [draft.event.version for draft in drawn if draft.lane == lane]

    assert types[0] == "invoice.created"
    assert set(types[1:]) == {"invoice.resynced"}
    assert all(before < after for before, after in pairwise(versions))


def test_the_most_popular_lane_of_the_skewed_workload_has_about_nine_percent():
    """Zipf's law with exponent 1.1."""
    drawn = Counter(islice(events.lanes(workload("W2")), 20_000))

    assert drawn[1] / 20_000 == pytest.approx(0.094, abs=0.01)


def test_every_partition_of_the_poisoned_workload_has_one_poisoned_head():
    """Three partitions, three heads."""
    heads = events.poison_heads(workload("W4"))
    partitions = {
        draft.partition
        for draft in islice(events.drafts(workload("W4")), 100)
        if draft.event.external_id in heads
    }

    assert len(heads) == 3
    assert partitions == {0, 1, 2}


def test_goals_are_those_of_workloads_there_are():
    """A goal under a wrong name would never be missed."""
    assert GOALS.keys() <= {each.name for each in workloads.ALL}


def test_a_figure_that_could_not_be_had_misses_its_goal():
    """No recovery is no success."""
    assert not Goal("recovery_s", 10).is_met({"recovery_s": None})
    assert Goal("recovery_s", 10).is_met({"recovery_s": 10})
    assert not Goal("utilisation", 0.97, is_floor=True).is_met({"utilisation": 0.9})


def test_figures_of_a_worker_that_was_kept_from_its_core_are_marked():
    """Three workers on one core keep each other waiting, which disturbs nothing."""
    report = Report(scale=1.0, latency=1.0, broker="none")
    report.workloads |= {
        "quiet": {"workers": 1, "kept_waiting": 0.05},
        "disturbed": {"workers": 1, "kept_waiting": 0.3},
        "crowded": {"workers": 3, "kept_waiting": 0.3},
    }

    assert report.disturbed() == ["disturbed"]
