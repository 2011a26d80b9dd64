"""Reading a request's body: so large, and no further. How fast it must come is the connection's business."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from consumer.ingest.response import Answer

DISCARD_LIMIT_S = 2.0


async def read(receive: Receive, *, limit_bytes: int) -> bytes | Answer:
    """The body as it came, or the answer to one that is too large or not complete."""
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
    Read the rest of a body and keep nothing of it, within reason; whether its end has come.

    An answer in mid-sentence, after which the connection ends, is often not heard.
    """
    try:
        async with asyncio.timeout(DISCARD_LIMIT_S):
            while (await receive()).get("more_body", False):
                continue
    except TimeoutError:
        return False
    return True


def too_large(limit_bytes: int) -> Answer:
    """The answer to a body of more bytes."""
    return Answer(name="too_large", sentence=f"the body is larger than {limit_bytes} bytes")
