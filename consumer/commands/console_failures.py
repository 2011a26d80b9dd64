"""The failures that an act of the console is about, read from where its tables say that they lie."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from consumer.console import act_source, database
from consumer.failures.failure import Failure, read
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.record import Source
from schemas.error_mark import ErrorMark

T = TypeVar("T")


async def from_tables(file: Path, ask: Callable[[Connection], T]) -> T:
    """
    What a question to the tables gives; beside the event loop.

    Raises:
        FileError: they cannot be read.
    """

    def asked() -> T:
        with closing(database.reader(file)) as connection, database.snapshot(connection):
            return ask(connection)

    return await asyncio.to_thread(asked)


async def still_open(
    cluster: Cluster, file: Path, ids: Sequence[str]
) -> tuple[list[Failure], list[ErrorMark]]:
    """
    Those of the failures that are open, and the marks of their replays.

    Raises:
        StartupError: Kafka cannot be reached, or the tables cannot be read.
    """
    places, marks = await from_tables(file, lambda tables: _open(tables, ids))
    return await at(cluster, places.values()), marks


async def closed(cluster: Cluster, file: Path, ids: Sequence[str]) -> list[Failure]:
    """
    Those of the failures that a person has closed.

    Raises:
        StartupError: Kafka cannot be reached, or the tables cannot be read.
    """
    places = await from_tables(
        file, lambda tables: act_source.places(tables, act_source.closed(tables, ids), ("settled",))
    )
    return await at(cluster, places.values())


async def at(cluster: Cluster, places: Iterable[Source]) -> list[Failure]:
    """
    The failures at these positions of the error topic; what is there no more is left out.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    found: list[Failure] = []
    async for _, record in snapshot_reader.originals(cluster, places):
        failure = read(record) if record is not None else None
        if isinstance(failure, Failure):
            found.append(failure)
    return found


def _open(tables: Connection, ids: Sequence[str]) -> tuple[dict[str, Source], list[ErrorMark]]:
    places = act_source.places(tables, ids, ("open",))
    return places, act_source.replays(tables, places)
