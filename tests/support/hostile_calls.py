"""The real clients against a hostile host; prints the result of each call, and the peak memory."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace

from consumer.clock import SystemClock
from consumer.lago.api import LagoApi
from consumer.lago.public_key import FetchedKey
from consumer.netsuite import client as netsuite_client
from consumer.netsuite.client import Client
from tests.support import connection_files
from tests.support.peak_memory import peak_mib
from tests.unit.netsuite import examples

CALLS_AT_ONCE = 15


async def no_sleep(_: float) -> None:
    return None


async def told(host: str, kind: str) -> dict[str, list[str]]:
    lago = {"api_url": f"{host}/{kind}", "api_key": "key"}
    here = {"restlet_url": f"{host}/{kind}/restlet.nl?script=1&deploy=1", "concurrency": CALLS_AT_ONCE}
    connection = examples.connection(**here)
    described = connection_files.connection(lago=lago)
    clock = SystemClock()
    async with Client(connection, clock=clock, sleep=no_sleep) as client:
        writes = await asyncio.gather(*(client.write(examples.request()) for _ in range(CALLS_AT_ONCE)))
        ping = await client.ping()
    api = LagoApi(described, clock=clock, sleep=no_sleep)
    looked_up = await asyncio.gather(*(api.customer(str(number)) for number in range(CALLS_AT_ONCE)))
    await api.aclose()
    key = FetchedKey(described, clock=clock)
    given = await key.current()
    await key.aclose()
    return {
        "write": [repr(each) for each in writes],
        "ping": [repr(ping)],
        "customer": [repr(each) for each in looked_up],
        "key": [repr(given)],
    }


async def main() -> None:
    netsuite_client.ANSWERS = replace(netsuite_client.ANSWERS, max_body_s=2.0)
    host, *kinds = sys.argv[1:]
    found = {kind: await told(host, kind) for kind in kinds}
    sys.stdout.write(json.dumps({"told": found, "most_mib": peak_mib()}))


if __name__ == "__main__":
    asyncio.run(main())
