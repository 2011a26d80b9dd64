"""Filters let through what matches all of them."""

from datetime import UTC, datetime

import pytest

from consumer.failures.selection import Selection
from tests.unit.failures.errors import failure

ONE = failure(1, customers=frozenset({"cus-1", "ext-1"}), published_ms=1_785_542_400_000)
AT = datetime(2026, 8, 1, tzinfo=UTC)
LATER = datetime(2026, 8, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passing", "failing"),
    [
        ({"codes": frozenset({"invalid_mapping", "x"})}, {"codes": frozenset({"x"})}),
        ({"connections": frozenset({"netsuite-eu"})}, {"connections": frozenset({"netsuite-us"})}),
        ({"ids": frozenset({"error-1"})}, {"ids": frozenset({"error-2"})}),
        ({"kinds": frozenset({"invoice"})}, {"kinds": frozenset({"payment", "void"})}),
        ({"customer": "cus-1"}, {"customer": "cus-2"}),
        ({"customer": "ext-1"}, {"customer": "ext"}),
        ({"number": "ACME-1"}, {"number": "ACME-2"}),
        ({"since": AT}, {"since": LATER}),
        ({"until": LATER}, {"until": AT}),
    ],
)
def test_each_filter_lets_its_own_through(passing, failing):
    """And nothing else."""
    assert Selection(**passing).of([ONE]) == [ONE]
    assert Selection(**failing).of([ONE]) == []


def test_a_receipt_is_a_payment_and_a_void_is_of_an_invoice():
    """As a person names them, who knows no type of an event."""
    receipt = failure(1, object="payment_receipt", event="payment_receipt.created")
    void = failure(2, event="invoice.voided")

    assert Selection(kinds=frozenset({"payment"})).of([receipt, void]) == [receipt]
    assert Selection(kinds=frozenset({"void"})).of([receipt, void, ONE]) == [void]
    assert Selection(kinds=frozenset({"invoice"})).of([receipt, void, ONE]) == [void, ONE]


def test_all_filters_must_match():
    """One that does not is enough."""
    assert not Selection(kinds=frozenset({"invoice"}), number="other").matches(ONE)


def test_without_filters_everything_passes():
    """In its order."""
    assert Selection().of([ONE, failure(2)]) == [ONE, failure(2)]


def test_what_cannot_succeed_goes_back_only_by_name():
    """By its code or its id."""
    broken = failure(1, is_retryable=False, code="undecodable")

    assert not Selection().may_replay(broken)
    assert Selection(codes=frozenset({"undecodable"})).may_replay(broken)
    assert Selection(ids=frozenset({"error-1"})).may_replay(broken)
