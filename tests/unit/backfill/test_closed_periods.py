"""What of a plan lies in closed accounting periods, and what the plan says of it."""

from __future__ import annotations

from datetime import date

import pytest

from consumer.backfill.closed_periods import closed_part
from consumer.backfill.kinds import ORDER
from consumer.backfill.plan import BackfillPlan
from consumer.commands import closed_periods_report
from consumer.commands.backfill_periods import Unknown
from consumer.preflight import accounting_periods
from schemas.reading import CatalogRow
from tests.support.connection_files import connection


def period(name, first, last, **values):
    return CatalogRow(id=name, name=name, values={"start": first, "end": last} | values)


MONTHS = accounting_periods.months(
    [
        period("Jul 2026", "2026-07-01", "2026-07-31"),
        period("Q2 2026", "2026-04-01", "2026-06-30", quarter="T"),
        period("Jun 2026", "2026-06-01", "2026-06-30", ar_locked="T"),
        period("May 2026", "2026-05-01", "2026-05-31", closed="T"),
    ]
)


def plan():
    made = BackfillPlan()
    made.add("customer", [{"lago_id": "c", "created_at": "2026-05-02T00:00:00Z"}])
    made.add(
        "invoice",
        [
            invoice("1", "2026-05-31", 10_000),
            invoice("2", "2026-06-01", 2_550, currency="USD"),
            invoice("3", "2026-07-01", 70_000),
            invoice("4", "2026-04-30", 1),
            invoice("5", "2026-07-02", 900, status="voided", voided_at="2026-06-30T12:00:00Z"),
        ],
    )
    made.add("payment", [payment("6", "2026-05-03T09:00:00Z"), payment("7", "2026-07-03T09:00:00Z")])
    return made


def invoice(lago_id, day, cents, **changes):
    made = {"lago_id": lago_id, "issuing_date": day, "total_amount_cents": cents, "currency": "EUR"}
    return made | {"status": "finalized", "created_at": f"{day}T00:00:00Z"} | changes


def payment(lago_id, at):
    made = {"lago_id": lago_id, "created_at": at, "amount_cents": 300, "amount_currency": "EUR"}
    return made | {"payment_status": "succeeded"}


def test_documents_of_closed_and_of_locked_months_are_counted_by_kind_and_currency():
    """A void on its own day; quarters, customers and open months do not count."""
    found = closed_part(plan(), ORDER, MONTHS, None)

    assert found.periods == ["May 2026", "Jun 2026"]
    assert found.counts == {"invoice": 2, "payment": 1, "void": 1}
    assert found.sums["invoice"] == {"EUR": 10_000, "USD": 2_550}
    assert found.sums["payment"] == {"EUR": 300}
    assert found.without_period == 1


def test_what_the_worker_ignores_is_left_out():
    """Documents before the start date, and kinds that are not chosen."""
    found = closed_part(plan(), ("invoice",), MONTHS, date(2026, 6, 1))

    assert (found.counts, found.without_period) == ({"invoice": 1}, 0)


@pytest.mark.parametrize(
    ("policy", "becomes"),
    [
        ("hold", "wait (closed_period: hold)"),
        ("reject", "are rejected (closed_period: reject)"),
        ("next_open_period", "are posted to the next open period (closed_period: next_open_period)"),
    ],
)
def test_the_plan_says_what_becomes_of_them(policy, becomes):
    """By the policy of the connection, with sums in units of their currency."""
    chosen, found = connection(closed_period=policy), closed_part(plan(), ORDER, MONTHS, None)

    said = closed_periods_report.lines_of(found, chosen)
    content = closed_periods_report.content_of(found, chosen)

    assert said[0] == f"4 of these lie in closed periods and {becomes}:"
    assert said[1].split() == ["invoices", "2", "EUR", "100.00,", "USD", "25.50"]
    assert said[-2:] == (
        "  the periods: May 2026, Jun 2026",
        "1 lie in no accounting period, and NetSuite refuses them.",
    )
    assert content == {
        "known": True,
        "policy": policy,
        "periods": ["May 2026", "Jun 2026"],
        "counts": {"invoice": 2, "payment": 1, "void": 1},
        "sums": {"invoice": {"EUR": "100.00", "USD": "25.50"}, "payment": {"EUR": "3.00"}, "void": {}},
        "without_period": 1,
    }


def test_open_books_are_said_in_one_line():
    """Also where nothing is sent."""
    found = closed_part(BackfillPlan(), ORDER, MONTHS, None)

    assert closed_periods_report.lines_of(found, connection()) == ("Nothing of it lies in a closed period.",)


def test_what_is_not_known_is_said_with_its_reason_and_an_account_without_periods_is_silent():
    """A plan needs no NetSuite, and does not look complete without it."""
    unknown = Unknown(reason="the role may not see them")

    assert closed_periods_report.lines_of(unknown, connection()) == (
        "What lies in closed periods is not known: the role may not see them.",
    )
    assert closed_periods_report.content_of(unknown, connection()) == {
        "known": False,
        "reason": "the role may not see them",
        "policy": "hold",
    }
    assert closed_periods_report.lines_of(None, connection()) == ()
    assert closed_periods_report.content_of(None, connection()) is None
