"""``python -m tests.integration.attackers PORT COUNT``: connections to ingest that idle and trickle."""

from __future__ import annotations

import asyncio
import resource
import sys

import uvloop

from tests.support import lago
from tests.support.webhooks import CODE, headers

BODY = lago.invoice_event()


def head(given: dict[str, str], length: int) -> bytes:
    lines = [f"POST /lago/{CODE} HTTP/1.1", "host: localhost", f"content-length: {length}"]
    return "\r\n".join([*lines, *(f"{name}: {text}" for name, text in given.items()), "", ""]).encode()


SLOW = head(headers(BODY), 5 * 1024 * 1024)
KINDS = (
    b"",
    SLOW[:80],
    SLOW + BODY[:1000],
    head({"content-type": "application/json"}, 5 * 1024 * 1024) + b"{",
    head(headers(BODY, x_lago_signature="Zm9yZ2Vk"), 5 * 1024 * 1024) + b"{",
    head(headers(BODY, x_lago_signature="Zm9yZ2Vk"), len(BODY)) + BODY,
)


class Attacker:
    """One connection that sends slowly, reads nothing, and is opened again when it is closed."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        self._begun = KINDS[number % len(KINDS)]

    async def attack(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(1)
                continue
            try:
                writer.write(self._begun)
                while not writer.is_closing():
                    await asyncio.sleep(2)
                    if self._begun:
                        writer.write(b"x")
                    await writer.drain()
            except (OSError, RuntimeError):
                pass  # closed by ingest; uvloop says so of a write with a RuntimeError
            finally:
                writer.close()


async def main(port: int, count: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(Attacker(port, number).attack())


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
