"""The account of the stub: which calls it admits, its responses, and which of them repeats get again."""

from __future__ import annotations

import statistics

import pytest

from tests.bench import service_times
from tests.bench.account import Account, Faults, noted
from tests.bench.call_log import DROPPED, LIMIT_EXCEEDED, OK, OUT_OF_SERVICE, Call


def item(name="a", version="1", **changes):
    return {
        "ref": "1",
        "mode": "create_or_get",
        "external_id": name,
        "lago_id": name,
        "version": version,
        "record": {"type": "invoice"},
    } | changes


def write(account, one, now_s=0.0):
    [answer] = account.end(account.admit([one], now_s), now_s)
    return answer


def test_a_call_above_the_cap_is_turned_away_and_holds_nothing():
    """One permit: the second call is refused, and the permit is returned once."""
    account = Account(cap=1, faults=Faults())
    first = account.admit([item("a")], 0.0)

    second = account.admit([item("b")], 0.0)
    account.end(first, 1.0)

    assert (first.status, second.status, second.attempt) == (OK, LIMIT_EXCEEDED, 0)
    assert account.in_flight == 0


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_each_further_record_costs_its_share_of_its_own_time(share):
    """At 1 a call takes as long as its records one after another."""
    items = [item(name) for name in "abc"]
    alone_s = [Account(cap=1, faults=Faults()).admit([one], 0.0).service_s for one in items]

    together_s = Account(cap=1, faults=Faults(), share=share).admit(items, 0.0).service_s

    assert together_s == pytest.approx(max(alone_s) + share * (sum(alone_s) - max(alone_s)))


def test_the_same_document_is_created_once():
    """A repeated request returns the existing document."""
    account = Account(cap=5, faults=Faults())

    statuses = [write(account, item(version=version))["status"] for version in ("1", "1", "2")]

    assert statuses == ["created", "exists", "exists"]


def test_a_connector_that_does_not_ask_first_gets_two_documents():
    """The stub would notice one that is not idempotent."""
    account = Account(cap=5, faults=Faults())

    statuses = [write(account, item(mode="create"))["status"] for _ in range(2)]

    assert statuses == ["created", "created"]


def test_an_outage_begins_and_ends_by_the_first_call():
    """Out of service from 30 to 90 seconds."""
    account = Account(cap=5, faults=Faults(outage_from_s=30, outage_s=60))

    statuses = [account.admit([item(str(at))], 1_000.0 + at).status for at in (0, 29, 30, 89, 90)]

    assert statuses == [OK, OK, OUT_OF_SERVICE, OUT_OF_SERVICE, OK]


def test_poison_fails_for_its_time_and_then_heals():
    """A later repeat succeeds."""
    account = Account(cap=5, faults=Faults(poison=("a",), poison_s=10))

    words = [noted([item()], [write(account, item(), at)])[0].status for at in (1.0, 10.9, 12.0)]

    assert words == ["failed", "failed", "created"]


def test_what_is_rejected_is_rejected_every_time():
    """No repeat succeeds."""
    account = Account(cap=5, faults=Faults(rejected=1.0))

    words = [noted([item()], [write(account, item())])[0].status for _ in range(2)]

    assert words == ["rejected", "rejected"]


def test_a_call_that_is_not_answered_is_carried_out():
    """So the repeat finds the document."""
    account = Account(cap=5, faults=Faults(dropped=1.0))

    admitted = account.admit([item()], 0.0)

    assert admitted.status == DROPPED
    assert account.end(admitted, 1.0)[0]["status"] == "created"


def test_several_items_take_as_long_as_the_slowest_and_a_twentieth_of_the_others():
    """Three items in one call."""
    assert service_times.together_s([1.0, 4.0, 2.0]) == pytest.approx(4.15)


def test_service_times_have_the_median_and_the_tail_they_promise():
    """Of 20 000 events: median 0.4 s, 99th percentile 3 s, none above 10 s."""
    drawn = sorted(service_times.service_s((str(number),), 1) for number in range(20_000))

    assert statistics.median(drawn) == pytest.approx(0.4, rel=0.03)
    assert drawn[19_800] == pytest.approx(3.0, rel=0.1)
    assert drawn[-1] <= 10.0


def test_everyone_meets_the_same_service_times():
    """The same event and attempt, the same time; the next attempt, another."""
    assert service_times.service_s(("a", "1"), 1) == service_times.service_s(("a", "1"), 1)
    assert service_times.service_s(("a", "1"), 1) != service_times.service_s(("a", "1"), 2)


def test_a_call_survives_being_written_down():
    """What the journal gives back is what was put in."""
    account = Account(cap=1, faults=Faults())
    admitted = account.admit([item()], 0.0)
    answers = account.end(admitted, 1.0)
    before = Call(t_in=0.0, t_out=1.0, status=OK, items=noted(admitted.items, answers), gone_at=0.5)

    assert Call.of_line(before.line()) == before
