"""How connections stand, as paragraphs for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from consumer.commands import cause_paragraphs, paragraph, refund_paragraphs
from consumer.commands.cause_paragraphs import amounts
from consumer.commands.connection_status import ConnectionStatus, WaitingGroup, time_text
from consumer.commands.console_output import ConsoleOutput

MOST_GROUPS = 20


def show(console: ConsoleOutput, connections: Sequence[ConnectionStatus]) -> None:
    """Print each connection: whether a person is needed, the figures, then what waits and what has failed."""
    for each in connections:
        state = "a person is needed" if each.needs_person else "nobody is needed"
        paragraph.show(console, f"{each.code}: {state}", _figures(each))
        _show_waiting(console, each.groups)
        if each.failures:
            cause_paragraphs.show(console, each.causes, "Open failures by cause")
        if each.refunds:
            refund_paragraphs.show(console, each.refunds)


def _show_waiting(console: ConsoleOutput, groups: Sequence[WaitingGroup]) -> None:
    if groups:
        paragraph.say(console, "Waiting", style="italic")
        console.print()
    for group in groups[:MOST_GROUPS]:
        paragraph.show(console, f"Waits for {group.first.waits_for}", _lines(group))
    if len(groups) > MOST_GROUPS:
        paragraph.say(console, f"… and {len(groups) - MOST_GROUPS} more; --json lists all")


def _figures(each: ConnectionStatus) -> Iterator[paragraph.Line]:
    yield "Books", _books(each)
    yield "Documents", _documents(each)
    never = "none yet" if each.knows_all_writes else "none among the latest results"
    yield "Last write", time_text(each.last_written_ms) or never
    yield "Backlog", f"{each.backlog} events not committed"
    yield "Oldest", time_text(each.oldest_ms) or ""
    yield "Waiting", _count(len(each.waiting), ", ".join(amounts(each.amounts)))
    yield "Failures", f"{len(each.failures)} open"
    yield "Refunds", f"{len(each.refunds)} to make" if each.refunds else ""
    yield "Paused", f"{str(each.pause).removeprefix('paused ')}{each.reports.followed}" if each.pause else ""
    yield "Breaker", each.reports.breaker
    yield "Permits", each.reports.permits


def _books(each: ConnectionStatus) -> str:
    run = each.last_run
    if run is None:
        return "never compared: lago-netsuite reconcile"
    outcome = (
        f"NOT in balance, {run.difference_count} differences" if each.is_out_of_balance else "in balance"
    )
    accepted = f", {run.accepted_count} accepted" if run.accepted_count else ""
    part = "" if run.is_whole else ", of some documents only"
    return f"{outcome}{accepted}{part}, as of {run.ended_at}"


def _documents(each: ConnectionStatus) -> str:
    """How many of the last comparison agree; empty where all do, or none is known."""
    found = each.last_run.outcomes if each.last_run else {}
    is_good = not set(found) - {"agrees"}
    return "" if is_good else ", ".join(f"{count} {outcome}" for outcome, count in found.items())


def _lines(group: WaitingGroup) -> Iterator[paragraph.Line]:
    first = group.first
    yield "Events", _count(len(group.records), ", ".join(amounts(group.amounts)))
    yield "Oldest", first.reason
    yield "Date", first.date or ""
    yield "Since", first.since
    yield "Next try", first.next_try or ""
    yield "Until", f"{group.until}, then it is an error event" if group.until else ""
    yield "Fix", group.fix


def _count(count: int, sums: str) -> str:
    return f"{count}{sums and f' for {sums}'}"
