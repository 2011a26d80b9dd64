"""Periods since the first day, and the preference that ties dates to their period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from consumer.preflight import posting_periods
from consumer.preflight.account_facts import Listed
from schemas.reading import CatalogRow, Health
from tests.support.connection_files import connection
from tests.unit.preflight.test_login import FACTS

LAST_DAYS = {"05": 31, "06": 30, "07": 31, "08": 31}


def _month(month, **values):
    span = {"start": f"2026-{month}-01", "end": f"2026-{month}-{LAST_DAYS[month]}", "closed": "F"}
    return CatalogRow(id=month, name=f"month {month}", values=span | values)


def _found(*rows, outside=None, **settings):
    health = Health(features={"ACCOUNTINGPERIODS": True}, outside_period=outside)
    facts = replace(FACTS, health=health, lists={"periods": Listed(rows={row.id: row for row in rows})})
    return {one.id: one for one in posting_periods.findings(connection(**settings), facts)}


@pytest.mark.parametrize(
    ("outside", "status"),
    [("DISALLOW", "fail"), ("Disallow", "fail"), ("WARN", None), ("ALLOW", None), (None, "unknown")],
)
def test_moving_documents_on_needs_the_preference(outside, status):
    found = _found(_month("08"), outside=outside, closed_period="next_open_period").get("period.outside")

    assert (found and found.status) == status


def test_who_moves_nothing_on_is_told_nothing_of_the_preference():
    assert "period.outside" not in _found(_month("08"), outside="DISALLOW", closed_period="hold")


@pytest.mark.parametrize(
    ("policy", "effect"),
    [("hold", "wait"), ("reject", "are rejected"), ("next_open_period", "to the next open period")],
)
def test_past_months_that_are_shut_matter_by_what_is_done_with_their_documents(policy, effect):
    rows = (_month("06", closed="T"), _month("07", ar_locked="T"), _month("08"))

    found = _found(*rows, start_date=date(2026, 6, 15), closed_period=policy)["period.start_date"]

    assert found.status == "warn"
    assert "month 06 (closed), month 07 (locked for A/R)" in found.says
    assert effect in found.says


def test_months_before_the_first_day_do_not_matter():
    found = _found(_month("06", closed="T"), _month("07"), _month("08"), start_date=date(2026, 7, 1))

    assert "period.start_date" not in found


def test_without_a_first_day_past_months_are_not_looked_at():
    """Then only what is new is carried."""
    assert "period.start_date" not in _found(_month("07", closed="T"), _month("08"))


@pytest.mark.parametrize("months", [("05", "07", "08"), ("07", "08"), ("05", "06", "08")])
def test_days_that_are_in_no_period_are_named(months):
    found = _found(*map(_month, months), start_date=date(2026, 5, 20))["period.start_date"]

    assert found.says.startswith("no accounting period holds 2026-0")


def test_a_month_of_today_that_is_shut_is_named_once():
    found = _found(_month("07"), _month("08", closed="T"), start_date=date(2026, 7, 1))

    assert found["period"].status == "fail"
    assert "period.start_date" not in found
