"""
The formats of ids, amounts and timestamps in Lago.

Decimals are texts with a point, amounts integers of the subunit, moments UTC with ``Z`` and in fees with
``+00:00`` (getlago/lago-api ``app/serializers/v1``).
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

Json = dict[str, Any]

# Subunits of one unit, Lago's own table; 100 where a currency is not named.
SUBUNITS = {"JPY": 1, "HUF": 1, "KRW": 1, "KWD": 1000, "BHD": 1000, "CLF": 10_000, "MRO": 5}
PRECISION_DIGITS = 80


def id_of(*names: object) -> str:
    """A UUID derived from the names; the same names give the same UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, names))))


def subunits_of(currency: str) -> int:
    """The number of subunits of one unit of the currency."""
    return SUBUNITS.get(currency, 100)


def rounded(number: Decimal) -> int:
    """Whole subunits, half away from zero, as Lago's database rounds."""
    with localcontext(prec=PRECISION_DIGITS):
        return int(number.to_integral_value(ROUND_HALF_UP))


def text_of(number: Decimal) -> str:
    """A decimal as Lago writes it: plain, with a decimal point (``15.0``)."""
    with localcontext(prec=PRECISION_DIGITS):
        text = f"{number.normalize():f}"
    return text if "." in text else f"{text}.0"


def instant(moment: datetime) -> str:
    """A timestamp in UTC with ``Z``, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def body(content: object) -> bytes:
    """
    JSON as Lago's encoder writes it: compact UTF-8, with the five characters escaped that are unsafe in HTML.
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode()
