"""The demo's tables and paragraphs, readable at 80 columns: with lines on a terminal, plain in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.style import Style
from rich.table import Table
from rich.text import Text

from consumer.commands import cause_paragraphs, console_output, paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.demo import summary
from consumer.demo.bad_requests import Caller
from consumer.demo.delivery import Answer
from consumer.demo.fix_and_replay import Replay
from consumer.demo.outcomes import Endings, Played
from consumer.demo.run_report import PLANTED_FAULTS, Figures
from consumer.demo.webhook_inbox import Inbox
from consumer.events import document_names
from consumer.failures import causes
from consumer.ops import plain_text
from schemas.error_event import ErrorEvent
from schemas.result import Result

PIPED_COLUMNS = 240
WIDE_COLUMNS = 110
STYLES = {"created": "green", "adopted": "green", "updated": "green", "voided": "yellow", "exists": "cyan"}


def console(*, is_aside: bool = False) -> ConsoleOutput:
    """Standard output, or standard error with `is_aside`; `PIPED_COLUMNS` wide without a terminal."""
    return console_output.console(is_aside=is_aside, page_columns=PIPED_COLUMNS, has_highlights=False)


def month(
    out: ConsoleOutput,
    scenario: Sequence[Played],
    endings: Endings,
    inbox: Inbox,
    callers: Sequence[tuple[Caller, Answer]],
) -> None:
    """Print what was written, refused, rejected, and what a person must still do, after the month."""
    out.print(_reached(out, scenario, endings))
    out.print(_turned_away(out, callers))
    _failures(out, scenario, endings, inbox)
    out.print(_to_do(out, scenario))
    out.print()
    out.file.flush()


def end(out: ConsoleOutput, figures: Figures, replayed: Replay) -> None:
    """Print planted faults, open failures, balances, totals and problems at the end of the run."""
    out.print(_planted(out, figures))
    if replayed.open:
        out.print()
        cause_paragraphs.show(out, causes.grouped(replayed.open), "Still open, for a person to decide")
    out.print(_balances(out, figures))
    out.print(_totals(out, figures))
    for problem in figures.problems:
        out.print(f"NOT AS IT MUST BE: {problem}", style="bold red")


def _reached(out: ConsoleOutput, scenario: Sequence[Played], endings: Endings) -> Table:
    columns = ("Lago", "NetSuite", "Amount", "Status", *_where_wide(out, "Since webhook", "Link"))
    table = _table(out, "What reached NetSuite", *columns, right=("Amount", "Since webhook"))
    for played in scenario:
        result = endings.main_result(played)
        if result is None:
            continue
        waited_ms = endings.waited_ms(played)
        latency = "" if waited_ms is None else f"{waited_ms:.0f} ms"
        _row(out, table, _named(out, played.step.title), result, latency)
        for other in endings.by_results(played):
            _row(out, table, f"  with its {other.object.replace('_', ' ')}", other, "")
    return table


def _where_wide(out: ConsoleOutput, latency: str, link: str) -> Iterator[str]:
    """What narrow tables leave out; on a terminal the record is a hyperlink anyway."""
    if out.width >= WIDE_COLUMNS:
        yield latency
    if out.width >= PIPED_COLUMNS and not out.is_terminal:
        yield link


def _named(out: ConsoleOutput, title: str) -> str:
    return title if out.width >= WIDE_COLUMNS else title.partition(" ")[2] or title


def _row(out: ConsoleOutput, table: Table, title: str, result: Result, latency: str) -> None:
    amount = f"{result.totals['total']} {result.currency}" if result.totals.get("total") else ""
    attempts = f" (attempt {result.attempts})" if result.attempts > 1 else ""
    status = Text(result.status + attempts, style=STYLES.get(result.status, ""))
    record = Text(f"{result.netsuite_type} {result.internal_id}")
    if out.is_terminal:
        record.stylize(Style(link=plain_text.one_line(result.url)))
    table.add_row(Text(title), record, amount, status, *_where_wide(out, latency, result.url))


def _turned_away(out: ConsoleOutput, callers: Sequence[tuple[Caller, Answer]]) -> Table:
    table = _table(out, "What ingest did not put on Kafka", "Request", "Answer", "What it said")
    for caller, answer in callers:
        table.add_row(Text(caller.title), str(answer.status), Text(answer.said))
    return table


def _failures(out: ConsoleOutput, scenario: Sequence[Played], endings: Endings, inbox: Inbox) -> None:
    out.print("\nWhat failed, why, and what to do\n", style="bold")
    for played in scenario:
        error = endings.errors.get(played.place)
        if error is not None:
            paragraph.show(out, played.step.title, _failure_lines(error, inbox))


def _failure_lines(error: ErrorEvent, inbox: Inbox) -> Iterator[paragraph.Line]:
    yield "Code", error.accounting_provider_customer_error.provider_error.error_code
    yield "Why", _without_subject(error)
    yield "Fix", error.hint
    yield "Webhook", _verified(error.id, inbox)


def _without_subject(error: ErrorEvent) -> str:
    said, about = error.accounting_provider_customer_error.provider_error.message, error.object
    return document_names.without_subject(said, about.type, about.number) if about else said


def _verified(error_id: str, inbox: Inbox) -> str:
    if error_id not in inbox.verified:
        return "MISSING"
    attempts = inbox.attempts[error_id]
    return "verified" + (f" (attempt {attempts})" if attempts > 1 else "")


def _planted(out: ConsoleOutput, figures: Figures) -> Table:
    table = _table(out, "Planted faults", "Name", "What it is", "What became of it")
    for name, plant in PLANTED_FAULTS.items():
        table.add_row(name, plant.what, figures.planted[name] or "MISSING")
    return table


def _to_do(out: ConsoleOutput, scenario: Sequence[Played]) -> Table:
    table = _table(out, "Booked, and a person still has to act", "Event", "What to do in NetSuite")
    for played in scenario:
        if played.step.action:
            table.add_row(played.step.title, played.step.action)
    return table


def _balances(out: ConsoleOutput, figures: Figures) -> Table:
    # Rejected documents are left out on both sides: they are not in NetSuite until a person fixes them.
    amounts = ("Lago", "NetSuite", "Difference")
    title = "What every customer owes, without what is still open"
    table = _table(out, title, "Customer", "Currency", *amounts, right=amounts)
    for row in figures.balances:
        is_even = not row["difference"].strip("-0.")
        difference = Text(row["difference"], style="green" if is_even else "bold red")
        table.add_row(row["customer"], row["currency"], row["lago"], row["netsuite"], difference)
    return table


def _totals(out: ConsoleOutput, figures: Figures) -> Table:
    table = _table(out, f"{figures.events} events in {figures.seconds} s on {figures.broker}", "", "")
    table.show_header = False
    for name, said in summary.lines(figures):
        table.add_row(Text(name, style="bold"), Text(said))
    return table


def _table(out: ConsoleOutput, title: str, *columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(
        title=f"\n{title}", title_justify="left", title_style="bold", box=_frame(out), pad_edge=False
    )
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in right else "left")
    return table


def _frame(out: ConsoleOutput) -> box.Box | None:
    return box.SIMPLE_HEAD if out.is_terminal else None
