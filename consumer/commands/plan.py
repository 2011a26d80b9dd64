"""``plan``: a dry run over many events: what would be written, what stops what; nothing is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from consumer.commands import (
    console_output,
    event_file,
    lago_lookup,
    plan_entry,
    plan_tables,
    progress_bar,
    topic_span,
)
from consumer.commands.lago_lookup import LagoLookup
from consumer.commands.plan_totals import PlanTotals
from consumer.commands.topic_span import Span
from consumer.config import private_file
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import LagoNetsuiteError
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster
from consumer.ops import plain_text
from consumer.pipeline import dry_run
from consumer.pipeline.known_zones import KnownZones

DONE, FAILED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        code: only this connection, for every event.
        requests_file: takes a line of JSON for every event and connection, with hashes of what would be sent.
        is_strict: an event that would be rejected makes the exit code 1.
        asks_lago: look customers up as a worker would, so that the plan is the last word about them too.
    """

    connections: Sequence[Connection]
    code: str | None = None
    requests_file: Path | None = None
    as_json: bool = False
    is_strict: bool = False
    asks_lago: bool = False


async def of_files(files: Sequence[Path], wish: Wish) -> int:
    """
    Plan the events of files, one after the other; a file with one event a line may be of any size.

    Raises:
        LagoNetsuiteError: the file for requests cannot be written.
        ConfigurationError: a file cannot be read, or Lago is to be asked and the secret of a key is missing.
    """
    async with _planning(wish) as planning:
        for file in files:
            for number, value in enumerate(event_file.stream(file), start=1):
                await planning.take(value, f"{file}#{number}")
    return planning.shown()


async def of_topics(settings: Settings, names: Sequence[str], span: Span, wish: Wish) -> int:
    """
    Plan the records of topics, read outside of any group; all input topics when none is named.

    Raises:
        StartupError: Kafka cannot be reached, or lacks a topic.
        LagoNetsuiteError: the file for requests cannot be written.
        ConfigurationError: Lago is to be asked, and the secret of an API key is missing.
    """
    cluster = Cluster.of(settings)
    async with _planning(wish) as planning:
        for name in names or topics.names("input"):
            async for value, source in topic_span.records(cluster, name, span):
                await planning.take(value, source)
    return planning.shown()


@dataclass(slots=True, kw_only=True)
class _Planning:
    wish: Wish
    customers: LagoLookup
    progress: Progress
    bar: TaskID
    requests: TextIO | None = None
    totals: PlanTotals = field(default_factory=PlanTotals)
    zones: KnownZones = field(default_factory=KnownZones)
    entries: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, value: bytes | None, source: str) -> None:
        self.totals.events += 1
        for alone in dry_run.everywhere(value, self.wish.connections, self.wish.code, self.zones):
            found = await self.customers.of(alone)
            self.totals.add(found, source)
            self._keep(plan_entry.of(found, source))
        self.progress.advance(self.bar)

    def _keep(self, entry: dict[str, Any]) -> None:
        if self.requests is not None:
            self.requests.write(plain_text.harmless_json(json.dumps(entry, ensure_ascii=False)) + "\n")
        elif self.wish.as_json:
            self.entries.append(entry)

    def shown(self) -> int:
        if self.wish.as_json:
            listed = {"requests": self.entries} if self.requests is None else {}
            console_output.say_json(self.totals.as_json() | listed)
        else:
            plan_tables.show(self.totals, console_output.console())
        return FAILED if self.wish.is_strict and self.totals.causes else DONE


@asynccontextmanager
async def _planning(wish: Wish) -> AsyncIterator[_Planning]:
    """A running plan: a progress bar on terminals, the file for requests, Lago's API for lookups."""
    async with AsyncExitStack() as stack:
        opened = lago_lookup.opened(wish.connections, is_wanted=wish.asks_lago)
        asking = await stack.enter_async_context(opened)
        requests = stack.enter_context(_written(wish.requests_file)) if wish.requests_file else None
        columns = (TextColumn("planning"), BarColumn(), MofNCompleteColumn(), TextColumn("events"))
        progress = progress_bar.on_terminal(*columns, TimeElapsedColumn(), is_transient=True)
        bar = stack.enter_context(progress).add_task("", total=None)
        yield _Planning(wish=wish, customers=asking, requests=requests, progress=progress, bar=bar)


def _written(file: Path) -> TextIO:
    try:
        return private_file.opened(file)
    except OSError as error:
        raise LagoNetsuiteError(f"{file}: {error.strerror or error}") from error
