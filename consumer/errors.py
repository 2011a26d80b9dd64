"""
The exceptions of this product.

    LagoNetsuiteError
      ├ ConfigurationError     settings or connections.yaml are wrong; exit code 2
      ├ StartupError           broker, topic or account are not as configured; exit code 1
      └ ContractError          a response of the RESTlet or Kafka violates the contract

Expected results are not exceptions: the outcomes of a record are values of `consumer.outcome`.

A defect is any other exception of our code on one record. The text of an exception may contain data of the
record, so only its type is published, and only its type and the lines of its traceback are logged.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence

FRAMES_SHOWN = 8
# A panic in a Rust library is not an `Exception` (pyo3 ``PanicException``), and its class cannot be imported.
_PANIC_MODULE = "pyo3_runtime"


class LagoNetsuiteError(Exception):
    """The base of all errors that are shown to a person."""


class ConfigurationError(LagoNetsuiteError):
    """
    Settings or connections are wrong; nothing is started.

    It contains all problems at once, so that they can be corrected together.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class StartupError(LagoNetsuiteError):
    """The broker, a topic or a NetSuite account is not as the configuration says."""


class ContractError(LagoNetsuiteError):
    """A response violates the contract, or Kafka did not acknowledge an event."""


def is_defect(error: BaseException) -> bool:
    """Whether an exception is a defect; exceptions that end a task or the process are not."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_defect, error.exceptions))
    return isinstance(error, Exception) or type(error).__module__ == _PANIC_MODULE


def name_of(error: BaseException) -> str:
    """The type of an exception; for a group, the types in it."""
    return ", ".join(dict.fromkeys(type(each).__name__ for each in leaves(error)))


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group at any depth; else the exception itself."""
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
