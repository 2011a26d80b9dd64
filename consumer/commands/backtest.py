"""``backtest``: what a changed connections.yaml would book otherwise for past events; nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from consumer.backtest import findings
from consumer.backtest.event_pair import EventPair, EventPairs
from consumer.backtest.findings import Findings
from consumer.commands import (
    backtest_report,
    console_output,
    event_file,
    lago_events,
    lago_lookup,
    progress_bar,
    topic_span,
)
from consumer.commands.backtest_files import BacktestFiles
from consumer.commands.lago_documents import Scope
from consumer.commands.lago_lookup import LagoLookup
from consumer.commands.topic_span import Span
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.events.lago_webhook import Kind
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster

SAME, DIFFERENT = 0, 1
LISTED_DOCUMENTS = 1_000
"""How many differing documents are kept for the output; ``--csv`` takes all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        before: the connections in use.
        after: the changed ones.
        code: only this connection.
        csv: a folder for all differences and sums as files.
        asks_lago: look customers up as a worker would.
    """

    before: Sequence[Connection]
    after: Sequence[Connection]
    code: str | None = None
    csv: Path | None = None
    as_json: bool = False
    asks_lago: bool = False


async def of_files(files: Sequence[Path], wish: Wish) -> int:
    """
    Compare over the events of files; 0 where nothing differs, 1 where something does.

    Raises:
        LagoNetsuiteError: a file of the output cannot be written.
        ConfigurationError: a file cannot be read, or Lago is to be asked and the secret of a key is missing.
    """
    async with _running(wish) as running:
        for file in files:
            for value in event_file.stream(file):
                await running.take(value)
    return running.shown()


async def of_topics(settings: Settings, names: Sequence[str], span: Span, wish: Wish) -> int:
    """
    Compare over the records of topics, read outside of any group; all input topics when none is named.

    Raises:
        StartupError: Kafka cannot be reached, or lacks a topic.
        LagoNetsuiteError: a file of the output cannot be written.
        ConfigurationError: Lago is to be asked, and the secret of an API key is missing.
    """
    cluster = Cluster.of(settings)
    async with _running(wish) as running:
        for name in names or topics.names("input"):
            async for value, _ in topic_span.records(cluster, name, span):
                await running.take(value)
    return running.shown()


async def of_lago(kinds: Sequence[Kind], scope: Scope, wish: Wish) -> int:
    """
    Compare over what Lago's API has, as the webhooks a backfill would send.

    Raises:
        ConfigurationError: no connection has an API key, or one has that of another organisation.
        LagoUnavailableError: Lago does not respond, or the key may not read a list.
        LagoNetsuiteError: a file of the output cannot be written.
    """
    async with _running(wish) as running:
        for connection in lago_events.readable(wish.before, wish.code):
            async for value in lago_events.of(connection, kinds, scope):
                await running.take(value)
    return running.shown()


@dataclass(slots=True, kw_only=True)
class _Running:
    wish: Wish
    pairs: EventPairs
    look_ups: tuple[LagoLookup, LagoLookup]
    files: BacktestFiles | None
    progress: Progress
    bar: TaskID
    found: Findings = field(default_factory=lambda: Findings(most=LISTED_DOCUMENTS))

    async def take(self, value: bytes | None) -> None:
        self.found.totals.events += 1
        for pair in self.pairs.of(value):
            self._keep(await self._looked_up(pair))
        self.progress.advance(self.bar)

    async def _looked_up(self, pair: EventPair) -> EventPair:
        before, after = self.look_ups
        return replace(
            pair,
            before=pair.before and await before.of(pair.before),
            after=pair.after and await after.of(pair.after),
        )

    def _keep(self, pair: EventPair) -> None:
        for found in self.found.take(pair):
            if self.files is not None:
                self.files.put(found)

    def shown(self) -> int:
        if self.wish.as_json:
            console_output.say_json(findings.as_json(self.found.totals, self.found.changed))
        else:
            backtest_report.show(self.found.totals, self.found.changed, console_output.console())
        return DIFFERENT if self.found.totals.differing else SAME


@asynccontextmanager
async def _running(wish: Wish) -> AsyncIterator[_Running]:
    """A running comparison: a count on terminals, the files of the output, Lago's API for lookups."""
    async with AsyncExitStack() as stack:
        look_ups = [
            await stack.enter_async_context(lago_lookup.opened(each, is_wanted=wish.asks_lago))
            for each in (wish.before, wish.after)
        ]
        files = stack.enter_context(BacktestFiles.opened(wish.csv)) if wish.csv else None
        columns = (TextColumn("comparing"), MofNCompleteColumn(), TextColumn("events"), TimeElapsedColumn())
        progress = progress_bar.on_terminal(*columns, is_transient=True)
        bar = stack.enter_context(progress).add_task("", total=None)
        running = _Running(
            wish=wish,
            pairs=EventPairs(before=wish.before, after=wish.after, code=wish.code),
            look_ups=(look_ups[0], look_ups[1]),
            files=files,
            progress=progress,
            bar=bar,
        )
        yield running
        if files is not None:
            files.end(running.found.totals)
