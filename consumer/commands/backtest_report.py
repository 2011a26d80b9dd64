"""What `backtest` prints: amounts that move, documents that differ, and one sentence at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.backtest.difference import ASPECTS, Difference, DocumentName
from consumer.backtest.totals import BacktestTotals, BeforeAfter, SumKey
from consumer.commands import console_output
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.plan_tables import KINDS
from consumer.commands.row_table import Row, RowTable

SHOWN_DOCUMENTS = 20
NUMBERS = ("Before", "After", "Change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """
    A document that differs.

    Attributes:
        reason: why one side does not write it, as a sentence or the name of a rule; else empty.
    """

    name: DocumentName
    differences: tuple[Difference, ...]
    reason: str = ""


def show(totals: BacktestTotals, changed: Sequence[Changed], console: ConsoleOutput) -> None:
    """Print sums that move, totals, the first documents, and the conclusion as the last line."""
    moved = list(totals.changed())
    if moved:
        _moved(moved).show(console)
    for line in (*_totals(totals), *_documents(totals, changed), conclusion(totals)):
        console_output.line(console, line)


def _moved(moved: Sequence[tuple[SumKey, BeforeAfter]]) -> RowTable:
    first = 0 if len({key.connection for key, _ in moved}) > 1 else 1
    rows = [
        (key.connection, ASPECTS[key.aspect], _record(key.type), key.value, *_amounts(key, amounts))
        for key, amounts in moved
    ]
    return RowTable(
        title="Amounts that move",
        columns=("Connection", "By", "Record", "Value", *NUMBERS)[first:],
        rows=[Row(cells=cells[first:]) for cells in rows],
        numbers=NUMBERS,
    )


def _amounts(key: SumKey, amounts: BeforeAfter) -> tuple[str, str, str]:
    return (
        f"{amounts.before:,f}",
        f"{amounts.after:,f}",
        f"{amounts.change:+,f} {key.currency}".rstrip(),
    )


def _totals(totals: BacktestTotals) -> Iterator[str]:
    for key, amounts in totals.totals():
        record = f"{_record(key.type)}s at {key.connection}"
        before = f"{amounts.before:,f} {key.currency}".rstrip()
        if not amounts.change:
            yield f"Total of {record}: {before}, unchanged"
        else:
            yield f"Total of {record}: {before}, then {amounts.after:,f} ({amounts.change:+,f})"


def _documents(totals: BacktestTotals, changed: Sequence[Changed]) -> Iterator[str]:
    for (before, after), count in totals.outcomes.most_common():
        yield f"{_several(count, 'document')}: {before}, then {after}"
    for each in changed[:SHOWN_DOCUMENTS]:
        yield f"{_record(each.name.type)} {each.name.number or each.name.lago_id} ({each.name.connection})"
        yield from (f"  {_said(one, each)}" for one in each.differences)
    if totals.differing > SHOWN_DOCUMENTS:
        rest = totals.differing - SHOWN_DOCUMENTS
        yield f"… and {_several(rest, 'more document')}; --csv DIR writes all"


def _said(difference: Difference, document: Changed) -> str:
    what = difference.name or ASPECTS[difference.aspect]
    where = f"{difference.line}: " if difference.line else ""
    amount = f" ({difference.amount} {document.name.currency})" if difference.amount else ""
    why = f": {document.reason}" if difference.aspect == "outcome" and document.reason else ""
    return f"{where}{what} {difference.before or 'none'}, then {difference.after or 'none'}{amount}{why}"


def conclusion(totals: BacktestTotals) -> str:
    """The last line."""
    read = f"{_several(totals.events, 'event')}, {_several(totals.documents, 'document')}"
    if totals.rejected:
        read += f" and {totals.rejected} that both refuse"
    asked = (
        f" A worker asks Lago about {_several(totals.looked_up, 'event')} first." if totals.looked_up else ""
    )
    if not totals.differing:
        return f"{read}: no difference.{asked} Nothing was written."
    counts = ", ".join(
        f"{totals.differences[each]} by {name}" for each, name in ASPECTS.items() if totals.differences[each]
    )
    is_moved = any(amounts.change for _, amounts in totals.totals())
    ends = "totals change" if is_moved else "totals do not change"
    return f"{read}: {totals.differing} differ ({counts}); {ends}.{asked} Nothing was written."


def as_json(totals: BacktestTotals, changed: Sequence[Changed]) -> dict[str, Any]:
    """Everything for machines; amounts are decimal strings, `documents` are at most those that were kept."""
    return {
        "events": totals.events,
        "documents": totals.documents,
        "differing": totals.differing,
        "rejected_by_both": totals.rejected,
        "looked_up": totals.looked_up,
        "differences": {each: totals.differences[each] for each in ASPECTS},
        "outcomes": [
            {"before": before, "after": after, "count": count}
            for (before, after), count in totals.outcomes.most_common()
        ],
        "sums": [_sum(key, amounts) for key, amounts in totals.changed()],
        "totals": [_sum(key, amounts) for key, amounts in totals.totals()],
        "changed": [row for each in changed for row in rows_of(each)],
        "not_listed": totals.differing - len(changed),
    }


def rows_of(changed: Changed) -> Iterator[dict[str, str]]:
    """A row for each difference of a document."""
    name = changed.name
    for each in changed.differences:
        yield {
            "connection": name.connection, "type": name.type, "number": name.number,
            "external_id": name.external_id, "lago_id": name.lago_id, "aspect": each.aspect,
            "line": each.line, "name": each.name, "before": each.before, "after": each.after,
            "amount": each.amount, "currency": name.currency,
            "reason": changed.reason if each.aspect == "outcome" else "",
        }  # fmt: skip


def sums_of(totals: BacktestTotals) -> Iterator[dict[str, str]]:
    """A row for each sum that moves, and for each total."""
    for key, amounts in (*totals.changed(), *totals.totals()):
        yield _sum(key, amounts)


def _sum(key: SumKey, amounts: BeforeAfter) -> dict[str, str]:
    return {
        "connection": key.connection, "by": key.aspect, "type": key.type, "value": key.value,
        "currency": key.currency, "before": _plain(amounts.before), "after": _plain(amounts.after),
        "change": _plain(amounts.change),
    }  # fmt: skip


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _record(record_type: str) -> str:
    return KINDS.get(record_type, record_type.replace("_", " ") or "event")


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
