"""What `reconcile` prints: sums, differences as paragraphs, and whether the books agree as the last line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from consumer.commands import console_output, csv_file
from consumer.config import private_file
from consumer.config.connection import Connection
from consumer.ops import plain_text
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import REPAIRABLE, TITLES, Difference

FILE = "differences.csv"
COLUMNS = (
    "what", "kind", "number", "lago_id", "currency", "lago", "netsuite", "netsuite_number", "cause", "act",
    "url",
)  # fmt: skip


def show(
    comparison: Comparison,
    differences: Sequence[Difference],
    connection: Connection,
    *,
    as_json: bool,
    csv: Path | None,
    repaired: int | None,
    offers_repair: bool,
) -> None:
    """
    Print the outcome of one comparison.

    Args:
        comparison: both sides, read.
        differences: what does not agree.
        connection: whose books they are.
        as_json: JSON in place of text.
        csv: folder for `FILE`; None writes none.
        repaired: documents that were sent again; None when none was to be.
        offers_repair: say how many could be sent.
    """
    if csv is not None:
        _write(csv, differences)
    if as_json:
        console_output.say_json(as_json_of(comparison, differences, connection, repaired))
        return
    for line in lines_of(comparison, differences, connection):
        console_output.say(plain_text.one_line(line))
    repairable = sum(each.what in REPAIRABLE for each in differences)
    if repaired is not None:
        console_output.say(f"{repaired} documents sent again; reconcile once more when they have arrived.")
    elif offers_repair and repairable:
        console_output.say(f"{repairable} documents would be sent again; --go sends them.")
    console_output.say(conclusion(comparison, differences, connection))


def lines_of(
    comparison: Comparison, differences: Sequence[Difference], connection: Connection
) -> Iterator[str]:
    """The sums, then a paragraph for each difference."""
    counts = comparison.counts
    yield f"Connection {connection.code}"
    yield f"  {counts['invoice']} invoices, {counts['credit_note']} notes, {counts['payment']} payments"
    for currency, sides in sorted(comparison.balances.items()):
        yield f"  open in {currency}: Lago {sides['lago']}, NetSuite {sides['netsuite']}"
    for rule, count in sorted(comparison.ignored.items()):
        yield f"  left out by {rule}: {count}"
    for each in differences:
        yield ""
        yield from _paragraph(each)
    if differences:
        yield ""


def _paragraph(each: Difference) -> Iterator[str]:
    yield f"{each.kind.replace('_', ' ')} {each.number}: {TITLES[each.what]}"
    if each.lago:
        yield f"  Lago      {each.lago}"
    if each.netsuite:
        yield f"  NetSuite  {each.netsuite} ({each.netsuite_number})"
    if each.cause:
        yield f"  because   {each.cause}"
    yield f"  to do     {each.act}"
    if each.url:
        yield f"  {each.url}"


def conclusion(comparison: Comparison, differences: Sequence[Difference], connection: Connection) -> str:
    """The last line."""
    total = sum(comparison.counts.values())
    if not differences:
        return f"In balance: {total} documents of {connection.code} agree."
    return f"NOT in balance: {len(differences)} differences in {total} documents of {connection.code}."


def as_json_of(
    comparison: Comparison, differences: Sequence[Difference], connection: Connection, repaired: int | None
) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "connection": connection.code,
        "in_balance": not differences,
        "counts": dict(comparison.counts),
        "ignored": dict(comparison.ignored),
        "balances": {
            currency: {side: str(amount) for side, amount in sides.items()}
            for currency, sides in sorted(comparison.balances.items())
        },
        "differences": [_row(each) for each in differences],
        "repaired": repaired,
    }


def _row(each: Difference) -> dict[str, str]:
    return {**asdict(each), "act": each.act}


def _write(folder: Path, differences: Sequence[Difference]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with private_file.opened(folder / FILE) as out:
        csv_file.write(out, COLUMNS, [_row(each) for each in differences], numbers=("lago", "netsuite"))
