"""
Amounts: Lago's integers of subunits, and NetSuite's decimals.

The number of subunits per unit is that of Lago's own table (gem ``money`` 7.0.2 with Lago's accepted
currencies), which differs from ISO 4217 for some currencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

_UNDIVIDED = frozenset(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "HUF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    )
)
_FACTORS = dict.fromkeys(_UNDIVIDED, 1) | {"BHD": 1000, "JOD": 1000, "KWD": 1000, "CLF": 10000, "MRO": 5}

# NetSuite refuses numbers of more characters, as Lago observed in production (lago-api MAX_DECIMALS).
MAX_NUMBER_CHARS = 15
MOST_DIGITS = 40
"""No amount has more before its decimal point."""
MOST_WHOLE = 10**MOST_DIGITS
# More digits than any amount has; a context of its own, independent of the thread's decimal context.
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)


def subunits_per_unit(currency: str) -> int:
    """The number of Lago's subunits in one unit of the currency: 100 for most currencies."""
    return _FACTORS.get(currency, 100)


@lru_cache
def decimals(currency: str) -> int:
    """The number of decimals of an amount in the currency."""
    return len(str(subunits_per_unit(currency))) - 1 or int(subunits_per_unit(currency) == 5)


def major(cents: int, currency: str) -> str:
    """An amount in units, as plain decimal text with all of the currency's decimals: ``671.27``, ``1000``."""
    places = decimals(currency)
    if currency in _FACTORS or abs(cents) > MOST_WHOLE:
        amount = _WIDE.divide(Decimal(cents), Decimal(subunits_per_unit(currency)))
        return f"{amount:.{places}f}"
    # A dozen amounts of a document, in a third of the time of a division.
    whole, rest = divmod(abs(cents), 100)
    return f"-{whole}.{rest:02d}" if cents < 0 else f"{whole}.{rest:02d}"


def in_units(amount: Decimal, currency: str) -> str:
    """
    An amount in units, with all of the currency's decimals, and with more where the amount has more.

    So that the same amount is the same text on both sides: NetSuite keeps two decimals of ``1575.740`` KWD.
    """
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
        return str(amount)
    has_decimals = -int(_WIDE.plus(amount).normalize(_WIDE).as_tuple().exponent)
    return f"{amount:.{max(decimals(currency), has_decimals)}f}"


def to_subunits(units: Decimal, currency: str) -> Decimal:
    """An amount in units as (fractional) subunits."""
    return _WIDE.multiply(units, Decimal(subunits_per_unit(currency)))


def limited(number: Decimal) -> str:
    """
    A number in at most fifteen characters, rounded half up if it has more.

    Lago's rule (``limited_rate``): the number of decimals decreases until it fits. A longer whole part stays.
    """
    text = plain(number)
    if len(text) <= MAX_NUMBER_CHARS:
        return text
    places = max(MAX_NUMBER_CHARS - 1 - text.index("."), 0)
    rounded = _WIDE.quantize(number, Decimal(1).scaleb(-places))
    shortened = plain(rounded.normalize())
    return shortened if places and len(shortened) <= MAX_NUMBER_CHARS else f"{rounded:.0f}"


def plain(number: Decimal) -> str:
    """A number without exponent and with at least one decimal, as Lago writes it: ``15.0``."""
    text = f"{number:f}"
    return text if "." in text else f"{text}.0"


def share_out(total: int, exact: Sequence[Decimal], order: Sequence[str]) -> tuple[int, ...]:
    """
    Whole numbers near `exact` whose sum is `total`, by largest remainder.

    A share that is exactly zero stays zero. For equal remainders `order` decides, so that the result does not
    depend on the sequence of the shares.

    Raises:
        ValueError: the total is not zero, but every share is.
    """
    shares = [int(share.to_integral_value(ROUND_FLOOR)) for share in exact]
    missing = total - sum(shares)
    open_places = [place for place, share in enumerate(exact) if share]
    if missing and not open_places:
        raise ValueError(f"{total} cannot be shared out over nothing")
    step = 1 if missing > 0 else -1
    # Shares with the largest remainder increase first; for a decrease, those with the smallest one.
    ranked = sorted(open_places, key=lambda place: (-step * (exact[place] - shares[place]), order[place]))
    for turn in range(abs(missing)):
        shares[ranked[turn % len(ranked)]] += step
    return tuple(shares)
