"""Templates, and how amounts, times and ages are written on pages."""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from consumer.console import amount_units
from schemas.reconciliation import MonthTotal

HERE = Path(__file__).parent
_CODE = re.compile(r"^[a-z0-9]+(_[a-z0-9]+)+: ")
TONES = {"running": "warn", "paused": "warn", "stopped": "bad", "cancelled": "warn", "done": "good"}
"""Of the states of a run of replays."""
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
        "sums": sums,
        "gap": gap,
        "money": money,
        "when": when,
        "iso": iso,
        "pretty": pretty,
        "kind": kind,
        "plural": plural,
        "sentence": sentence,
        "capital": capital,
        "differing_first": differing_first,
        "grouped": grouped,
        "uncoded": uncoded,
        "seconds": seconds,
        "month": month,
        "lasting": duration,
    }
    found.globals["tones"] = TONES
    return found


def amounts(sums: dict[str, int]) -> list[str]:
    """Each currency's sum with its code."""
    return [amount_units.text(amount, currency) for currency, amount in sums.items()]


def sums(exact: Mapping[str, Decimal]) -> list[str]:
    """As `amounts`, of exact amounts."""
    return [amount_units.text(amount_units.stored(amount), currency) for currency, amount in exact.items()]


def money(text: str | Decimal, currency: str) -> str:
    """A decimal text with the currency's decimals, without its code."""
    return amount_units.text(amount_units.stored(text), currency).removesuffix(currency).strip() or str(text)


def gap(lago: str, netsuite: str) -> Decimal:
    """The difference of two sides."""
    return Decimal(lago) - Decimal(netsuite)


def differing_first(totals: Iterable[MonthTotal]) -> list[MonthTotal]:
    """Totals that do not agree before those that do; each in the order that they have."""
    return sorted(totals, key=agrees)


def agrees(total: MonthTotal) -> bool:
    """Whether both sides have as many documents over as much."""
    return total.lago_count == total.netsuite_count and not gap(total.lago_total, total.netsuite_total)


def plural(count: int, noun: str) -> str:
    """``1 document``, ``3 documents``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def kind(name: str) -> str:
    """A kind of document in words: ``credit note``."""
    return name.replace("_", " ")


def grouped(text: str) -> str:
    """``1504.30 EUR`` as ``1,504.30 EUR``; any other text as it is."""
    number, _, currency = text.partition(" ")
    whole, point, decimals = number.partition(".")
    is_amount = whole.isascii() and whole.removeprefix("-").isdigit() and len(currency) == len("EUR")
    return f"{int(whole):,}{point}{decimals} {currency}" if is_amount and len(whole) < 19 else text


def sentence(text: str) -> str:
    """A text with a capital at its beginning and a full stop at its end."""
    bare = text.strip().rstrip(",;:")
    stop = "" if not bare or bare.endswith((".", "!", "?", "…")) else "."
    return f"{capital(bare)}{stop}"


def capital(text: str) -> str:
    """A text with a capital at its beginning; its names keep theirs."""
    return f"{text[:1].upper()}{text[1:]}"


def uncoded(text: str) -> str:
    """What follows the error code at the beginning of a cause: ``period_closed: the period is closed``."""
    return _CODE.sub("", text, count=1)


def seconds(duration_ms: float) -> str:
    """A short duration: ``0.05 s``, ``12 s``, ``3 min 5 s``."""
    return f"{duration_ms / 1_000:.2f} s" if duration_ms < 10_000 else duration(round(duration_ms))


def month(text: str) -> str:
    """``2026-07`` as ``July 2026``; what is no month as it is."""
    year, _, number = text.partition("-")
    is_month = number.isascii() and number.isdigit() and 1 <= int(number) <= 12
    return f"{calendar.month_name[int(number)]} {year}" if is_month else text


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
    said = duration(abs(past_ms))
    return f"in {said}" if past_ms < 0 else f"{said} ago"


def duration(lasted_ms: int) -> str:
    """A duration in its one or two largest units: ``1 h 12 min``."""
    left_s = lasted_ms // 1_000
    parts: list[str] = []
    for size, unit in _STEPS:
        if left_s >= size or (unit == "s" and not parts):
            parts.append(f"{left_s // size} {unit}")
            left_s %= size
        elif parts:
            break
    return " ".join(parts[:2])


def pretty(value: Any) -> Markup:
    """A value as indented JSON."""
    return escape(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _ms(text: str) -> int | None:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1_000)
    except ValueError:
        return None
