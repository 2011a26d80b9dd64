"""
What our own code raises on one record, as a value: that record ends as ``internal_error``, and nobody else.

The text of an exception quotes what it was raised on, so only its type is published, and only its type and
the lines that it came through are logged.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

from consumer.outcome import Rejected

HINT = "a defect of lago-netsuite: see the worker's log, and replay the event once it is mended"
FRAMES_SHOWN = 8
# A panic of a library in Rust is no `Exception` (pyo3 ``PanicException``), and of no class one could import.
_PANIC_MODULE = "pyo3_runtime"


def is_defect(error: BaseException) -> bool:
    """Whether an exception says that code failed; what ends a task or the process is none."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_defect, error.exceptions))
    return isinstance(error, Exception) or type(error).__module__ == _PANIC_MODULE


def name_of(error: BaseException) -> str:
    """The type of an exception; of a group, the types in it."""
    return ", ".join(dict.fromkeys(type(each).__name__ for each in leaves(error)))


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group, or the one that is none."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for each in error.exceptions:
        yield from leaves(each)


def frames_of(error: BaseException) -> list[str]:
    """Where an exception came from, innermost last, for the log: files, lines and functions."""
    first = next(leaves(error))
    frames = traceback.extract_tb(first.__traceback__)[-FRAMES_SHOWN:]
    return [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in frames]


def rejection(error_name: str, doing: str, *, attempts: int = 1, **details: str) -> Rejected:
    """
    The end of a record that our code failed on.

    Args:
        error_name: the type of what was raised.
        doing: what the worker was doing: ``while it mapped this event``.
        attempts: how often it has failed so.
        details: what a person should know besides.
    """
    times = "once" if attempts == 1 else f"{attempts} times"
    return Rejected(
        code="internal_error",
        message=f"the worker failed {times} with {error_name} {doing}",
        hint=HINT,
        details={"error": error_name, "attempts": str(attempts)} | details,
    )
