"""The first day, periods by policy, and limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from consumer.preflight import accounting_preferences
from consumer.preflight.account_facts import Listed
from schemas.reading import CatalogRow, Health, Trouble
from tests.support.connection_files import connection
from tests.unit.preflight.test_login import FACTS

WITH_PERIODS = replace(FACTS, health=Health(features={"ACCOUNTINGPERIODS": True}, voids_by_journal=False))


def _month(month, closed="F", **more):
    values = {"start": f"2026-{month}-01", "end": f"2026-{month}-31", "closed": closed}
    return CatalogRow(id=month, name=f"month {month}", values=values | more)


def _period(rows=(), policy="hold", facts=WITH_PERIODS, trouble=None):
    listed = Listed(rows={row.id: row for row in rows}, trouble=trouble)
    found = accounting_preferences.findings(
        connection(closed_period=policy), replace(facts, lists={"periods": listed})
    )
    return next(one for one in found if one.id == "period")


@pytest.mark.parametrize(
    ("policy", "rows", "status", "said"),
    [
        ("hold", (_month("08", "T"), _month("09")), "fail", "wait"),
        ("reject", (_month("08", "T"), _month("09")), "fail", "are rejected"),
        ("next_open_period", (_month("08", "T"), _month("09")), "warn", "to the next open period"),
        ("next_open_period", (_month("08", "T"), _month("09", "T")), "fail", "find no open period"),
        ("hold", (_month("08"),), "ok", "open"),
        ("hold", (_month("09"),), "fail", "no accounting period"),
    ],
)
def test_a_closed_month_matters_by_what_is_to_be_done_with_its_documents(policy, rows, status, said):
    found = _period(rows, policy)

    assert found.status == status
    assert said in found.says


def test_quarters_and_years_hold_no_documents():
    quarter = _month("08", "T", quarter="T")

    assert "no accounting period" in _period((quarter,)).says


def test_an_account_without_periods_needs_none():
    assert _period(facts=replace(FACTS, health=Health())).status == "ok"


def test_periods_that_cannot_be_read_are_unknown():
    assert _period(trouble=Trouble(code="INSUFFICIENT_PERMISSION")).status == "unknown"


@pytest.mark.parametrize(("at_once", "refused", "status"), [(5, 0, "ok"), (5, 2, "warn"), (0, 0, "unknown")])
def test_refusals_at_the_configured_concurrency_are_warned_of(at_once, refused, status):
    found = accounting_preferences.findings(
        connection(), replace(WITH_PERIODS, at_once=at_once, refused=refused)
    )

    assert {one.id: one.status for one in found}["concurrency"] == status


@pytest.mark.parametrize(
    ("start", "status", "said"),
    [
        (date(2026, 1, 1), "ok", "from 2026-01-01 on"),
        (date(2026, 8, 1), "ok", "from 2026-08-01 on"),
        (date(2026, 8, 31), "warn", "30 days ahead"),
    ],
)
def test_a_start_in_the_future_is_warned_of(start, status, said):
    """Nothing would be booked until then, without an error event."""
    found = {
        one.id: one for one in accounting_preferences.findings(connection(start_date=start), WITH_PERIODS)
    }

    assert found["start_date"].status == status
    assert said in found["start_date"].says


def test_who_names_no_start_is_told_nothing_of_it():
    assert "start_date" not in {one.id for one in accounting_preferences.findings(connection(), WITH_PERIODS)}
