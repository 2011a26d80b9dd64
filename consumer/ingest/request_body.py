"""Read a request's body with a limit on its size; `protocol` limits its time."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from consumer.ingest.response import Answer

DISCARD_LIMIT_S = 2.0


async def read(receive: Receive, *, limit_bytes: int) -> bytes | Answer:
    """The bytes of the body, or the response to a body that is too large or incomplete."""
    chunks: list[bytes] = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return Answer(name="incomplete", sentence="the connection ended before the body did")
        chunks.append(message.get("body", b""))
        size_bytes += len(chunks[-1])
        if size_bytes > limit_bytes:
            return too_large(limit_bytes)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def discard(receive: Receive) -> bool:
    """
    Read and drop the rest of a body, within `DISCARD_LIMIT_S`; returns whether it is complete.

    If the server closed the connection before, the client could lose the response to a reset.
    """
    try:
        async with asyncio.timeout(DISCARD_LIMIT_S):
            while (await receive()).get("more_body", False):
                continue
    except TimeoutError:
        return False
    return True


def too_large(limit_bytes: int) -> Answer:
    """The response to a body of more than `limit_bytes`."""
    return Answer(name="too_large", sentence=f"the body is larger than {limit_bytes} bytes")
