"""Quix Streams: a sink that writes what a checkpoint has gathered, lanes side by side in threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import restlet_call
import threaded_call
from quixstreams import Application
from quixstreams.sinks.base import BaseSink

RECORDS_AT_ONCE = 500


class RestletSink(BaseSink):
    """Gathers records, and writes them before the checkpoint is committed."""

    def __init__(self) -> None:
        super().__init__()
        self._records: list[tuple[bytes, bytes]] = []
        self._threads = ThreadPoolExecutor(restlet_call.CAP)

    def add(self, *, value: bytes, key: bytes, **_: Any) -> None:
        """Take one record."""
        self._records.append((key, value))

    def flush(self) -> None:
        """Write them all; called before each commit."""
        lanes = restlet_call.by_lane(self._records).values()
        list(self._threads.map(threaded_call.write_lane, lanes))
        self._records = []

    def on_paused(self) -> None:
        """Nothing is kept over a pause."""
        self._records = []


def main() -> None:
    """Run until a signal ends it."""
    application = Application(
        broker_address=restlet_call.SERVERS,
        consumer_group=restlet_call.GROUP,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_every=RECORDS_AT_ONCE,
        commit_interval=1.0,
        consumer_extra_config={"group.instance.id": restlet_call.INSTANCE},
        loglevel="WARNING",
    )
    topic = application.topic(restlet_call.TOPIC, key_deserializer="bytes", value_deserializer="bytes")
    application.dataframe(topic).sink(RestletSink())
    application.run()


if __name__ == "__main__":
    main()
