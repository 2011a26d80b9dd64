"""
What can go wrong in a way that code, not data, has to answer for.

    LagoNetsuiteError
      ├ ConfigurationError     settings or connections.yaml are wrong; exit code 2
      ├ StartupError           the world is not as configured (broker, topic, account); exit code 1
      └ ContractError          the RESTlet or Kafka answered outside of the agreed contract

Expected results are not here: what can happen to a record is a value of `consumer.outcome`.

A defect is whatever else our own code raises on one record. The text of an exception quotes what it was
raised on, so only its type is published, and only its type and the lines that it came through are logged.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence

FRAMES_SHOWN = 8
# A panic of a library in Rust is no `Exception` (pyo3 ``PanicException``), and of no class one could import.
_PANIC_MODULE = "pyo3_runtime"


class LagoNetsuiteError(Exception):
    """Any error of ours that reaches a person."""


class ConfigurationError(LagoNetsuiteError):
    """
    Settings or connections are wrong; nothing was started.

    Carries every problem at once, so that one round of corrections is enough.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class StartupError(LagoNetsuiteError):
    """The broker, a topic or a NetSuite account is not as the configuration says."""


class ContractError(LagoNetsuiteError):
    """The other side answered something that the contract between us does not know."""


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
