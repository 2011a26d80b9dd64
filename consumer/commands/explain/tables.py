"""An explanation for people: tables for short values, lists for long ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from consumer.commands import console_output
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.explain.choice import Alternative, Choice
from consumer.commands.explain.explanation import Explanation
from consumer.commands.explain.records import Sent
from consumer.commands.plan_tables import KINDS, MODES
from consumer.commands.row_table import Row, RowTable
from consumer.config.connection import Connection
from consumer.mapping.decision_log import Problem
from schemas.envelope import Undecodable

_LINE_COLUMNS = ("item", "description", "quantity", "rate", "amount")


def show(explanation: Explanation, console: ConsoleOutput) -> None:
    """Print the connection of an event, its outcome, and the reasons."""
    for line in _head(explanation):
        _line(console, line)
    for number, problem in enumerate(explanation.problems, start=1):
        for line in _said(number, problem, explanation.dry_run_of_event.connection):
            _line(console, line)
    if explanation.choices:
        _choices(explanation).show(console)
    for line, style in _alternatives(explanation):
        _line(console, line, style)
    for each in explanation.sent:
        _fields(each).show(console)
        if each.lines:
            _lines(each).show(console)


def _line(console: ConsoleOutput, text: str, style: str | None = None) -> None:
    console_output.line(console, text, style)


def _head(explanation: Explanation) -> Iterator[str]:
    event, owner = explanation.dry_run_of_event.event, explanation.owner
    if isinstance(event, Undecodable):
        yield f"no Lago event: {event.message}"
    else:
        number = (explanation.summary.number if explanation.summary else None) or event.object_id
        yield " ".join(
            filter(None, (event.webhook_type, number, explanation.amount and f"({explanation.amount})"))
        )
    yield f"connection {owner.code}: {owner.because} ({owner.at})"
    if explanation.asked:
        yield f"first asks Lago's API about {explanation.asked}"
    if explanation.ignoring is not None:
        where = f" ({explanation.ignoring.at})" if explanation.ignoring.at else ""
        yield f"ignored by the rule {explanation.ignoring.rule}: {explanation.ignoring.because}{where}"
    for each in explanation.sent:
        yield f"sends {KINDS.get(each.type, each.type)} {each.external_id}, {MODES.get(each.mode, each.mode)}"
    if explanation.problems:
        yield "rejected; to be mended:"


def _said(number: int, problem: Problem, connection: Connection) -> Iterator[str]:
    yield f"{number}. {problem.message} ({problem.code})"
    yield f"   fix: {problem.hint}"
    if len(problem.asked) > 1:
        settings = ", ".join(f"{rule} ({connection.at(rule)})" for rule in problem.asked)
        yield f"   any of these would do, the first is the strongest: {settings}"


def _choices(explanation: Explanation) -> RowTable:
    rows, about = [], ""
    for each in explanation.choices:
        rows.append(Row(cells=(each.about if each.about != about else "", *_cells(each))))
        about = each.about
    columns = ("For", "What", "Value", "Setting", "Where")
    return RowTable(title="What was chosen, and by which setting", columns=columns, rows=rows)


def _cells(each: Choice) -> tuple[str, str, str, str]:
    value = f"{each.value} (a fallback)" if each.is_fallback else each.value
    setting = f"{each.rule} = {each.given}" if each.given else each.rule
    return each.what, value, setting, each.at


def _alternatives(explanation: Explanation) -> Iterator[tuple[str, str | None]]:
    groups: dict[tuple[str, str, tuple[Alternative, ...]], list[str]] = defaultdict(list)
    for each in explanation.choices:
        if each.alternatives:
            groups[each.what, each.value, each.alternatives].append(each.about)
    if groups:
        yield "What else was possible", "italic"
    for (what, value, alternatives), about in groups.items():
        yield f"{', '.join(dict.fromkeys(about))}: {what} {value}", "bold"
        yield from ((f"   {_sentence(other)}", None) for other in alternatives)


def _sentence(other: Alternative) -> str:
    if other.value is None:
        return f"{other.rule} would win; it is not set, add it at {other.at}"
    return f"{other.rule} {other.effect}: {other.value} ({other.at})"


def _lines(sent: Sent) -> RowTable:
    """The item lines as they are booked, with their sum above."""
    return RowTable(
        title=f"Lines: {sent.total}" if sent.total else "Lines",
        columns=[name.capitalize() for name in _LINE_COLUMNS],
        rows=[Row(cells=tuple(str(line.get(name, "")) for name in _LINE_COLUMNS)) for line in sent.lines],
        numbers=("Quantity", "Rate", "Amount"),
    )


def _fields(sent: Sent) -> RowTable:
    title = f"{KINDS.get(sent.type, sent.type)} {sent.external_id}"
    rows = [Row(cells=(each.name, each.value, each.origin, each.at)) for each in sent.fields]
    return RowTable(title=title, columns=("Field", "Value", "From", "Where"), rows=rows)
