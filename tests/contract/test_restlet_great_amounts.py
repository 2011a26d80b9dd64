"""Amounts above 2^31, which are usual in yen, rupiah and dong, are booked as they are."""

from __future__ import annotations

import pytest

from tests.support.restlet import NetSuite, customer, fee, untaxed

GREAT = ["2147483648.00", "3000000001.00", "10000000000000.00"]


@pytest.mark.parametrize("amount", GREAT)
def test_a_great_amount_without_decimals_is_booked(amount):
    netsuite = NetSuite()
    expect = {"subtotal": amount, "tax": "0.00", "total": amount}
    line = fee(quantity="1", rate=amount, amount=amount)

    _, written = netsuite.write(customer(), untaxed(lines=[line], expect=expect))

    assert (written["status"], written["totals"]) == ("created", expect)
