"""A batch that cannot be read keeps its own partition waiting and no other, and no record is lost for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    CorruptRecordException,
    IllegalStateError,
    KafkaConnectionError,
    KafkaError,
    UnsupportedCodecError,
)
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.kafka import batch_reader
from consumer.kafka.batch_reader import AGAIN_AFTER_S, CLEARED_AFTER_S, BatchReader
from tests.unit.kafka.fakes import message, tp


class Panic(BaseException):
    """As a library in Rust raises it."""


Panic.__module__ = "pyo3_runtime"


@dataclass(slots=True)
class Log:
    """
    A broker's partitions as aiokafka gives them: what it has collected is gone when one of them raises.

    Attributes:
        bad: by partition, the offset at which a batch begins that raises.
    """

    ends: dict[TopicPartition, int]
    bad: dict[TopicPartition, int] = field(default_factory=dict)
    error: BaseException = field(default_factory=lambda: CorruptRecordException("Invalid CRC"))
    positions: dict[TopicPartition, int] = field(default_factory=dict)
    polls: int = 0

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.positions[partition] = offset

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        for each in partitions:
            self.positions[each] = 0

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[Any]]:
        self.polls += 1
        found = {}
        for each in partitions or self.ends:
            at = self.positions.get(each, 0)
            end = min(self.ends[each], at + (max_records or 10))
            if at <= self.bad.get(each, end) < end:
                raise self.error
            if at < end:
                found[each] = [message(offset, partition=each.partition) for offset in range(at, end)]
                self.positions[each] = end
        return found


class Revoking(Log):
    """The group takes the damaged partition away while it is polled alone."""

    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        if missing := set(partitions) - self.assignment():
            raise IllegalStateError(f"{missing} are not assigned")
        await Log.seek_to_beginning(self, *partitions)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[Any]]:
        if partitions == (tp(1),):
            self.ends.pop(tp(1), None)
            raise self.error
        return await Log.getmany(self, *partitions, timeout_ms=timeout_ms, max_records=max_records)


class LongReset(Log):
    async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
        await super().seek_to_beginning(*partitions)
        await asyncio.Event().wait()


@dataclass(slots=True)
class Breaking(Log):
    """Once, a poll fails for a reason that has nothing to do with the content."""

    breaks_at: int = 0

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[Any]]:
        if self.polls + 1 == self.breaks_at:
            self.polls += 1
            raise KafkaConnectionError("gone")
        return await Log.getmany(self, *partitions, timeout_ms=timeout_ms, max_records=max_records)


@dataclass(slots=True)
class Quiet(Log):
    """
    A poll without records waits for ever.

    Attributes:
        is_awaited: set when a poll waits.
    """

    is_awaited: asyncio.Event = field(default_factory=asyncio.Event)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[Any]]:
        found = await Log.getmany(self, *partitions, timeout_ms=timeout_ms, max_records=max_records)
        if timeout_ms and not found:
            self.is_awaited.set()
            await asyncio.Event().wait()
        return found


@asynccontextmanager
async def waiting(log: Quiet, reading: Coroutine[Any, Any, Any]) -> AsyncIterator[asyncio.Task[Any]]:
    """The task that reads, once its poll waits; it has ended when the block has."""
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(reading)
        await log.is_awaited.wait()
        yield task


class Scene:
    def __init__(self, log: Log) -> None:
        self.log, self.clock = log, FakeClock()
        self.taken: dict[TopicPartition, list[int]] = {each: [] for each in log.ends}
        self.reader = BatchReader(log, position=lambda each: len(self.taken[each]) or None, clock=self.clock)

    async def turns(self, count: int) -> None:
        for _ in range(count):
            for each, messages in (await self.reader.read()).items():
                self.taken[each] += [one.offset for one in messages]
            self.clock.advance(0.05)

    def complete(self, number: int) -> bool:
        return self.taken[tp(number)] == list(range(self.log.ends[tp(number)]))


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """No turn waits for real."""

    async def at_once(_: float) -> None:
        return None

    monkeypatch.setattr("consumer.kafka.batch_reader.asyncio.sleep", at_once)


@pytest.mark.parametrize(
    "error",
    [
        CorruptRecordException("Invalid CRC"),
        UnsupportedCodecError("zstd"),
        OSError("Not a gzipped file"),
        EOFError(),
        MemoryError(),
        Panic("index out of bounds"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_all_but_the_partition_of_a_bad_batch_go_on(error):
    """Records collected before the error are read again, and so are the good records before the batch."""
    scene = Scene(Log({tp(n): 40 for n in range(4)}, bad={tp(2): 25}, error=error))

    with capture_logs() as said:
        await scene.turns(60)

    assert [scene.complete(number) for number in (0, 1, 3)] == [True] * 3
    assert scene.taken[tp(2)] == list(range(25))
    [line] = [each for each in said if each["event"] == "partition_unreadable"]
    assert (line["topic"], line["partition"], line["offset"]) == ("lago.invoices", 2, 25)
    assert "kafka-delete-records" in scene.reader.sentence


async def test_a_partition_of_which_nothing_was_taken_is_read_from_its_beginning():
    """aiokafka has collected its first records when another partition raises, and drops them."""
    scene = Scene(Log({tp(0): 5, tp(1): 5, tp(2): 5}, bad={tp(1): 0}))

    await scene.turns(20)

    assert [scene.complete(number) for number in (0, 2)] == [True, True]
    assert scene.taken[tp(1)] == []


@pytest.mark.parametrize("breaks_at", range(1, 12))
async def test_a_poll_that_fails_beside_a_bad_batch_loses_nothing(breaks_at):
    """What was collected of the partitions that are polled alone is read again."""
    scene = Scene(Breaking({tp(n): 40 for n in range(3)}, bad={tp(1): 25}, breaks_at=breaks_at))

    with suppress(KafkaConnectionError):
        await scene.turns(60)
    await scene.turns(60)

    assert [scene.complete(number) for number in (0, 2)] == [True, True]
    assert scene.taken[tp(1)] == list(range(25))
    assert scene.log.polls >= breaks_at


async def test_a_damaged_partition_that_is_revoked_meanwhile_ends_nothing():
    """Its next owner reads it; a seek in it would be an error, and end the stream."""
    scene = Scene(Revoking({tp(n): 5 for n in range(3)}, bad={tp(1): 0}))

    await scene.turns(20)

    assert [scene.taken[tp(number)] for number in (0, 1, 2)] == [[*range(5)], [], [*range(5)]]
    assert scene.log.assignment() == {tp(0), tp(2)}


async def test_a_reset_that_takes_long_holds_up_no_poll(monkeypatch):
    """aiokafka goes on with it, and returns no record of the partition before."""
    monkeypatch.setattr(batch_reader, "RESET_LIMIT_S", 0.0)
    scene = Scene(LongReset({tp(0): 5, tp(1): 5}, bad={tp(1): 0}))

    await scene.turns(20)

    assert scene.complete(0)


async def test_a_bad_batch_is_tried_now_and_then_and_said_once_a_minute():
    """It is not polled in between: no loop spins."""
    scene = Scene(Log({tp(0): 5, tp(1): 5}, bad={tp(0): 5 - 1}))
    await scene.turns(20)
    assert scene.reader.resting == {tp(0)}

    polls = scene.log.polls
    with capture_logs() as said:
        for _ in range(20):
            scene.clock.advance(AGAIN_AFTER_S)
            await scene.turns(1)

    # Alone, and the others together.
    assert scene.log.polls - polls <= 2 * 20
    assert 8 <= len([each for each in said if each["event"] == "partition_unreadable"]) <= 10


async def test_two_bad_batches_rest_side_by_side():
    scene = Scene(Log({tp(n): 20 for n in range(3)}, bad={tp(0): 3, tp(2): 0}))

    for _ in range(4):
        await scene.turns(20)
        scene.clock.advance(AGAIN_AFTER_S)

    assert scene.complete(1)
    assert (scene.taken[tp(0)], scene.taken[tp(2)]) == ([0, 1, 2], [])
    assert "lago.invoices/0" in scene.reader.sentence
    assert "lago.invoices/2" in scene.reader.sentence


async def test_a_batch_that_is_restored_is_read_and_trusted_again():
    scene = Scene(Log({tp(0): 30, tp(1): 5}, bad={tp(0): 3}))
    await scene.turns(20)
    assert scene.reader.sentence is not None

    scene.log.bad.clear()
    scene.clock.advance(AGAIN_AFTER_S)
    await scene.turns(60)
    scene.clock.advance(CLEARED_AFTER_S)
    await scene.turns(2)

    assert scene.complete(0)
    assert (scene.reader.sentence, scene.reader.resting) == (None, frozenset())


async def test_a_partition_that_went_is_spoken_of_no_longer():
    scene = Scene(Log({tp(0): 5, tp(1): 5}, bad={tp(0): 0}))
    await scene.turns(20)

    del scene.log.ends[tp(0)]
    await scene.turns(1)

    assert scene.reader.sentence is None


async def test_an_error_of_the_connection_is_raised_and_suspects_nobody():
    """It is about no batch."""
    scene = Scene(Log({tp(0): 5}, bad={tp(0): 0}, error=KafkaConnectionError("gone")))

    with pytest.raises(KafkaConnectionError):
        await scene.turns(1)

    assert scene.reader.resting == frozenset()


async def test_what_fails_for_every_partition_is_about_none_of_them():
    """It ends the stream, which is restarted, as after any other defect."""
    scene = Scene(Log({tp(0): 5, tp(1): 5}, bad={tp(0): 0, tp(1): 0}, error=RuntimeError("defect")))

    with pytest.raises(KafkaError, match="no partition can be read: RuntimeError"):
        await scene.turns(5)


async def test_a_poll_without_records_is_over_when_it_is_interrupted():
    """Partitions that were assigned meanwhile would be read half a second later."""
    scene = Scene(Quiet({tp(0): 0}))

    async with waiting(scene.log, scene.reader.read()) as reading:
        scene.reader.interrupt()

    assert reading.result() == {}


async def test_what_was_read_of_a_partition_alone_outlasts_the_interruption():
    """It is taken before the others are waited for."""
    scene = Scene(Quiet({tp(0): 3, tp(1): 20}, bad={tp(0): 2}))
    await scene.turns(5)
    scene.clock.advance(AGAIN_AFTER_S)
    scene.log.bad.clear()

    async with waiting(scene.log, scene.turns(1)) as turn:
        assert not turn.done()
        scene.reader.interrupt()

    assert (scene.complete(0), scene.complete(1)) == (True, True)


async def test_an_interruption_while_nothing_is_awaited_does_not_end_the_next_poll():
    scene = Scene(Quiet({tp(0): 3}))
    scene.reader.interrupt()

    await scene.turns(1)

    assert scene.complete(0)


async def test_a_poll_that_is_cancelled_is_not_merely_interrupted():
    """The stream stops."""
    scene = Scene(Quiet({tp(0): 0}))

    async with waiting(scene.log, scene.reader.read()) as reading:
        reading.cancel()

    assert reading.cancelled()


async def test_a_time_out_of_another_cause_is_raised():
    scene = Scene(Log({tp(0): 5}, bad={tp(0): 0}, error=TimeoutError()))

    with pytest.raises(TimeoutError):
        await scene.reader._awaited(timeout_ms=500)
