"""What `backtest` prints: amounts that move, documents that differ, and one sentence at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consumer.backtest.difference import ASPECTS, Difference
from consumer.backtest.findings import Changed, conclusion
from consumer.backtest.totals import BacktestTotals, BeforeAfter, SumKey
from consumer.commands import console_output
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.plan_tables import KINDS
from consumer.commands.row_table import Row, RowTable

SHOWN_DOCUMENTS = 20
NUMBERS = ("Before", "After", "Change")


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


def _record(record_type: str) -> str:
    return KINDS.get(record_type, record_type.replace("_", " ") or "event")


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
