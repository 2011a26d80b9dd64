"""A plan as tables and lists for people; what many words explain is a list, so that it fits any width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from consumer.commands import cause_paragraphs, console_output
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.plan_totals import Cause, PlanTotals
from consumer.commands.row_table import Cell, Row, RowTable

KINDS = {
    "customer": "customer",
    "invoice": "invoice",
    "creditmemo": "credit memo",
    "customerpayment": "payment",
    "customerrefund": "refund",
    "salesorder": "sales order",
}
MODES = {
    "create_or_get": "created unless there",
    "upsert": "created or updated",
    "adopt": "linked one updated",
    "void": "voided",
}


def show(totals: PlanTotals, console: ConsoleOutput) -> None:
    """Print what is not empty: writes, causes, fallbacks, ignored; then one sentence."""
    if totals.written:
        _written(totals).show(console)
    if totals.causes:
        _print_causes(totals, console)
    if totals.fallbacks:
        _fallbacks(totals).show(console)
    if totals.ignored:
        _ignored(totals).show(console)
    console_output.line(console, _conclusion(totals))


def _written(totals: PlanTotals) -> RowTable:
    rows: list[tuple[Cell, ...]] = [
        (
            code,
            KINDS.get(record_type, record_type),
            MODES.get(mode, mode),
            str(found.events),
            str(len(found.documents)),
            cause_paragraphs.amounts(found.by_currency),
        )
        for (code, record_type, mode), found in sorted(totals.written.items())
    ]
    return _table("What would be written", ("Record", "How"), ("Events", "Documents", "Amount"), rows)


def _print_causes(totals: PlanTotals, console: ConsoleOutput) -> None:
    console.print("What stops events, by cause", style="italic")
    for number, cause in enumerate(totals.by_weight(), start=1):
        console_output.line(console, f"{number}. {cause.pattern}", "bold")
        for line in _said(cause):
            console_output.line(console, f"   {line}")


def _said(cause: Cause) -> Iterator[str]:
    count = len(cause.sum.documents)
    amounts = _list(cause.sum.by_currency)
    yield f"{cause.connection}, {cause.code}: {_several(count, 'document')}{amounts and f', {amounts}'}"
    yield f"fix: {cause.fix}"
    yield f"for example: {cause.example['number'] or cause.example['object_id'] or cause.example['source']}"


def _fallbacks(totals: PlanTotals) -> RowTable:
    rows: list[tuple[Cell, ...]] = [(*where, str(count)) for where, count in totals.fallbacks.most_common()]
    return _table("What falls back for want of a mapping", ("Line", "Rule", "Where"), ("Lines",), rows)


def _ignored(totals: PlanTotals) -> RowTable:
    rows: list[tuple[Cell, ...]] = [(*where, str(count)) for where, count in totals.ignored.most_common()]
    return _table("What is ignored, by rule", ("Rule",), ("Events",), rows)


def _table(
    title: str, texts: Sequence[str], numbers: Sequence[str], rows: Sequence[tuple[Cell, ...]]
) -> RowTable:
    """Rows begin with their connection, which is shown where there are several."""
    is_several = len({code for code, *_ in rows}) > 1
    first = 0 if is_several else 1
    return RowTable(
        title=title,
        columns=("Connection", *texts, *numbers)[first:],
        rows=[Row(cells=cells[first:]) for cells in rows],
        numbers=numbers,
    )


def _conclusion(totals: PlanTotals) -> str:
    counts = (f"{totals.outcomes['request']} to be sent", f"{totals.outcomes['ignored']} ignored")
    rejected = f"{totals.outcomes['rejected']} rejected"
    if totals.causes:
        amounts = _list(totals.blocked.by_currency)
        rejected += f" for {_several(len(totals.causes), 'cause')}{amounts and f' ({amounts})'}"
    customers = _several(len(totals.looked_up), "customer")
    asked = f" A worker asks Lago about {customers} first." if totals.looked_up else ""
    return f"{_several(totals.events, 'event')}: {', '.join(counts)}, {rejected}.{asked} Nothing was written."


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _list(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(cause_paragraphs.amounts(amounts))
