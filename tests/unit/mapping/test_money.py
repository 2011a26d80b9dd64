"""Amounts are read by Lago's own table of currencies and written without loss."""

from decimal import Decimal

import pytest

from consumer.mapping import money

UNDIVIDED = [
    "BIF", "CLP", "DJF", "GNF", "HUF", "ISK", "JPY", "KMF", "KRW",
    "MGA", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
]  # fmt: skip


@pytest.mark.parametrize("currency", UNDIVIDED)
def test_undivided_currencies_have_no_decimals(currency):
    """Lago's table, which differs from ISO 4217 for HUF, ISK, MGA and UGX among others."""
    assert money.subunits_per_unit(currency) == 1
    assert money.major(12_345, currency) == "12345"


@pytest.mark.parametrize(
    ("currency", "subunits", "written"),
    [
        ("EUR", 100, "123.45"),
        ("USD", 100, "123.45"),
        ("TND", 100, "123.45"),  # not accepted by Lago, so the common rule holds
        ("BHD", 1000, "12.345"),
        ("JOD", 1000, "12.345"),
        ("KWD", 1000, "12.345"),
        ("CLF", 10_000, "1.2345"),
        ("MRO", 5, "2469.0"),
    ],
)
def test_divided_currencies_have_the_decimals_of_their_subunits(currency, subunits, written):
    """Hundredths unless the currency is special."""
    assert money.subunits_per_unit(currency) == subunits
    assert money.major(12_345, currency) == written


@pytest.mark.parametrize(
    ("cents", "currency", "written"),
    [
        (0, "EUR", "0.00"),
        (-1, "EUR", "-0.01"),
        (-5000, "JPY", "-5000"),
        (7, "KWD", "0.007"),
        (3, "MRO", "0.6"),
        (10**18, "EUR", "10000000000000000.00"),
        (999_999_999_999_999_999, "CLF", "99999999999999.9999"),
    ],
)
def test_an_amount_keeps_every_subunit(cents, currency, written):
    """Neither zero, nor a minus, nor size loses a digit."""
    assert money.major(cents, currency) == written


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1575.74", "KWD", "1575.740"),
        ("1575.740", "EUR", "1575.74"),
        ("1000.00", "JPY", "1000"),
        ("0.125", "EUR", "0.125"),
        ("0", "EUR", "0.00"),
        ("-1E+2", "EUR", "-100.00"),
        ("7", "", "7.00"),
        ("NaN", "EUR", "NaN"),
        ("1E+400000", "EUR", "1E+400000"),
    ],
)
def test_an_amount_has_all_of_its_currencys_decimals_and_loses_none(amount, currency, written):
    """The same amount is the same text, whoever wrote it."""
    assert money.in_units(Decimal(amount), currency) == written


def test_units_become_subunits_without_rounding():
    """Fractions of a subunit are the weight for sharing out tax."""
    assert money.to_subunits(Decimal("0.12345678901234567890123456789"), "KWD") == Decimal(
        "123.45678901234567890123456789"
    )


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("2", "2.0"),
        ("1250000.0", "1250000.0"),
        ("0.00023", "0.00023"),
        ("4.1212121212334", "4.1212121212334"),  # fifteen characters stay as they are
        ("4.12121212123341", "4.1212121212334"),
        ("1.333333333333333", "1.3333333333333"),
        ("0.00000000000004", "0.0"),  # below 5e-14 nothing is left
        ("0.00000000000005", "0.0000000000001"),
        ("-1.3333333333333333", "-1.333333333333"),
        ("-0.00000000000001", "-0.0"),
        ("1234567890.123456", "1234567890.1235"),
        ("99999999.9999999999", "100000000.0"),
        ("9999999999999.99", "10000000000000"),  # with ".0" it would be sixteen again
        ("12345678901234.5", "12345678901235"),
        ("123456789012345", "123456789012345"),
        ("1E+5", "100000.0"),
        ("15.00000000000000000000", "15.0"),
    ],
)
def test_a_number_is_written_in_fifteen_characters_at_most(number, written):
    """NetSuite refuses more; what is cut is rounded half up, as Lago does."""
    assert money.limited(Decimal(number)) == written
    assert len(written) <= money.MAX_NUMBER_CHARS


def test_a_number_whose_whole_part_is_too_long_keeps_it():
    """Sixteen digits before the point cannot be shortened without becoming another number."""
    assert money.limited(Decimal("1234567890123456.7")) == "1234567890123457"


def shared(total, *exact, order=None):
    names = order or [str(place) for place in range(len(exact))]
    return money.share_out(total, [Decimal(share) for share in exact], names)


def test_shares_that_fit_stay_as_they_are():
    """Nothing to correct."""
    assert shared(6, "1", "2", "3") == (1, 2, 3)


def test_the_largest_remainder_gains_first():
    """Who lost most by rounding down gets the missing unit."""
    assert shared(4, "1.2", "1.7", "1.1") == (1, 2, 1)


def test_equal_remainders_are_settled_by_order_and_not_by_sequence():
    """The same line gets the unit however the event lists its fees."""
    assert shared(200, "66.6", "66.6", "66.6", order=["b", "c", "a"]) == (67, 66, 67)
    assert shared(200, "66.6", "66.6", "66.6", order=["a", "b", "c"]) == (67, 67, 66)


def test_who_lost_least_gives_first():
    """When the total is below the shares rounded down, the smallest remainder gives."""
    assert shared(2, "1.9", "2.1") == (1, 1)


def test_a_share_of_zero_is_neither_given_nor_taken_from():
    """A discount line carries no tax."""
    assert shared(4, "0", "1.5", "0", "1.5") == (0, 2, 0, 2)


def test_more_units_than_shares_go_round():
    """Each open share gains before one gains twice."""
    assert shared(5, "1", "1") == (3, 2)


def test_negative_shares_sum_up_too():
    """A credited fee's tax is below zero."""
    assert shared(-3, "-1.5", "-1.5") == (-1, -2)


def test_nothing_to_share_and_nobody_to_share_is_empty():
    """An untaxed document."""
    assert shared(0) == ()
    assert shared(0, "0", "0") == (0, 0)


def test_a_total_cannot_be_shared_out_over_nothing():
    """Tax without a taxed line is an error of the caller."""
    with pytest.raises(ValueError, match="3 cannot be shared out"):
        shared(3, "0", "0")
