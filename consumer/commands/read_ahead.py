"""Reads on while what has been read is worked on, so that neither side waits for the other."""

from __future__ import annotations

import asyncio
from asyncio import TaskGroup
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from consumer.errors import LagoNetsuiteError

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Read(Generic[Item]):
    item: Item


@dataclass(frozen=True, slots=True)
class _Ended:
    error: LagoNetsuiteError | None = None


@asynccontextmanager
async def read_ahead(source: AsyncIterator[Item], *, items: int) -> AsyncIterator[AsyncIterator[Item]]:
    """
    The same items in the same order, of which up to `items` are read before they are asked for.

    An error of the source is raised after the items before it. An error inside of the block ends the reading.
    """
    queue: asyncio.Queue[_Read[Item] | _Ended] = asyncio.Queue(maxsize=items)
    with _single_error():
        async with TaskGroup() as tasks:
            reading = tasks.create_task(_read(source, queue))
            yield _items(queue)
            reading.cancel()


@asynccontextmanager
async def in_order(
    items: Iterable[Item], work: Callable[[Item], Awaitable[Result]], *, at_once: int
) -> AsyncIterator[AsyncIterator[Result]]:
    """
    What `work` makes of each item, in the order of the items.

    Up to `at_once` are under way, or done and not asked for yet. The first error of any ends the block.
    """
    rest = iter(items)

    async def one(item: Item) -> Result:
        return await work(item)

    async def results(tasks: TaskGroup) -> AsyncIterator[Result]:
        while coming:
            result = await coming.popleft()
            coming.extend(tasks.create_task(one(item)) for item in islice(rest, 1))
            yield result

    with _single_error():
        async with TaskGroup() as tasks:
            coming = deque(tasks.create_task(one(item)) for item in islice(rest, at_once))
            yield results(tasks)
            for each in coming:
                each.cancel()


@contextmanager
def _single_error() -> Iterator[None]:
    """Raise an error of a group as it would be without the tasks beside it."""
    try:
        yield
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


async def _read(source: AsyncIterator[Item], queue: asyncio.Queue[_Read[Item] | _Ended]) -> None:
    try:
        async for item in source:
            await queue.put(_Read(item))
    except LagoNetsuiteError as error:
        await queue.put(_Ended(error))
    else:
        await queue.put(_Ended())


async def _items(queue: asyncio.Queue[_Read[Item] | _Ended]) -> AsyncIterator[Item]:
    while True:
        match await queue.get():
            case _Read(item):
                yield item
            case _Ended(LagoNetsuiteError() as error):
                raise error
            case _Ended():
                return
