"""What the demo prints: tables on a terminal, plain columns when piped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consumer.commands.demo.ending import Endings, Played
from consumer.commands.demo.outcome import PLANTS, Figures

PIPED_WIDTH_CHARS = 220


def console() -> Console:
    """Standard output; wide when nobody's terminal sets a width."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=PIPED_WIDTH_CHARS)


def show(
    out: Console, story: Sequence[Played], endings: Endings, webhooks: Mapping[str, Any], figures: Figures
) -> None:
    """Everything a person wants to know after the run."""
    out.print(_reached(out, story, endings))
    out.print(_failed(out, story, endings, webhooks))
    out.print(_planted(out, figures))
    out.print(_to_do(out, story))
    out.print(_balances(out, figures))
    out.print(_totals(figures))
    for problem in figures.problems:
        out.print(f"NOT AS IT MUST BE: {problem}", style="bold red", markup=False)


def _reached(out: Console, story: Sequence[Played], endings: Endings) -> Table:
    table = _table(out, "What reached NetSuite", "Lago", "NetSuite id", "Amount", "Status", "Latency", "Link")
    for played in story:
        result = endings.main_result(played)
        if result is None:
            continue
        amount = f"{result.totals['total']} {result.currency}" if result.totals.get("total") else ""
        status = result.status if result.attempts == 1 else f"{result.status} (attempt {result.attempts})"
        latency = f"{result.timings.latency_ms:.0f} ms"
        table.add_row(
            played.scene.title,
            f"{result.netsuite_type} {result.internal_id}",
            amount,
            status,
            latency,
            _link(out, result.url),
        )
    return table


def _link(out: Console, url: str) -> Text:
    return Text("open", style=f"link {url}") if out.is_terminal else Text(url)


def _failed(out: Console, story: Sequence[Played], endings: Endings, webhooks: Mapping[str, Any]) -> Table:
    table = _table(out, "What failed, why, and what to do", "Event", "Code", "Why", "What to do", "Webhook")
    for played in story:
        error = endings.errors.get(played.place)
        if error is None:
            continue
        said = error.accounting_provider_customer_error.provider_error
        verified = "verified" if error.id in webhooks else "MISSING"
        table.add_row(played.scene.title, said.error_code, said.message, error.hint, verified)
    return table


def _planted(out: Console, figures: Figures) -> Table:
    table = _table(out, "Planted faults", "Name", "What it is", "What became of it")
    for name, plant in PLANTS.items():
        table.add_row(name, plant.what, figures.planted[name] or "MISSING")
    return table


def _to_do(out: Console, story: Sequence[Played]) -> Table:
    table = _table(out, "Booked, and a person still has to act", "Event", "What to do in NetSuite")
    for played in story:
        if played.scene.action:
            table.add_row(played.scene.title, played.scene.action)
    return table


def _balances(out: Console, figures: Figures) -> Table:
    # Rejected documents are left out on both sides: they are not in NetSuite until someone acts on them.
    columns = ("Customer", "Currency", "Lago, without what was rejected", "NetSuite", "Difference")
    table = _table(out, "What every customer owes", *columns)
    for row in figures.balances:
        table.add_row(row["customer"], row["currency"], row["lago"], row["netsuite"], row["difference"])
    return table


def _totals(figures: Figures) -> str:
    return (
        f"\n{figures.events} events on {figures.broker} in {figures.seconds} s: {figures.written} written, "
        f"{figures.already_there} already there, {figures.ignored} ignored, {figures.rejected} rejected; "
        f"{figures.webhooks_verified} webhooks verified, {figures.duplicates} duplicates; "
        f"latency p50 {figures.latency_p50_ms:.0f} ms, p99 {figures.latency_p99_ms:.0f} ms "
        f"(answered at the first attempt), longest of the others {figures.latency_max_ms:.0f} ms"
    )


def _table(out: Console, title: str, *columns: str) -> Table:
    frame = box.SIMPLE_HEAD if out.is_terminal else None
    table = Table(title=f"\n{title}", title_justify="left", box=frame, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
