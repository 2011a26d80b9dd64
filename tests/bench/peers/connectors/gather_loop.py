"""The loop that one writes by hand: aiokafka polls, asyncio gathers, the commit follows."""

from __future__ import annotations

import asyncio

import restlet_call
from aiokafka import AIOKafkaConsumer
from awaited_call import AwaitedCall

RECORDS_AT_ONCE = 500


async def main() -> None:
    """Poll, write all lanes side by side, commit, for ever."""
    calls = AwaitedCall()
    consumer = AIOKafkaConsumer(
        restlet_call.TOPIC,
        bootstrap_servers=restlet_call.SERVERS,
        group_id=restlet_call.GROUP,
        group_instance_id=restlet_call.INSTANCE,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        while True:
            polled = await consumer.getmany(timeout_ms=500, max_records=RECORDS_AT_ONCE)
            records = ((each.key, each.value) for batch in polled.values() for each in batch)
            await asyncio.gather(*map(calls.write_lane, restlet_call.by_lane(records).values()))
            if polled:
                await consumer.commit()


if __name__ == "__main__":
    asyncio.run(main())
