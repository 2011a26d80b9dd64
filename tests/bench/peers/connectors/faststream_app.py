"""FastStream: a subscriber with as many workers as there are partitions, acknowledged after the call."""

from __future__ import annotations

import asyncio
import logging

import restlet_call
from awaited_call import AwaitedCall
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage

calls: AwaitedCall
# Without a line of log for each record, as ours has its lines in a file.
broker = KafkaBroker(restlet_call.SERVERS, logger=None)


# Workers beyond the partitions would have nothing to do: each is a consumer of its own.
@broker.subscriber(
    restlet_call.TOPIC,
    group_id=restlet_call.GROUP,
    auto_offset_reset="earliest",
    ack_policy=AckPolicy.NACK_ON_ERROR,
    max_workers=min(restlet_call.CAP, restlet_call.PARTITIONS),
)
async def write(message: KafkaMessage) -> None:
    """Send the event of a record."""
    await calls.write(message.body)


async def main() -> None:
    """Run the application."""
    global calls  # noqa: PLW0603 - the client wants a running loop
    calls = AwaitedCall()
    await FastStream(broker, logger=None).run(log_level=logging.WARNING)


if __name__ == "__main__":
    asyncio.run(main())
