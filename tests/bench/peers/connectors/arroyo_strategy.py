"""Arroyo: tasks in threads, in order within a lane, then the commit."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import restlet_call
import threaded_call
from arroyo.backends.kafka import KafkaConsumer, KafkaPayload
from arroyo.backends.kafka.configuration import build_kafka_consumer_configuration
from arroyo.commit import CommitPolicy
from arroyo.processing import StreamProcessor
from arroyo.processing.strategies import CommitOffsets, ProcessingStrategy, ProcessingStrategyFactory, RunTask
from arroyo.processing.strategies.run_task_in_threads import RunTaskInThreads
from arroyo.types import Commit, Message, Partition, Topic

PENDING = 1_000


@dataclass(slots=True)
class Ticket:
    """A record in the queue of its lane."""

    value: bytes
    before: threading.Event | None
    done: threading.Event = field(default_factory=threading.Event)

    def redeem(self) -> None:
        """Write it after the one before it."""
        if self.before is not None:
            self.before.wait()
        threaded_call.write(self.value)
        self.done.set()


class Tickets:
    """Arroyo's threads know no order by key; the tickets that a single thread gives out do."""

    def __init__(self) -> None:
        self._last: dict[bytes | None, threading.Event] = {}
        self._given: tuple[Any, Ticket] | None = None

    def give(self, message: Message[KafkaPayload]) -> Ticket:
        """The ticket of a record; the same one when the record is submitted again."""
        if self._given is None or self._given[0] is not message.value:
            key, value = message.payload.key, message.payload.value
            ticket = Ticket(value, self._last.get(key))
            self._last[key] = ticket.done
            self._given = message.value, ticket
        return self._given[1]


class Factory(ProcessingStrategyFactory[KafkaPayload]):
    """Tickets, threads, commits."""

    def create_with_partitions(
        self, commit: Commit, partitions: Mapping[Partition, int]
    ) -> ProcessingStrategy[KafkaPayload]:
        """The steps for what was assigned."""
        threads = RunTaskInThreads(
            lambda message: message.payload.redeem(), restlet_call.CAP, PENDING, CommitOffsets(commit)
        )
        return RunTask(Tickets().give, threads)


def main() -> None:
    """Run until a signal ends it."""
    configuration = build_kafka_consumer_configuration(
        {},
        bootstrap_servers=[restlet_call.SERVERS],
        group_id=restlet_call.GROUP,
        auto_offset_reset="earliest",
        override_params={"group.instance.id": restlet_call.INSTANCE},
    )
    consumer = KafkaConsumer(configuration)
    StreamProcessor(consumer, Topic(restlet_call.TOPIC), Factory(), CommitPolicy(1.0, 1_000)).run()


if __name__ == "__main__":
    main()
