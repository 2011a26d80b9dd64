"""Tax in a foreign currency is compared by the document's rate, and then by the record itself."""

from decimal import Decimal

import pytest

from consumer.reconcile import foreign_taxes
from consumer.reconcile.difference import Difference
from consumer.reconcile.foreign_taxes import ForeignTaxes
from schemas.ledger import LedgerRow


def row(tax, base_tax=None, rate=None):
    known = {"type": "invoice", "internalId": "9001", "tax": tax, "baseTax": base_tax, "exchangeRate": rate}
    return LedgerRow.model_validate(known)


def tax_of(lago, netsuite, lago_id="i"):
    return Difference(
        what="tax",
        kind="invoice",
        number="N-1",
        lago_id=lago_id,
        currency="JPY",
        lago=lago,
        netsuite=netsuite,
    )


@pytest.mark.parametrize(
    ("lago", "found", "is_other"),
    [
        ("1.90", row("1.90"), False),
        ("1.90", row("1.91"), True),
        ("85.33", row("85.33", "93.86", "1.1"), False),
        ("85.32", row("85.33", "93.86", "1.1"), True),
        ("1901", row("1901", "12.74", "0.0067"), False),
        ("1902", row("1901", "12.74", "0.0067"), False),
        ("1903", row("1901", "12.74", "0.0067"), True),
        ("0", row("0.00"), False),
        ("1.90", row("0.00", "0.00", "1.1"), True),
        ("0", row("1.90", "2.09", "1.1"), True),
    ],
)
def test_a_tax_differs_where_no_rounding_explains_it(lago, found, is_other):
    """A yen is less than a cent: there a search cannot tell one from the next."""
    assert foreign_taxes.differs(Decimal(lago), found) is is_other


def confirmed(difference, exact):
    taxes = ForeignTaxes()
    taxes.note([difference], row("1903", "12.75", "0.0067"))
    assert taxes.internal_ids == ["9001"]
    taxes.confirm(exact)
    return list(taxes.confirmed([difference]))


def test_a_record_with_lagos_tax_is_no_difference():
    """NetSuite may round each tax line by itself."""
    assert confirmed(tax_of("1902", "1903"), row("1902")) == []


def test_a_record_with_another_tax_is_one_with_its_own_figure():
    """And not with the one that was computed."""
    assert confirmed(tax_of("1902", "1903"), row("1904")) == [tax_of("1902", "1904")]


def test_what_is_not_read_stays_as_it_is():
    """Also where the role may not load it."""
    taken = tax_of("1902", "1903")

    assert confirmed(taken, row("1903", "12.75", "0.0067")) == [taken]
    assert list(ForeignTaxes().confirmed([taken])) == [taken]


def test_only_taxes_in_foreign_currencies_are_read():
    """Everything else a search shows as it is."""
    taxes = ForeignTaxes()
    taxes.note([tax_of("1.90", "1.91")], row("1.91"))
    taxes.note([Difference(what="total", kind="invoice", number="N")], row("1.91", "2.10", "1.1"))

    assert taxes.internal_ids == []
