"""What the page of the mapping shows: a sentence, what has no rule of its own, and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consumer.backtest.coverage import Coverage, State
from consumer.config.connection import Connection
from consumer.config.yaml_source import Problem
from consumer.console import rendering
from consumer.console.conclusion import Tone
from consumer.console.mapping import rule_list
from consumer.console.mapping.configuration_file import Current
from consumer.console.mapping.coverage_run import CoverageRun
from consumer.console.mapping.draft import Draft
from consumer.console.mapping.parts import MappingParts
from consumer.console.mapping.rule_list import GapRow, RuleRow

AROUND = 2
"""Lines shown around one that has an error."""
SHOWN_PROBLEMS = 50
SHOWN_RULES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingView:
    """
    The page.

    Attributes:
        connection: the one that is shown; None where the file has none that can be read.
        codes: of all.
        run: the reading of which the coverage is; None where there is none yet.
        under_way: a reading that goes on, or one that failed.
        money: by currency, its three amounts as they are written, and the part with a rule of its own.
    """

    connection: Connection | None
    codes: Sequence[str]
    run: CoverageRun | None
    under_way: CoverageRun | None
    headline: str
    tone: Tone
    gaps: Sequence[GapRow]
    items: Sequence[RuleRow]
    taxes: Sequence[RuleRow]
    others: Sequence[RuleRow]
    money: Sequence[tuple[str, Sequence[str], str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcerptLine:
    """A line of a text with what is wrong in it; a gap in the numbers is a gap in the text."""

    number: int
    text: str
    problems: Sequence[Problem]


def of(current: Current, parts: MappingParts, code: str) -> MappingView:
    """The page for the connection with this code, else for the first one."""
    codes = [each.code for each in current.connections]
    connection = next((each for each in current.connections if each.code == code), None) or next(
        iter(current.connections), None
    )
    run = parts.known if parts.known is not None and parts.known.digest == current.digest else None
    latest = parts.latest
    coverage = run.coverage if run else None
    headline, tone = _conclusion(connection, run)
    return MappingView(
        connection=connection,
        codes=codes,
        run=run,
        under_way=latest if latest is not None and (not latest.is_over or latest.state == "failed") else None,
        headline=headline,
        tone=tone,
        gaps=rule_list.gaps(connection, coverage) if connection and coverage else (),
        items=_largest_first(rule_list.items(connection, coverage)) if connection else (),
        taxes=rule_list.taxes(connection, coverage) if connection else (),
        others=list(rule_list.others(connection)) if connection else (),
        money=list(_money(coverage, connection.code)) if connection and coverage else (),
    )


def excerpt(draft: Draft) -> list[ExcerptLine]:
    """The lines with errors, and those around them."""
    lines = draft.text.split("\n")
    by_line: dict[int, list[Problem]] = {}
    for each in draft.problems[:SHOWN_PROBLEMS]:
        by_line.setdefault(min(each.line, len(lines)), []).append(each)
    around = {number + by for number in by_line for by in range(-AROUND, AROUND + 1)}
    return [
        ExcerptLine(number=number, text=lines[number - 1].rstrip("\r"), problems=by_line.get(number, ()))
        for number in sorted(around)
        if 0 < number <= len(lines)
    ]


def rest(coverage: Coverage, codes: Iterable[str]) -> list[tuple[str, str]]:
    """For each connection in one sentence what has no rule of its own."""
    return [(code, _rest(coverage, code)[0]) for code in codes]


def _conclusion(connection: Connection | None, run: CoverageRun | None) -> tuple[str, Tone]:
    if connection is None:
        return "The file names no connection that can be read", "bad"
    if run is None:
        return f"The mapping of {connection.code}", "warn"
    said, tone = _rest(run.coverage, connection.code)
    return f"{rendering.capital(said)} in the latest {rendering.plural(run.read, 'event')}", tone


def _rest(coverage: Coverage, code: str) -> tuple[str, Tone]:
    money = coverage.money(code)
    if amounts := _amounts(money, "unmapped"):
        return f"nothing books {amounts}", "bad"
    if amounts := _amounts(money, "fallback"):
        return f"the fallback item books {amounts}", "warn"
    return ("every line has a rule of its own", "good") if money else ("there is no line to book", "warn")


def _largest_first(rows: list[RuleRow]) -> list[RuleRow]:
    """In the order of the file where a page has room for all; else what goes through most comes first."""
    if len(rows) <= SHOWN_RULES:
        return rows
    return sorted(rows, key=lambda row: -max(row.use.amounts.values(), default=0) if row.use else 1)


def _amounts(money: Mapping[str, Mapping[State, Decimal]], state: State) -> str:
    found = {currency: by_state[state] for currency, by_state in money.items() if by_state[state]}
    return " and ".join(rendering.sums(found))


def _money(coverage: Coverage, code: str) -> Iterator[tuple[str, Sequence[str], str]]:
    for currency, by_state in coverage.money(code).items():
        total = sum(by_state.values())
        amounts = [rendering.sums({currency: amount})[0] for amount in by_state.values()]
        yield currency, amounts, f"{by_state['own'] * 100 / total:.1f} %" if total else ""
