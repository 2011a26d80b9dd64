"""One timer for many time limits; a block that is interrupted ends with TimeoutError, and only that."""

import asyncio

import pytest

from consumer.ops.deadlines import Deadlines, Interruptible


async def for_ever():
    await asyncio.Event().wait()


async def test_each_block_ends_at_its_own_time():
    """In the order of their beginning, although there is one timer."""
    deadlines, ended = Deadlines(0.02), []

    async def wait(name, begins_after_s):
        await asyncio.sleep(begins_after_s)
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError), deadlines.block():
            await for_ever()
        ended.append((name, asyncio.get_running_loop().time() - began_s >= 0.02))

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for name, begins_after_s in (("second", 0.01), ("first", 0), ("third", 0.05)):
            tasks.create_task(wait(name, begins_after_s))

    assert ended == [("first", True), ("second", True), ("third", True)]


async def test_what_ends_in_time_is_not_interrupted_later():
    """Nor anything else that its task does after it."""
    deadlines = Deadlines(0.005)
    for _ in range(3):
        with deadlines.block():
            await asyncio.sleep(0)

    await asyncio.sleep(0.02)


async def test_a_block_that_was_interrupted_before_does_not_begin():
    block = Interruptible()
    block.interrupt()

    with pytest.raises(TimeoutError), block:
        pytest.fail("it has begun")


async def test_a_task_can_go_on_after_an_interrupted_block():
    """The cancellation that ended the block is taken back."""
    with pytest.raises(TimeoutError), Deadlines(0).block():
        await for_ever()

    assert asyncio.current_task().cancelling() == 0
    await asyncio.sleep(0)


async def test_a_cancellation_by_others_stays_one():
    """Also when the block is interrupted at the same time."""
    blocks = []

    async def wait():
        with Interruptible() as block:
            blocks.append(block)
            await for_ever()

    for is_interrupted in (False, True):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        if is_interrupted:
            blocks[-1].interrupt()
        await asyncio.wait([task])
        assert task.cancelled()


async def test_an_error_within_a_block_is_raised_as_it_is():
    with pytest.raises(ValueError, match="its own"), Deadlines(10).block():
        raise ValueError("its own")


async def test_outside_a_task_there_is_nothing_to_interrupt():
    """A callback of the event loop is none."""
    loop, found = asyncio.get_running_loop(), asyncio.Event()
    errors = []

    def enter():
        try:
            Interruptible().__enter__()
        except RuntimeError as error:
            errors.append(str(error))
        found.set()

    loop.call_soon(enter)
    await found.wait()

    assert errors == ["only a task can be interrupted"]
