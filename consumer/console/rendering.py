"""Templates, and how amounts, times and ages are written on pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from consumer.console import amount_units

HERE = Path(__file__).parent
_STEPS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def environment() -> Environment:
    """The templates; every value is escaped, and a name that does not exist is an error."""
    found = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "amount": amount_units.text,
        "amounts": amounts,
        "gap": gap,
        "money": money,
        "when": when,
        "iso": iso,
        "pretty": pretty,
        "kind": kind,
        "plural": plural,
    }
    return found


def amounts(sums: dict[str, int]) -> list[str]:
    """Each currency's sum with its code."""
    return [amount_units.text(amount, currency) for currency, amount in sums.items()]


def money(text: str | Decimal, currency: str) -> str:
    """A decimal text with the currency's decimals, without its code."""
    return amount_units.text(amount_units.stored(text), currency).removesuffix(currency).strip() or str(text)


def gap(lago: str, netsuite: str) -> Decimal:
    """The difference of two sides."""
    return Decimal(lago) - Decimal(netsuite)


def plural(count: int, noun: str) -> str:
    """``1 document``, ``3 documents``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def kind(name: str) -> str:
    """A kind of document in words: ``credit note``."""
    return name.replace("_", " ")


def iso(at_ms: int) -> str:
    """A time as ``2026-08-01 00:05:06 UTC``."""
    return datetime.fromtimestamp(at_ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def when(at_ms: int | str | None, now_ms: int) -> Markup:
    """A time as its age, with the exact time for a pointer, for print and for the page's own clock."""
    exact_ms = _ms(at_ms) if isinstance(at_ms, str) else at_ms
    if exact_ms is None:
        return Markup("none")
    exact = iso(exact_ms)
    machine = datetime.fromtimestamp(exact_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, exact, age(now_ms - exact_ms))


def age(past_ms: int) -> str:
    """A duration in its one or two largest units, ``1 h 12 min ago``; of the future ``in 3 d``."""
    seconds = abs(past_ms) // 1_000
    parts: list[str] = []
    for size, unit in _STEPS:
        if seconds >= size or (unit == "s" and not parts):
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
        elif parts:
            break
    said = " ".join(parts[:2])
    return f"in {said}" if past_ms < 0 else f"{said} ago"


def pretty(value: Any) -> Markup:
    """A value as indented JSON."""
    return escape(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _ms(text: str) -> int | None:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000)
    except ValueError:
        return None
