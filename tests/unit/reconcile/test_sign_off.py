"""A month is signed off by the latest comparison that covers it and began after its last day."""

from zoneinfo import ZoneInfo

import pytest

from consumer.commands import sign_off as command
from consumer.commands.sign_off import Wish
from consumer.reconcile.sign_off import Month, latest_over
from schemas.audit import AuditRecord
from schemas.reconciliation import Reconciliation

OCTOBER = Month.of("2026-10")


def run(run_id="1", at="2026-11-02T08:00:00Z", **changes):
    known = {
        "connection": "netsuite-eu", "run_id": run_id, "started_at": at, "ended_at": at, "actor": "ada",
        "outcome": "in_balance", "documents": {"invoice": 3}, "difference_count": 0,
    }  # fmt: skip
    return Reconciliation.model_validate(known | changes)


def differing():
    return run(outcome="not_in_balance", difference_count=2, differences_by_kind={"total": 2})


def wish(**changes):
    known = {"connection": "netsuite-eu", "month": OCTOBER, "reason": "checked", "actor": "ada"}
    return Wish(**known | changes)


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "october", "0000-01", "2026-10-01", ""])
def test_what_is_no_month_is_none(text):
    """The command says so."""
    assert Month.of(text) is None


def test_a_month_ends_on_its_last_day():
    """In leap years, too."""
    assert [str(Month.of(each).last) for each in ("2026-10", "2024-02")] == ["2026-10-31", "2024-02-29"]


@pytest.mark.parametrize(
    ("changes", "is_fit"),
    [
        ({}, True),
        ({"until": "2026-10-31"}, True),
        ({"since": "2026-10-01", "until": "2026-11-30"}, True),
        ({"since": "2026-10-02"}, False),
        ({"until": "2026-10-30"}, False),
        ({"customers": ["acme"]}, False),
        ({"connection": "netsuite-us"}, False),
        ({"at": "2026-10-31T23:00:00Z"}, False),
    ],
)
def test_a_run_is_fit_when_it_covers_the_whole_month_after_its_end(changes, is_fit):
    """All customers, all days, of this connection."""
    assert (latest_over(OCTOBER, "netsuite-eu", [run(**changes)]) is not None) is is_fit


@pytest.mark.parametrize(
    ("zone", "at", "is_fit"),
    [
        ("Europe/Berlin", "2026-10-31T22:59:59Z", False),
        ("Europe/Berlin", "2026-10-31T23:00:00Z", True),
        ("America/Los_Angeles", "2026-11-01T06:59:59.000Z", False),
        ("America/Los_Angeles", "2026-11-01T07:00:00.000Z", True),
        ("America/Los_Angeles", "no moment", False),
    ],
)
def test_a_month_ends_in_the_time_zone_of_the_connection(zone, at, is_fit):
    """As its documents are dated."""
    found = latest_over(OCTOBER, "netsuite-eu", [run(at=at)], ZoneInfo(zone))

    assert (found is not None) is is_fit


def test_the_latest_run_counts():
    """A later one may have found differences."""
    runs = [run("2", "2026-11-03T08:00:00Z"), run("1"), run("3", "2026-11-04T08:00:00Z", customers=["x"])]

    assert latest_over(OCTOBER, "netsuite-eu", runs).run_id == "2"


def test_accepted_differences_hinder_no_sign_off_and_are_on_its_record():
    """They are named once more."""
    compared = run(accepted_count=2, accepted_by_kind={"tax": 2})

    assert command.is_possible(wish(), compared)
    assert command.details_of(wish(), compared)["accepted"] == "2"
    assert "  2 tax, accepted before" in command.lines_of(wish(), compared, [])


def test_books_that_do_not_agree_are_signed_off_only_when_that_is_said():
    """With their number on the record."""
    assert command.is_possible(wish(), run())
    assert not command.is_possible(wish(), differing())
    assert command.is_possible(wish(has_differences=True), differing())
    assert command.details_of(wish(), differing())["differences"] == "2"


def test_the_output_says_what_is_signed_and_by_whom_before():
    """Of the same month and connection only."""
    before = AuditRecord(
        connection="netsuite-eu", act="sign_off", actor="bob", at="2026-11-01T00:00:00Z", reason="early",
        details={"month": "2026-10"},
    )  # fmt: skip
    others = [before.model_copy(update={"details": {"month": "2026-09"}, "actor": "eve"})]

    lines = command.lines_of(wish(), differing(), [before, *others])

    assert lines == [
        "netsuite-eu, 2026-10: 3 documents were compared at 2026-11-02T08:00:00Z.",
        "  2 total",
        "  signed off before, at 2026-11-01T00:00:00Z by bob: early",
        "Not signed off: 2 differences. End them, or repeat with --with-differences.",
    ]
    assert (
        command.lines_of(wish(), run(), [])[-1] == "ada would sign it off with 0 differences; --go does it."
    )
    assert command.lines_of(wish(go=True), run(), [])[-1] == "Signed off by ada: checked"
