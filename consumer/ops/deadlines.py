"""
Time limits of many tasks at once, with one timer for all of them.

`asyncio.timeout` starts and cancels a timer for each block, which takes longer than handing a record to a
producer.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self


class Interruptible:
    """A block of the current task that `interrupt` ends with TimeoutError."""

    __slots__ = ("_cancelling", "_is_interrupted", "_task")

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._is_interrupted = False

    def __enter__(self) -> Self:
        """
        Begin the block.

        Raises:
            TimeoutError: it was interrupted already.
            RuntimeError: there is no current task.
        """
        if self._is_interrupted:
            raise TimeoutError
        task = self._task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be interrupted")
        self._cancelling = task.cancelling()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """
        End the block.

        Raises:
            TimeoutError: it was interrupted, and not also cancelled by others.
        """
        if not self._is_interrupted or self._task is None:
            return
        if self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    @property
    def is_interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._is_interrupted

    def interrupt(self) -> None:
        """End the block at its present await, or before it begins."""
        if not self._is_interrupted and self._task is not None:
            self._task.cancel()
        self._is_interrupted = True


class _Limited(Interruptible):
    """A block that is interrupted at `ends_s` of the event loop's time."""

    __slots__ = ("_deadlines", "ends_s")
    ends_s: float

    def __init__(self, deadlines: Deadlines) -> None:
        super().__init__()
        self._deadlines = deadlines

    def __enter__(self) -> Self:
        super().__enter__()
        self._deadlines.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadlines.remove(self)
        super().__exit__(kind, error, trace)


class Deadlines:
    """The blocks of one event loop with the same time limit, which end in the order of their beginning."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._blocks: dict[_Limited, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def block(self) -> Interruptible:
        """A block that is interrupted with TimeoutError after the limit."""
        return _Limited(self)

    def add(self, block: _Limited) -> None:
        """Begin a block's time."""
        loop = asyncio.get_running_loop()
        block.ends_s = loop.time() + self.limit_s
        self._blocks[block] = None
        if self._timer is None:
            self._timer = loop.call_at(block.ends_s, self._expire)

    def remove(self, block: _Limited) -> None:
        """End a block's time; the timer remains for those after it."""
        self._blocks.pop(block, None)

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        now_s = loop.time()
        while self._blocks:
            oldest = next(iter(self._blocks))
            if oldest.ends_s > now_s:
                self._timer = loop.call_at(oldest.ends_s, self._expire)
                return
            del self._blocks[oldest]
            oldest.interrupt()
