"""What is read ahead comes in its order, and an error where it occurred."""

from __future__ import annotations

import asyncio

import pytest

from consumer.commands.read_ahead import in_order, read_ahead
from consumer.errors import StartupError


class Source:
    """Numbers from 0, with an error at the end when one is given."""

    def __init__(self, count, error=None):
        self.count, self.error, self.read, self.is_closed = count, error, 0, False

    async def numbers(self):
        try:
            for number in range(self.count):
                self.read += 1
                await asyncio.sleep(0)
                yield number
            if self.error is not None:
                raise self.error
        finally:
            self.is_closed = True


async def test_items_keep_their_order_and_so_many_are_read_while_one_is_worked_on():
    """The next ones are there when they are asked for; one more waits for its place."""
    source, seen = Source(20), []

    async with read_ahead(source.numbers(), items=3) as ahead:
        async for number in ahead:
            for _ in range(20):
                await asyncio.sleep(0)
            seen.append((number, source.read))

    assert [number for number, _ in seen] == list(range(20))
    assert seen[5] == (5, 10)


async def test_an_error_of_the_source_comes_after_what_was_read_before_it():
    """As the error that it is, not as a group."""
    seen = []

    with pytest.raises(StartupError, match="away"):
        await noted(Source(3, StartupError("away")), seen)

    assert seen == [0, 1, 2]


async def test_an_error_of_the_block_ends_the_reading():
    """Nothing is left running, and the error stays what it is."""
    source, seen = Source(1_000_000), [0] * 3

    with pytest.raises(OverflowError):
        await noted(source, seen, most=5)

    assert source.is_closed
    assert source.read < 10


async def noted(source, seen, most=10):
    async with read_ahead(source.numbers(), items=2) as ahead:
        async for number in ahead:
            if len(seen) == most:
                raise OverflowError
            seen.append(number)


async def test_a_block_that_has_seen_enough_ends_the_reading():
    """Without an error."""
    source = Source(1_000_000)

    async with read_ahead(source.numbers(), items=2) as ahead:
        assert await anext(ahead) == 0

    assert source.read < 10


class Work:
    """Takes longer for some items than for others; counts what is under way."""

    def __init__(self, failing=None):
        self.failing, self.begun, self.under_way, self.most = failing, 0, 0, 0

    async def __call__(self, number):
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            for _ in range(1 + number * 7 % 5):
                await asyncio.sleep(0)
            if number == self.failing:
                raise StartupError("away")
        finally:
            self.under_way -= 1
        return number * 10


@pytest.mark.parametrize("count", [0, 1, 3, 50])
async def test_results_keep_the_order_of_their_items(count):
    """Though some take longer; no more than so many are under way."""
    work = Work()

    async with in_order(range(count), work, at_once=4) as results:
        found = [each async for each in results]

    assert found == [number * 10 for number in range(count)]
    assert (work.begun, work.most) == (count, min(count, 4))


async def test_the_next_items_are_worked_on_while_a_result_is_used():
    """So that a limit of requests a second is used up."""
    work = Work()

    async with in_order(range(100), work, at_once=4) as results:
        first = await anext(results)
        await anext(results)
        for _ in range(50):
            await asyncio.sleep(0)

        assert (first, work.begun) == (0, 6)


async def test_a_failed_work_ends_the_block_with_its_error():
    """Nothing is left running."""
    work = Work(failing=30)

    with pytest.raises(StartupError, match="away"):
        await used(work)

    assert work.under_way == 0
    assert work.begun <= 34


async def used(work):
    async with in_order(range(1_000), work, at_once=4) as results:
        return [each async for each in results]
