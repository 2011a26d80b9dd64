"""What lies on topics comes in batches: the latest at once, a backlog in few."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from consumer.kafka import position_tail
from consumer.kafka.position_tail import LARGEST_BATCH

PLACE = TopicPartition("lago.netsuite.results", 0)
FETCH = 900
"""Records that one fetch brings."""


class Reader:
    """A consumer without group of one partition, whose fetches bring few records each."""

    def __init__(self, count: int) -> None:
        self.count, self.at = count, 0
        self.is_away = False

    async def end_offsets(self, _: Any) -> dict[TopicPartition, int]:
        if self.is_away:
            await asyncio.Event().wait()
        return {PLACE: self.count}

    async def beginning_offsets(self, _: Any) -> dict[TopicPartition, int]:
        return {PLACE: 0}

    async def getmany(self, *, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        assert timeout_ms > 0
        begin, self.at = self.at, min(self.count, self.at + min(FETCH, max_records))
        return {PLACE: [_message(offset) for offset in range(begin, self.at)]} if begin < self.at else {}

    async def position(self, _: TopicPartition) -> int:
        return self.at

    def highwater(self, _: TopicPartition) -> int:
        return self.count

    def assign(self, places: Any) -> None:
        assert places == [PLACE]

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.at = offset


def _message(offset: int) -> Any:
    return SimpleNamespace(
        topic=PLACE.topic, partition=0, offset=offset, timestamp=1, key=b"", value=b"{}", headers=()
    )


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The sizes of the first batches of a topic, each with what is behind it."""

    async def places(*_: Any) -> list[TopicPartition]:
        return [PLACE]

    async def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(position_tail, "_places", places)
    monkeypatch.setattr(position_tail, "stop", nothing)
    monkeypatch.setattr(position_tail, "GATHER_LIMIT_S", 60.0)  # a busy machine is no slow network

    async def sizes(count: int, batches: int) -> list[tuple[int, int]]:
        cluster: Any = SimpleNamespace(reader=lambda **_: Reader(count), start=nothing)
        async with position_tail.tail(cluster, ["results"], {}) as tail:
            return [(len(each.records), each.behind) async for each in _first(tail, batches)]

    return sizes


async def _first(batches: AsyncIterator[Any], count: int) -> AsyncIterator[Any]:
    for _ in range(count):
        yield await anext(batches)


async def test_a_backlog_comes_in_large_batches(read):
    """Of many fetches; the last one is what is left, and then there is nothing."""
    left = 2_000
    assert await read(2 * LARGEST_BATCH + left, 4) == [
        (LARGEST_BATCH, LARGEST_BATCH + left),
        (LARGEST_BATCH, left),
        (left, 0),
        (0, 0),
    ]


async def test_what_is_new_comes_at_once(read):
    """Nobody waits for more when there is none."""
    assert await read(1, 1) == [(1, 0)]


async def test_a_backlog_on_a_slow_network_is_taken_as_it_comes(read, monkeypatch):
    """A batch grows for a second only."""
    monkeypatch.setattr(position_tail, "GATHER_LIMIT_S", 0.0)

    assert await read(2_000, 1) == [(FETCH, 2_000 - FETCH)]


async def test_a_broker_that_goes_away_is_noticed_though_fetches_only_bring_nothing(monkeypatch):
    """aiokafka tries again without a word, for as long as it takes."""
    monkeypatch.setattr(position_tail, "ASK_EVERY_S", 0.0)
    monkeypatch.setattr(position_tail, "ANSWER_LIMIT_S", 0.01)
    reader, extents = Reader(1), {PLACE: position_tail.Extent(begin=0, end=1)}
    consumer: Any = reader
    batches = position_tail._batches(consumer, [PLACE], extents)
    assert len((await anext(batches)).records) == 1
    assert not (await anext(batches)).records

    reader.is_away = True

    with pytest.raises(TimeoutError):
        await anext(batches)
