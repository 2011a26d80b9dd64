"""NetSuite's own fields that a mapping sets: dates as dates, unknown ones named."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Switches
from tests.support.restlet import NetSuite, codes, customer, fee, untaxed


@pytest.fixture
def netsuite():
    made = NetSuite()
    made.write(customer())
    return made


def test_native_dates_of_lines_and_header_are_saved_as_dates(netsuite):
    """Text is refused by NetSuite unless it is in the user's format."""
    line = fee(rate="10", amount="10.00", revrecstartdate="2026-07-01", revrecenddate="2026-07-31")
    item = untaxed(lines=[line], columns={"saleseffectivedate": "2026-08-01", "startdate": "2026-07-01"})

    written = netsuite.write(item)[0]

    assert (written["status"], codes(written)) == ("created", [])
    kept = netsuite.one("invoice")
    assert (kept["saleseffectivedate"], kept["startdate"]) == ("2026-08-01", "2026-07-01")
    assert (kept["lines"][0]["revrecstartdate"], kept["lines"][0]["revrecenddate"]) == (
        "2026-07-01", "2026-07-31",
    )  # fmt: skip


def test_a_moment_is_no_day_and_the_error_says_what_is(netsuite):
    """Cutting it would be the wrong day in half of the world."""
    line = fee(rate="10", amount="10.00", revrecstartdate="2026-06-30T22:00:00+00:00")

    error = netsuite.write(untaxed(lines=[line]))[0]["error"]

    assert (error["code"], error["field"], error["line"]) == ("INVALID_FLD_VALUE", "revrecstartdate", 0)
    assert "fee.from_day and fee.to_day are such days" in error["message"]


@pytest.mark.parametrize("unknown_field", ["ignore", "refuse"])
def test_an_unknown_native_field_is_named_in_a_warning(unknown_field):
    """Whether NetSuite ignores or refuses it: the document is written without it, and the result says so."""
    netsuite = NetSuite(switches=Switches(unknown_field=unknown_field))
    netsuite.write(customer())
    line = fee(rate="10", amount="10.00", revrecbegin="2026-07-01")

    written = netsuite.write(untaxed(lines=[line], columns={"memoo": "x"}))[0]

    assert written["status"] == "created"
    missing = [one["field"] for one in written["warnings"] if one["code"] == "LAGO_FIELD_MISSING"]
    assert missing == ["memoo", "revrecbegin"]


def test_a_field_that_a_feature_would_bring_is_named_too():
    """Locations are off: the constant of the mapping goes nowhere."""
    netsuite = NetSuite("default")
    netsuite.reopen(features=netsuite.account.profile.features - {"LOCATIONS"})
    netsuite.write(customer())

    written = netsuite.write(untaxed(columns={"location": "3"}))[0]

    assert (written["status"], written["warnings"]) == (
        "created", [{"code": "LAGO_FIELD_MISSING", "field": "location"}],
    )  # fmt: skip
