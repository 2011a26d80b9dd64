"""One rule says which comparison counts, for the commands and for the console."""

from __future__ import annotations

import pytest

from consumer.reconcile.counting_run import counting, covers
from tests.unit.reconcile.test_sign_off import run

WHOLE, PART, OTHER = {}, {"customers": ("cus_1",)}, {"customers": ("cus_2",)}
BOTH = {"customers": ("cus_2", "cus_1")}
JULY = {"since": "2026-07-01", "until": "2026-07-31"}
SUMMER = {"since": "2026-06-01", "until": "2026-08-31"}
GOOD, BAD = {"outcome": "in_balance"}, {"outcome": "not_in_balance", "difference_count": 1}


@pytest.mark.parametrize(
    ("runs", "counts"),
    [
        ([WHOLE | BAD, PART | GOOD], 0),
        ([WHOLE | BAD, PART | BAD], 0),
        ([WHOLE | GOOD, PART | GOOD], 0),
        ([WHOLE | GOOD, PART | BAD], 1),
        ([WHOLE | GOOD, PART | BAD, OTHER | GOOD], 1),
        ([WHOLE | GOOD, PART | BAD, PART | GOOD], 0),
        ([WHOLE | GOOD, PART | BAD, PART | BAD], 2),
        ([WHOLE | GOOD, PART | BAD, BOTH | GOOD], 0),
        ([WHOLE | GOOD, BOTH | BAD, PART | GOOD], 1),
        ([WHOLE | GOOD, PART | BAD, OTHER | BAD, OTHER | GOOD], 1),
        ([WHOLE | GOOD, JULY | BAD, SUMMER | GOOD], 0),
        ([WHOLE | GOOD, SUMMER | BAD, JULY | GOOD], 1),
        ([WHOLE | GOOD, JULY | BAD, JULY | PART | GOOD], 1),
        ([WHOLE | BAD, PART | BAD, WHOLE | GOOD], 2),
        ([PART | GOOD], 0),
        ([PART | GOOD, OTHER | GOOD], 1),
        ([PART | GOOD, OTHER | BAD], 1),
        ([PART | BAD, OTHER | GOOD], 0),
    ],
)
def test_a_comparison_of_some_documents_does_not_speak_for_the_others(runs, counts):
    """It counts where it finds what the whole one did not, until all of it is compared again."""
    made = [run(run_id=str(place), **each) for place, each in enumerate(runs)]

    assert counting(made)["netsuite-eu"].run_id == str(counts)


def test_connections_count_apart():
    """What is compared of one says nothing of another."""
    made = [run(run_id="eu", **WHOLE | BAD), run(run_id="us", connection="netsuite-us", **WHOLE | GOOD)]

    assert {code: found.run_id for code, found in counting(made).items()} == {
        "netsuite-eu": "eu",
        "netsuite-us": "us",
    }
    assert counting([]) == {}


@pytest.mark.parametrize(
    ("wide", "narrow", "is_covered"),
    [
        (WHOLE, JULY, True),
        (JULY, WHOLE, False),
        (SUMMER, JULY, True),
        ({"since": "2026-07-01"}, JULY, True),
        ({"since": "2026-07-02"}, JULY, False),
        ({"until": "2026-07-31"}, JULY, True),
        (PART, PART, True),
        (PART, WHOLE, False),
        (JULY | PART, JULY, False),
        (JULY, JULY | PART, True),
    ],
)
def test_a_run_covers_what_lies_within_its_days_and_customers(wide, narrow, is_covered):
    """No limit is wider than every limit."""
    assert covers(run(**wide), run(**narrow)) is is_covered
