"""Customers of the model: companies and persons of several countries, zones and currencies."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.support import lago

Json = dict[str, Any]

# Without dinars: Lago bills them with three decimals, NetSuite has two (Oracle section_N1397831).
CURRENCIES = ("EUR", "USD", "JPY", "GBP", "HUF")
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "UTC")
COUNTRIES = ("DE", "US", "JP", "KW", "HU")


def customer(dice: Random, world: str) -> Json:
    """A new customer of a world; the world's name keeps the ids of different walks apart."""
    currency = dice.choice(CURRENCIES)
    zone = dice.choice(ZONES)
    lago_id = lago.id_of("customer", world)
    build = lago.customer if dice.random() < 0.75 else lago.individual
    return build(
        lago_id=lago_id,
        external_id=f"cus_{world}",
        slug=f"ACM-{world}",
        currency=currency,
        timezone=zone,
        applicable_timezone=zone,
        created_at="2026-07-30T09:15:42Z",
        updated_at="2026-07-30T09:15:42Z",
        **address(dice),
    )


def address(dice: Random) -> Json:
    """Where a customer lives, from now on."""
    return lago.address(address_line1=f"Torstraße {dice.randint(1, 229)}", country=dice.choice(COUNTRIES))
