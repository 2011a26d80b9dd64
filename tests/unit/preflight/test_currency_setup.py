"""Facts about currencies that cannot be read are reported as unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consumer.preflight import currency_setup
from schemas.reading import CurrencyFound, Health
from tests.support.connection_files import connection
from tests.unit.preflight.test_login import FACTS

DOLLARS = CurrencyFound(symbol="USD", decimals=2, is_base=True)


def _said(mapped, found, *, has_several=True):
    health = Health(features={"MULTICURRENCY": has_several}, currencies=found)
    wanted = connection(mapping={"currencies": mapped})
    return {one.id: one.status for one in currency_setup.findings(wanted, replace(FACTS, health=health))}


def test_decimals_that_netsuite_does_not_tell_are_unknown():
    """An older script, or a role that may not load currencies."""
    assert _said({"USD": "1"}, {"1": None}) == {"currency_decimals": "unknown"}


def test_a_base_currency_that_netsuite_does_not_tell_is_unknown():
    said = _said({"USD": "1"}, {"1": None}, has_several=False)

    assert said == {"feature.MULTICURRENCY": "unknown", "currency_decimals": "unknown"}


def test_two_currencies_are_too_many_whichever_is_the_base():
    assert _said({"USD": "1", "EUR": "2"}, {}, has_several=False)["feature.MULTICURRENCY"] == "fail"


def test_the_base_currency_alone_is_in_order():
    assert _said({"USD": "1"}, {"1": DOLLARS}, has_several=False) == {"currency_decimals": "ok"}


def test_who_maps_no_currency_is_told_nothing():
    assert _said({}, {}, has_several=False) == {}


@pytest.mark.parametrize(
    ("symbol", "decimals", "status"),
    [
        ("EUR", 2, "ok"),
        ("EUR", 0, "fail"),
        ("JPY", 0, "ok"),
        ("JPY", 2, "fail"),
        ("KWD", 2, "warn"),
        ("KWD", 0, "fail"),
        ("TND", 2, "ok"),
        ("HUF", 0, "ok"),
        ("HUF", 2, "ok"),
        ("CLF", 2, "warn"),
    ],
)
def test_decimals_follow_iso_or_what_lago_bills(symbol, decimals, status):
    """Lago writes Tunisian dinars in hundredths and forints whole, and neither loses anything."""
    found = _said({symbol: "1"}, {"1": CurrencyFound(symbol=symbol, decimals=decimals)})

    assert list(found.values()) == [status]
