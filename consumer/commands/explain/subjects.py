"""What is to be explained: events of files or topics, or of a document by name, with what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from consumer.commands import console_output, event_file
from consumer.commands.explain import document_search
from consumer.commands.explain.document_search import Wanted
from consumer.commands.explain.document_state import DocumentState
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError, LagoNetsuiteError, StartupError
from consumer.failures import original
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.record import Record, Source
from schemas import envelope
from schemas.envelope import Envelope

_COORDINATES = re.compile(r"([\w.-]+)/(\d+)/(\d+)")
_NUMBERED = re.compile(r"(.+)#(\d+)")
_FILES = frozenset({".json", ".jsonl", ".ndjson", ".txt", ".yaml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    One event.

    Attributes:
        value: the event's bytes; None for a tombstone.
        has_event: whether there is an event; False when Kafka does not have it any more.
        states: what the topics say of its document, by connection; None where that was not asked.
        code: the connection that is meant; None for the one that is responsible.
    """

    value: bytes | None = None
    has_event: bool = True
    states: tuple[DocumentState, ...] | None = None
    code: str | None = None


async def of(settings: Settings, place: str, code: str | None) -> list[Subject]:
    """
    The events at ``FILE``, ``FILE#12`` (the twelfth), ``TOPIC/PARTITION/OFFSET``, or of a document's name.

    Raises:
        ConfigurationError: there is no such file, or no such event in it.
        StartupError: Kafka cannot be reached.
        LagoNetsuiteError: Kafka has no such record.
    """
    source = _coordinates(place)
    if source is not None:
        return [await _at(settings, source, code)]
    if is_file(place):
        return [Subject(value=each, code=code) for each in _of_file(place)]
    states = await document_search.find(settings, Wanted(name=place))
    return [await _of_state(settings, each) for each in states if code in {None, each.connection}]


async def _at(settings: Settings, source: Source, code: str | None) -> Subject:
    record = await _record(settings, source)
    if record is None:
        raise LagoNetsuiteError(f"{source}: Kafka has no such record, or has it no more")
    event = envelope.decode(record.value)
    name = event.object_id if isinstance(event, Envelope) else ""
    try:
        states = await document_search.find(settings, Wanted(name=name, source=source))
    except StartupError as error:
        console_output.complain(f"What became of it is not known: {error}")
        return Subject(value=record.value, code=code)
    known = tuple(each for each in states if code in {None, each.connection})
    return Subject(value=record.value, states=known, code=code)


async def _of_state(settings: Settings, state: DocumentState) -> Subject:
    """The newest event of a document that Kafka still has."""
    for source in state.sources:
        record = await _record(settings, source)
        if record is not None:
            return Subject(value=record.value, states=(state,), code=state.connection)
    for failure, _ in reversed(state.failures):
        error = await _record(settings, failure.place)
        carried = original.from_error(failure, error.value or b"") if error else None
        if carried is not None:
            return Subject(value=carried.value, states=(state,), code=state.connection)
    return Subject(has_event=False, states=(state,), code=state.connection)


async def _record(settings: Settings, source: Source) -> Record | None:
    async with aclosing(snapshot_reader.originals(Cluster.of(settings), [source])) as found:
        async for _, record in found:
            return record
    return None


def _coordinates(place: str) -> Source | None:
    found = _COORDINATES.fullmatch(place)
    if found is None or Path(place).exists():
        return None
    return Source(topic=found[1], partition=int(found[2]), offset=int(found[3]))


def is_file(place: str) -> bool:
    """Whether a text names a file; also one that is missing, by its suffix."""
    numbered = _NUMBERED.fullmatch(place)
    name = Path(numbered[1] if numbered else place)
    return place == "-" or Path(place).exists() or name.exists() or name.suffix.lower() in _FILES


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
