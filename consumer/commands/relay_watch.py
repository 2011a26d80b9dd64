"""How the parts of `relay` that count what is open keep on reading their topics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from consumer.errors import LagoNetsuiteError

AGAIN_AFTER_S = 60.0


async def read_on(read: Callable[[], Awaitable[None]], *, failed: Callable[[Exception], object]) -> None:
    """
    Read until cancelled, again a minute after the reading has ended.

    Args:
        read: reads until it is interrupted.
        failed: gets the error that has ended it, for the log.
    """
    while True:
        try:
            await read()
        except Exception as error:  # noqa: BLE001 - no error here stops the posting of webhooks
            failed(error)
        await asyncio.sleep(AGAIN_AFTER_S)


def cause(error: Exception) -> str:
    """Why it ended, for the log: our own errors are sentences, of others the type says enough."""
    return str(error) if isinstance(error, LagoNetsuiteError) else type(error).__name__
