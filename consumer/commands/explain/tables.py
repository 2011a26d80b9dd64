"""An explanation for people: tables for short values, lists for long ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rich.table import Table

from consumer.commands.console_output import ConsoleOutput
from consumer.commands.explain.choice import Alternative, Choice
from consumer.commands.explain.explanation import Explanation
from consumer.commands.explain.records import Sent
from consumer.commands.plan_tables import KINDS, MODES
from consumer.config.connection import Connection
from consumer.mapping.decision_log import Problem
from consumer.ops import plain_text
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
        console.print(_choices(explanation))
    for line, style in _alternatives(explanation):
        _line(console, line, style)
    for each in explanation.sent:
        console.print(_fields(each))
        if each.lines:
            console.print(_lines(each))


def _line(console: ConsoleOutput, text: str, style: str | None = None) -> None:
    console.print(plain_text.one_line(text), style=style, soft_wrap=True, highlight=False)


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


def _choices(explanation: Explanation) -> Table:
    shown = Table(title="What was chosen, and by which setting", title_justify="left")
    for name in ("For", "What", "Value", "Setting", "Where"):
        shown.add_column(name, overflow="fold", no_wrap=name == "Where")
    about = ""
    for each in explanation.choices:
        shown.add_row(each.about if each.about != about else "", *_cells(each))
        about = each.about
    return shown


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


def _lines(sent: Sent) -> Table:
    """The item lines as they are booked, with their sum above."""
    shown = Table(title=f"Lines: {sent.total}" if sent.total else "Lines", title_justify="left")
    for name in _LINE_COLUMNS:
        is_text = name in {"item", "description"}
        shown.add_column(name.capitalize(), overflow="fold", justify="left" if is_text else "right")
    for line in sent.lines:
        shown.add_row(*(str(line.get(name, "")) for name in _LINE_COLUMNS))
    return shown


def _fields(sent: Sent) -> Table:
    title = f"{KINDS.get(sent.type, sent.type)} {sent.external_id}"
    shown = Table(title=title, title_justify="left")
    for name in ("Field", "Value", "From", "Where"):
        shown.add_column(name, overflow="fold", no_wrap=name == "Where")
    for each in sent.fields:
        shown.add_row(each.name, each.value, each.origin, each.at)
    return shown
