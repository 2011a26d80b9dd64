"""
What Kafka gives, around partitions whose next batch cannot be read.

A batch may be damaged on a broker's disk, or compressed by what wrote it in a way that nobody reads. aiokafka
raises for it in the middle of what it collects from all partitions, and what it had collected is lost to it.
So everything is put back, and each partition is read alone until it is known which one it was. That one
rests, and is tried again now and then: a person has to restore or skip the batch. All others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, UnsupportedCodecError

from consumer import errors
from consumer.clock import Clock
from consumer.ops.once_a_minute import OnceAMinute

POLL_LIMIT_MS = 500
# While partitions are read alone, none of them is waited for.
SHORT_POLL_MS = 50
ALONE_AT_ONCE = 100
AGAIN_AFTER_S = 30.0
CLEARED_AFTER_S = 10.0

Batches = Mapping[TopicPartition, Sequence[ConsumerRecord]]

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Suspect:
    """
    A partition that is read alone; times are monotonic.

    Attributes:
        due_s: when it is read again.
        records: how many at once; one by one when that failed, so that what is good before the batch is read.
        error: what its next batch raises, once that is known.
    """

    since_s: float
    due_s: float
    records: int = ALONE_AT_ONCE
    error: str | None = None


class BatchReader:
    """Polls one consumer."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        *,
        position: Callable[[TopicPartition], int | None],
        clock: Clock,
    ) -> None:
        """
        Begin with no suspicion.

        Args:
            consumer: whose partitions to read.
            position: the offset up to which the records of a partition have been taken; None if not known.
            clock: tells when a partition is tried again.
        """
        self._consumer = consumer
        self._position = position
        self._clock = clock
        self._suspects: dict[TopicPartition, Suspect] = {}
        self._once = OnceAMinute(clock.monotonic_s)

    @property
    def resting(self) -> frozenset[TopicPartition]:
        """Partitions that are not to be fetched for now."""
        now_s = self._clock.monotonic_s()
        return frozenset(each for each, suspect in self._suspects.items() if suspect.due_s > now_s)

    @property
    def sentence(self) -> str | None:
        """What is wrong, for people; None while everything can be read."""
        said = [_sentence(each, found.error) for each, found in self._suspects.items() if found.error]
        return "; ".join(said) or None

    async def read(self) -> Batches:
        """
        The next records of all partitions; none when nothing comes in time.

        Raises:
            KafkaError: as aiokafka does, but for what is about the content of a batch.
        """
        self._forget()
        try:
            return {**await self._alone(), **await self._together()}
        except BaseException as error:
            if not _is_about_content(error):
                raise
            now_s = self._clock.monotonic_s()
            for each in self._consumer.assignment():
                self._put_back(each)
                self._suspects.setdefault(each, Suspect(since_s=now_s, due_s=now_s))
            log.debug("batch_not_read", error=errors.name_of(error))
            return {}

    async def _together(self) -> Batches:
        if not self._suspects:
            return await self._fetched(timeout_ms=POLL_LIMIT_MS)
        trusted = self._consumer.assignment() - self._suspects.keys()
        is_busy = len(self._suspects) > len(self.resting)
        limit_ms = SHORT_POLL_MS if is_busy else POLL_LIMIT_MS
        if not trusted:
            await asyncio.sleep(limit_ms / 1_000)
            return {}
        return await self._fetched(*trusted, timeout_ms=limit_ms)

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
                self._failed(each, error)
        if len(failed) == len(self._consumer.assignment()) > 1:
            # Then it is about none of them.
            raise KafkaError(f"no partition can be read: {errors.name_of(failed[0])}") from failed[0]
        for each in found:
            self._suspects[each].error = None
        return found

    async def _fetched(self, *partitions: TopicPartition, **how: int) -> Batches:
        found: Batches = await self._consumer.getmany(*partitions, **how)
        return found

    def _failed(self, partition: TopicPartition, error: BaseException) -> None:
        self._put_back(partition)
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

    def _put_back(self, partition: TopicPartition) -> None:
        """To where its records have been taken: what aiokafka has collected since has not got here."""
        position = self._position(partition)
        if position is not None:
            self._consumer.seek(partition, position)

    def _forget(self) -> None:
        """Who is no longer assigned, and who has done nothing for a while."""
        now_s, assigned = self._clock.monotonic_s(), self._consumer.assignment()
        for each, suspect in list(self._suspects.items()):
            is_cleared = suspect.error is None and now_s - suspect.since_s >= CLEARED_AFTER_S
            if is_cleared or each not in assigned:
                del self._suspects[each]


def _is_about_content(error: BaseException) -> bool:
    """Whatever decompressing and taking apart raises, down to a panic of a library in Rust."""
    if isinstance(error, KafkaError):
        return isinstance(error, CorruptRecordException | UnsupportedCodecError)
    return errors.is_defect(error)


def _sentence(partition: TopicPartition, error: str | None) -> str:
    return (
        f"the next batch of {partition.topic}/{partition.partition} cannot be read ({error}): restore it on "
        "the broker, or skip it with kafka-delete-records; this partition waits, the others go on"
    )
