"""What an act would do is said before: documents, sums, closed periods, time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consumer.failures import act_plan
from consumer.failures.act_plan import Counts, Group
from consumer.failures.closed_periods import ClosedPeriod, ClosedPeriods

MARCH = ClosedPeriod(name="Mar 2026", first="2026-03-01", last="2026-03-31")
KNOWN = ClosedPeriods(periods=(MARCH,))
SILENT = ClosedPeriods(unknown="NetSuite does not answer")


def group(day="2026-07-31", currency="EUR", amount="50.00", code="eu", *, is_refused=False):
    return Group(
        connection=code, day=day, currency=currency, documents=1,
        amount=None if amount is None else Decimal(amount), is_refused=is_refused,
    )  # fmt: skip


def plan(*groups, closed=KNOWN, act="replay", counts=None, rate_per_s=50.0):
    found = counts or Counts(failures=len(groups))
    return act_plan.of_groups(act, groups, lambda _: closed, counts=found, rate_per_s=rate_per_s)


def test_sums_are_by_currency_and_what_has_no_amount_still_counts():
    """Amounts of different currencies are never added."""
    found = plan(group(), group(amount="1"), group(currency="JPY", amount="800"), group(amount=None))

    assert found.documents == 4
    assert found.as_json()["amounts"] == {"EUR": "51.00", "JPY": "800"}
    assert next(act_plan.sentences(found)) == "4 documents: 51.00 EUR, 800 JPY."


@pytest.mark.parametrize(
    ("day", "is_closed"),
    [("2026-02-28", 0), ("2026-03-01", 1), ("2026-03-31", 1), ("2026-04-01", 0), ("", 0)],
)
def test_both_ends_of_a_closed_period_belong_to_it(day, is_closed):
    """A document without a day lies in none."""
    assert plan(group(day)).closed.documents == is_closed


def test_closed_periods_are_named_with_their_sum():
    """So that finance knows which to open."""
    found = plan(group("2026-03-05"), group("2026-03-06", amount="8"), group())

    assert found.closed.amounts == {"EUR": Decimal(58)}
    assert "2 of them lie in a closed period (Mar 2026): 58.00 EUR." in list(act_plan.sentences(found))


def test_while_the_periods_are_not_known_what_netsuite_has_refused_counts():
    """And the reason is said: none is not claimed."""
    found = plan(group("2026-03-05", is_refused=True), group("2026-03-06"), closed=SILENT)

    assert (found.closed.documents, found.as_json()["closed_periods"]["known"]) == (1, False)
    assert list(act_plan.sentences(found))[1:3] == [
        "1 of them lies in a closed period: 50.00 EUR.",
        "Whether others lie in closed periods is not known: NetSuite does not answer.",
    ]


def test_a_period_that_was_opened_since_the_refusal_does_not_count():
    """What the account says now is newer than the refusal."""
    found = plan(group("2026-04-05", is_refused=True))

    assert found.closed.documents == 0
    assert "None of them lies in a closed period." in list(act_plan.sentences(found))


@pytest.mark.parametrize(
    ("failures", "rate_per_s", "said"),
    [(3, 50.0, "about 1 s"), (500, 50.0, "about 10 s"), (500, 0.5, "about 16 min 40 s")],
)
def test_the_time_follows_from_the_rate(failures, rate_per_s, said):
    """Of a replay; what closes takes its own time."""
    found = plan(group(), counts=Counts(failures=failures), rate_per_s=rate_per_s)

    assert said in list(act_plan.sentences(found))[-1]
    assert found.as_json()["takes_s"] == round(failures / rate_per_s, 2)


def test_what_is_left_out_is_said():
    """It cannot succeed unchanged."""
    found = plan(group(), counts=Counts(failures=1, left_out=2))

    assert "2 more cannot succeed unchanged, and are left out." in list(act_plan.sentences(found))


def test_nothing_is_said_plainly():
    """Without figures."""
    assert list(act_plan.sentences(plan())) == ["Nothing fits."]
