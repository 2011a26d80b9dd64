"""Values of a row of Lago's lists, read as the schemas read them; what cannot be read is empty."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from consumer.mapping import money
from schemas.scalar import Cents

_CENTS: TypeAdapter[int] = TypeAdapter(Cents)
_DAY_CHARS = len("2026-08-31")


def cents(row: Mapping[str, Any], name: str) -> int:
    """An amount in subunits; 0 for what is none: the document is refused on its way, and so is missing."""
    try:
        return _CENTS.validate_python(row.get(name))
    except ValidationError:
        return 0


@lru_cache(maxsize=4_096)
def units(subunits: int, currency: str) -> Decimal:
    """An amount in units of the currency; documents share the values that are frequent."""
    return Decimal(money.major(subunits, currency))


def text(row: Mapping[str, Any], name: str) -> str:
    """A text that many rows share, kept in memory once; empty for what is none."""
    value = row.get(name)
    return sys.intern(value) if isinstance(value, str) else ""


def texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The texts of a list; empty for what is none."""
    value = row.get(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A nested object; empty for what is none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def parts(row: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    """The objects of a list; empty for what is none."""
    value = row.get(name)
    return tuple(each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def day(row: Mapping[str, Any]) -> str:
    """Lago's own date of a document, ``YYYY-MM-DD``: its issuing date, else the day of its creation."""
    return sys.intern(str(row.get("issuing_date") or row.get("created_at") or "")[:_DAY_CHARS])
