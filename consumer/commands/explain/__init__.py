"""``explain``: why an event becomes what it becomes, setting by setting; nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

from consumer.commands import console_output, event_file, lago_lookup
from consumer.commands.explain import tables
from consumer.commands.explain.explanation import Explanation
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError, LagoNetsuiteError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.pipeline import dry_run
from consumer.pipeline.known_zones import KnownZones
from consumer.record import Source

_COORDINATES = re.compile(r"([\w.-]+)/(\d+)/(\d+)")
_NUMBERED = re.compile(r"(.+)#(\d+)")


async def run(
    settings: Settings,
    place: str,
    connections: Sequence[Connection],
    code: str | None = None,
    *,
    as_json: bool = False,
    asks_lago: bool = False,
) -> int:
    """
    Explain the events at one position: ``FILE``, ``FILE#12`` (the twelfth), or ``TOPIC/PARTITION/OFFSET``.

    With `asks_lago` customers are looked up as a worker would.

    Raises:
        ConfigurationError: there is no such file, or no such event in it; or Lago is to be asked and the
            secret of an API key is missing.
        StartupError: Kafka cannot be reached, or has no such record.
    """
    values, zones = await _values(settings, place), KnownZones()
    async with lago_lookup.opened(connections, is_wanted=asks_lago) as asking:
        dry_runs = [await asking.of(dry_run.of(value, connections, code, zones)) for value in values]
    found = [Explanation(each, connections) for each in dry_runs]
    if as_json:
        for each in found:
            console_output.say_json(each.as_json())
        return 0
    for each in found:
        tables.show(each, console_output.console())
    return 0


async def _values(settings: Settings, place: str) -> list[bytes | None]:
    source = _coordinates(place)
    return list(_of_file(place)) if source is None else [await _record(settings, source)]


def _coordinates(place: str) -> Source | None:
    found = _COORDINATES.fullmatch(place)
    if found is None or Path(place).exists():
        return None
    return Source(topic=found[1], partition=int(found[2]), offset=int(found[3]))


async def _record(settings: Settings, source: Source) -> bytes | None:
    async with aclosing(snapshot_reader.originals(Cluster.of(settings), [source])) as found:
        async for _, record in found:
            if record is not None:
                return record.value
    raise LagoNetsuiteError(f"{source}: Kafka has no such record, or has it no more")


def _of_file(place: str) -> Iterator[bytes]:
    numbered = _NUMBERED.fullmatch(place)
    if not numbered or Path(place).exists():
        yield from event_file.of(Path(place))
        return
    file, number = Path(numbered[1]), int(numbered[2])
    events = event_file.of(file)
    if not 1 <= number <= len(events):
        raise ConfigurationError([f"{place}: {file} holds {len(events)} events"])
    yield events[number - 1]
