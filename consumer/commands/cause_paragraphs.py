"""Causes of failures as paragraphs for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from consumer.commands import paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.failures.causes import Cause
from schemas.scalar import utc_text


def show(console: ConsoleOutput, causes: Sequence[Cause], title: str) -> None:
    """Print a numbered paragraph for each cause, the oldest first."""
    paragraph.say(console, title, style="italic")
    console.print()
    for number, cause in enumerate(causes, start=1):
        paragraph.show(console, f"{number}. {cause.pattern}", _lines(cause))


def _lines(cause: Cause) -> Iterator[paragraph.Line]:
    count, example = len(cause.failures), cause.failures[-1]
    sums = ", ".join(amounts(cause.amounts))
    yield "Events", f"{count}{sums and f' for {sums}'}"
    yield "Code", cause.code
    yield "Connection", cause.connection
    yield "Since", utc_text(cause.failures[0].published_at)
    yield "Fix", cause.fix
    yield "By", cause.who
    yield "Example", f"{example.object.replace('_', ' ')} {example.number or example.object_id}".strip()
    yield "Error", example.id


def amounts(sums: Mapping[str, Decimal]) -> list[str]:
    """Each currency's sum, with its code."""
    return [f"{amount:,f} {currency}" for currency, amount in sums.items()]
