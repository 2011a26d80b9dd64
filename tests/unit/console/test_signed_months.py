"""The months that are signed off are listed: which, by whom, when, with which differences and sums."""

from __future__ import annotations

import pytest

from consumer.commands import sign_off
from consumer.console import signed_months
from consumer.reconcile.sign_off import Month
from schemas.reconciliation import MonthTotal, OpenBalance
from tests.support import topic_records as topics
from tests.unit.reconcile.test_sign_off import run

CODE = "netsuite-eu"
JULY = Month.of("2026-07")


def signed(month, *, offset, at="2026-08-01T09:00:00Z", actor="grace", connection=CODE, **details):
    known = {"month": month, "run_id": "r", "documents": "65", "differences": "0", "accepted": "2"}
    return topics.acted(
        offset=offset, connection=connection, act="sign_off", actor=actor, at=at, reason="checked",
        details=known | details,
    )  # fmt: skip


async def test_signed_months_are_listed_with_who_when_and_what(console):
    """The latest month first; each leads to the comparison that it was signed by."""
    known = topics.reconciled(offset=1, run_id="r")
    console.take(
        known, signed("2026-07", offset=7, open_EUR="Lago 4.50, NetSuite 4.50"), signed("2026-06", offset=8)
    )

    text = (await console.http.get("/reconciliation")).text
    content = (await console.http.get("/api/v1/signed-months")).json()

    section = text.partition('id="months"')[2]
    for shown in ("July 2026", "June 2026", "grace", "Checked.", "65", "Open, EUR: Lago 4.50, NetSuite 4.50"):
        assert shown in section.partition("</section>")[0]
    assert f'href="/reconciliation/{CODE}:r"' in section
    assert [each["month"] for each in content["months"]] == ["2026-07", "2026-06"]
    assert content["months"][0] | {"sums": {}} == {
        "month": "2026-07", "connection": CODE, "actor": "grace", "at": "2026-08-01T09:00:00Z",
        "reason": "checked", "run": f"{CODE}:r", "compared_at": "", "documents": "65", "differences": "0",
        "accepted": "2", "sums": {}, "is_latest": True,
    }  # fmt: skip


async def test_all_signed_months_are_a_page_of_their_own(console):
    """For print, and with a sentence where there is none."""
    assert "Nobody has signed off a month yet" in (await console.http.get("/reconciliation/months")).text

    console.take(*[signed(f"2025-{number:02}", offset=number + 6) for number in range(1, 13)])
    console.take(signed("2026-01", offset=30))

    assert "January 2025" in (await console.http.get("/reconciliation/months")).text
    assert "January 2025" not in (await console.http.get("/reconciliation")).text


def test_a_month_that_is_signed_again_says_so(console):
    """The latest one stands first; each connection counts by itself."""
    console.take(
        signed("2026-07", offset=7, at="2026-08-01T09:00:00Z"),
        signed("2026-07", offset=8, at="2026-08-02T09:00:00Z", actor="ada"),
        signed("2026-07", offset=9, at="2026-08-03T09:00:00Z", connection="netsuite-us"),
    )

    found = signed_months.listed(console.connection)

    assert [(each.connection, each.actor, each.is_latest) for each in found] == [
        ("netsuite-us", "grace", True),
        (CODE, "ada", True),
        (CODE, "grace", False),
    ]


@pytest.mark.parametrize("month", ["", "2026-13", "<b>"])
def test_a_record_that_names_no_month_is_passed_over(console, month):
    """Whoever has written it."""
    console.take(signed(month, offset=7))

    assert signed_months.listed(console.connection) == []


def test_a_comparison_that_the_console_has_no_more_is_no_link(console):
    """Comparisons are kept for 400 days, acts for ever."""
    console.take(signed("2026-07", offset=7, run_id="gone"))

    [found] = signed_months.listed(console.connection)

    assert found.run == ""


def test_what_is_signed_goes_on_record_with_the_sums_of_its_month():
    """They outlive the comparison; those of other months are not its."""
    total = MonthTotal(
        month="2026-07", kind="credit_note", currency="EUR", lago_count=3, lago_total="9.00",
        netsuite_count=3, netsuite_total="9.00",
    )  # fmt: skip
    compared = run(
        balances=[OpenBalance(currency="EUR", lago="4.50", netsuite="4.50")],
        totals=[total, total.model_copy(update={"month": "2026-06", "currency": "USD"})],
    )
    wish = sign_off.Wish(connection=CODE, month=JULY, reason="checked", actor="ada")

    details = sign_off.details_of(wish, compared)

    assert details["total_credit_note_EUR"] == "Lago 3 over 9.00, NetSuite 3 over 9.00"
    assert details["open_EUR"] == "Lago 4.50, NetSuite 4.50"
    assert not [name for name in details if "USD" in name]
    assert list(signed_months._sums(details)) == [
        ("credit notes, EUR", "Lago 3 over 9.00, NetSuite 3 over 9.00"),
        ("open, EUR", "Lago 4.50, NetSuite 4.50"),
    ]
