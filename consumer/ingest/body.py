"""Reading a request's body: so long, so large, and no further."""

from __future__ import annotations

import asyncio

from starlette.types import Receive

from consumer.ingest.answer import Answer

READ_LIMIT_S = 20.0
DISCARD_LIMIT_S = 2.0


async def read(receive: Receive, *, limit_bytes: int) -> bytes | Answer:
    """
    The body as it came, or the answer to one that is too large, too slow or not complete.

    Of what is too large nothing is kept. The sender may still finish, within reason: an answer in
    mid-sentence is often not heard.
    """
    chunks: list[bytes] = []
    size_bytes = 0
    try:
        async with asyncio.timeout(READ_LIMIT_S) as deadline:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return Answer(name="incomplete", sentence="the connection ended before the body did")
                was_within = size_bytes <= limit_bytes
                chunks.append(message.get("body", b""))
                size_bytes += len(chunks[-1])
                if size_bytes > limit_bytes:
                    chunks.clear()
                    if was_within:
                        deadline.reschedule(asyncio.get_running_loop().time() + DISCARD_LIMIT_S)
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        if size_bytes <= limit_bytes:
            return Answer(name="too_slow", sentence=f"the body did not come within {READ_LIMIT_S:.0f} s")
    if size_bytes > limit_bytes:
        return Answer(name="too_large", sentence=f"the body is larger than {limit_bytes} bytes")
    return b"".join(chunks)
