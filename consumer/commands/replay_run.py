"""Events that are replayed: read, published to their partition again, marked; one batch at a time."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from consumer.clock import Clock
from consumer.commands import resolution
from consumer.failures import original
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.failures.original import Original
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.kafka.republisher import Copy, Republisher
from consumer.record import Source
from schemas.error_mark import ReplayRef

LARGEST_BATCH = 50

Advance = Callable[[int], None]
"""Called with the number of failures replayed since the last call."""


@dataclass(slots=True)
class Done:
    """The progress of a replay; ids are those of error events."""

    replayed: list[str] = field(default_factory=list)
    from_error: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One event and every failure of it: several connections may have failed on one record."""

    original: Original
    failures: tuple[Failure, ...]


class Replaying:
    """
    Replays failures at a bounded rate.

    An event is marked right after Kafka has acknowledged it, so a second run skips it. A
    process that is killed in between repeats one batch, which NetSuite's external ids make harmless.
    """

    def __init__(
        self,
        cluster: Cluster,
        republisher: Republisher,
        *,
        history: History,
        clock: Clock,
        rate_per_s: float,
        stop: asyncio.Event,
        run_id: str = "",
        done: Done | None = None,
    ) -> None:
        self._cluster = cluster
        self._republisher = republisher
        self._history = history
        self._clock = clock
        self._rate_per_s = rate_per_s
        self._batch = max(1, min(LARGEST_BATCH, int(rate_per_s)))
        self._stop = stop
        self._run_id = run_id
        self._started_s = time.monotonic()
        self._sent = 0
        self.done = done or Done()

    async def run(self, failures: Sequence[Failure], advance: Advance) -> Done:
        """
        Replay them; a stop takes effect between batches.

        Raises:
            ContractError: Kafka did not acknowledge.
            StartupError: the events cannot be read from Kafka.
        """
        batch: list[_Event] = []
        async with aclosing(self._events(failures)) as events:
            async for event in events:
                batch.append(event)
                if len(batch) >= self._batch:
                    await self._put(batch, advance)
                    batch = []
                if self._stop.is_set():
                    self.done.is_interrupted = True
                    return self.done
        await self._put(batch, advance)
        return self.done

    async def _events(self, failures: Sequence[Failure]) -> AsyncGenerator[_Event, None]:
        by_source: dict[Source, list[Failure]] = defaultdict(list)
        for failure in failures:
            by_source[failure.source].append(failure)
        gone: dict[Source, tuple[Failure, ...]] = {}
        async with aclosing(snapshot_reader.originals(self._cluster, by_source)) as found:
            async for source, record in found:
                same = tuple(by_source[source])
                if record is None:
                    gone[same[0].place] = same
                else:
                    yield _Event(original=original.from_topic(same[0], record), failures=same)
        async with aclosing(snapshot_reader.originals(self._cluster, gone)) as found:
            async for place, record in found:
                same = gone[place]
                carried = original.from_error(same[0], record.value or b"") if record else None
                if carried is None:
                    self.done.missing += [each.id for each in same]
                else:
                    yield _Event(original=carried, failures=same)

    async def _put(self, batch: Sequence[_Event], advance: Advance) -> None:
        if not batch:
            return
        attempts = [max(map(self._history.attempt_of, event.failures)) for event in batch]
        copies = [_copy(event, attempt) for event, attempt in zip(batch, attempts, strict=True)]
        places = await self._republisher.put(copies)
        marks = [
            self._mark(failure, place, attempt)
            for event, place, attempt in zip(batch, places, attempts, strict=True)
            for failure in event.failures
        ]
        await self._republisher.put(marks)
        for event in batch:
            ids = [each.id for each in event.failures]
            self.done.replayed += ids
            self.done.from_error += ids if event.original.is_embedded else []
        advance(len(marks))
        await self._keep_pace(len(batch))

    def _mark(self, failure: Failure, place: Source, attempt: int) -> Copy:
        replay = ReplayRef(topic=place.topic, partition=place.partition, offset=place.offset, attempt=attempt)
        return resolution.mark(failure, "replayed", self._clock, replay=replay, run=self._run_id)

    async def _keep_pace(self, count: int) -> None:
        self._sent += count
        due_s = self._started_s + self._sent / self._rate_per_s
        try:
            async with asyncio.timeout(max(0.0, due_s - time.monotonic())):
                await self._stop.wait()
        except TimeoutError:
            return


def _copy(event: _Event, attempt: int) -> Copy:
    found, source = event.original, event.failures[0].source
    return Copy(
        topic=source.topic,
        partition=source.partition,
        key=found.key,
        value=found.value,
        headers=found.headers_of_replay(attempt, event.failures),
    )
