"""
Polls for records, with separate polls for partitions whose next batch cannot be read.

A batch may be damaged on a broker's disk, or compressed by its producer with a codec that is not supported
here. aiokafka raises for it while it collects records of all partitions, and drops those that it had
collected. Therefore all partitions are set back, and each is polled alone until the unreadable one is known.
That one is polled again every `AGAIN_AFTER_S` seconds: an operator has to restore or skip the batch. All
others continue.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, UnsupportedCodecError

from consumer import errors
from consumer.clock import Clock
from consumer.ops.deadlines import Interruptible
from consumer.ops.once_a_minute import OnceAMinute

POLL_LIMIT_MS = 500
# While partitions are polled alone, the poll of the others is short.
SHORT_POLL_MS = 50
ALONE_AT_ONCE = 100
AGAIN_AFTER_S = 30.0
CLEARED_AFTER_S = 10.0
RESET_LIMIT_S = 5.0

Batches = Mapping[TopicPartition, Sequence[ConsumerRecord]]

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Suspect:
    """
    A partition that is polled alone; times are monotonic.

    Attributes:
        since_s: when it became suspect or last failed.
        due_s: when it is polled again.
        records: maximum of one poll; 1 after a failure, so that all records before the batch are read.
        error: name of the exception that its next batch raises; None while that is not known.
    """

    since_s: float
    due_s: float
    records: int = ALONE_AT_ONCE
    error: str | None = None


class BatchReader:
    """Polls one consumer of aiokafka."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        *,
        position: Callable[[TopicPartition], int | None],
        clock: Clock,
    ) -> None:
        """
        Create a reader that polls all partitions together.

        Args:
            consumer: the consumer whose partitions are read.
            position: the next offset to read of a partition, after the records taken; None for one of which
                nothing has been taken or committed.
            clock: measures the time until a partition is tried again.
        """
        self._consumer = consumer
        self._position = position
        self._clock = clock
        self._suspects: dict[TopicPartition, Suspect] = {}
        self._waiting: Interruptible | None = None
        self._once = OnceAMinute(clock.monotonic_s)

    @property
    def resting(self) -> frozenset[TopicPartition]:
        """Suspect partitions that are not polled at present."""
        now_s = self._clock.monotonic_s()
        return frozenset(each for each, suspect in self._suspects.items() if suspect.due_s > now_s)

    @property
    def sentence(self) -> str | None:
        """The unreadable partitions as a sentence for people; None while all can be read."""
        said = [_sentence(each, found.error) for each, found in self._suspects.items() if found.error]
        return "; ".join(said) or None

    def interrupt(self) -> None:
        """Let a `read` that waits for records return at once; nothing is lost."""
        if self._waiting is not None:
            self._waiting.interrupt()

    async def read(self) -> Batches:
        """
        The next records of all partitions; none when no record arrives within `POLL_LIMIT_MS`.

        Raises:
            KafkaError: as aiokafka raises it, except errors about the content of a batch.
        """
        self._forget()
        try:
            return {**await self._alone(), **await self._together()}
        except BaseException as error:
            if not _is_about_content(error):
                if self._suspects and isinstance(error, KafkaError):
                    # What was collected of the partitions before is dropped, too.
                    await self._put_back(*self._consumer.assignment())
                raise
            now_s = self._clock.monotonic_s()
            for each in self._consumer.assignment():
                self._suspects.setdefault(each, Suspect(since_s=now_s, due_s=now_s))
            await self._put_back(*self._consumer.assignment())
            log.debug("batch_not_read", error=errors.name_of(error))
            return {}

    async def _together(self) -> Batches:
        if not self._suspects:
            return await self._awaited(timeout_ms=POLL_LIMIT_MS)
        trusted = self._consumer.assignment() - self._suspects.keys()
        is_busy = len(self._suspects) > len(self.resting)
        limit_ms = SHORT_POLL_MS if is_busy else POLL_LIMIT_MS
        if not trusted:
            await asyncio.sleep(limit_ms / 1_000)
            return {}
        return await self._awaited(*trusted, timeout_ms=limit_ms)

    async def _alone(self) -> Batches:
        asked = self._suspects.keys() - self.resting
        found: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
        failed: list[BaseException] = []
        for each in asked:
            try:
                found |= await self._fetched(each, timeout_ms=0, max_records=self._suspects[each].records)
            except BaseException as error:
                if not _is_about_content(error):
                    raise
                failed.append(error)
                await self._put_back(each)
                self._failed(each, error)
        if len(failed) == len(self._consumer.assignment()) > 1:
            # Then the cause is not the content of one partition.
            raise KafkaError(f"no partition can be read: {errors.name_of(failed[0])}") from failed[0]
        for each in found:
            self._suspects[each].error = None
        return found

    async def _awaited(self, *partitions: TopicPartition, timeout_ms: int) -> Batches:
        waiting = self._waiting = Interruptible()
        try:
            with waiting:
                # It takes what has been fetched without an await, so nothing is taken when that ends early.
                return await self._fetched(*partitions, timeout_ms=timeout_ms)
        except TimeoutError:
            if not waiting.is_interrupted:
                raise
            return {}
        finally:
            self._waiting = None

    async def _fetched(self, *partitions: TopicPartition, **how: int) -> Batches:
        found: Batches = await self._consumer.getmany(*partitions, **how)
        return found

    def _failed(self, partition: TopicPartition, error: BaseException) -> None:
        suspect, now_s = self._suspects[partition], self._clock.monotonic_s()
        if suspect.records > 1:
            suspect.records = 1
            return
        suspect.error, suspect.since_s, suspect.due_s = errors.name_of(error), now_s, now_s + AGAIN_AFTER_S
        if self._once.may_say(str(partition)):
            log.error(
                "partition_unreadable",
                topic=partition.topic,
                partition=partition.partition,
                offset=self._position(partition),
                error=suspect.error,
                message=_sentence(partition, suspect.error),
            )

    async def _put_back(self, *partitions: TopicPartition) -> None:
        """Read on after the records taken: those that aiokafka has collected since are dropped."""
        positions = {each: self._position(each) for each in partitions}
        for each, position in positions.items():
            if position is not None:
                self._consumer.seek(each, position)
        # A partition may have been revoked during a poll.
        assigned = self._consumer.assignment()
        unread = [each for each, position in positions.items() if position is None and each in assigned]
        if unread:
            with contextlib.suppress(TimeoutError):  # aiokafka resets them later, and returns none before
                async with asyncio.timeout(RESET_LIMIT_S):
                    await self._consumer.seek_to_beginning(*unread)

    def _forget(self) -> None:
        """Remove suspects that are no longer assigned, or had no error for `CLEARED_AFTER_S` seconds."""
        now_s, assigned = self._clock.monotonic_s(), self._consumer.assignment()
        for each, suspect in list(self._suspects.items()):
            is_cleared = suspect.error is None and now_s - suspect.since_s >= CLEARED_AFTER_S
            if is_cleared or each not in assigned:
                del self._suspects[each]


def _is_about_content(error: BaseException) -> bool:
    """Whether decompressing or decoding a batch raised the error; includes a panic of a library in Rust."""
    if isinstance(error, KafkaError):
        return isinstance(error, CorruptRecordException | UnsupportedCodecError)
    return errors.is_defect(error)


def _sentence(partition: TopicPartition, error: str | None) -> str:
    return (
        f"the next batch of {partition.topic}/{partition.partition} cannot be read ({error}): restore it on "
        "the broker, or skip it with kafka-delete-records; this partition waits, the others go on"
    )
