"""
The calls from JavaScript to Python.

A call has the name of an operation and its arguments, in the form of `value_transfer`. No exception passes
through QuickJS, since it would leave the engine in an inconsistent state: the error is a return value, and
`prelude.js` throws it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import structlog

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import value_transfer
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, no_permission
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.record_calls import RecordCalls
from consumer.sandbox.netsuite.suitescript.search_calls import SearchCalls
from consumer.sandbox.netsuite.suitescript.value_transfer import Crossed

_log = structlog.get_logger(__name__)
_CONFIG_UNITS = 10


class Host:
    """The operations available to one call of a script."""

    def __init__(self, account: Account, meter: Meter) -> None:
        self._account = account
        self._meter = meter
        self._operations: dict[str, tuple[Callable[..., Any], int]] = {}
        for part in (self, RecordCalls(account, meter), SearchCalls(account, meter)):
            for name, count in _methods_of(type(part)):  # type: ignore[arg-type] # mypy doubts that classes hash
                self._operations[name] = (getattr(part, f"do_{name}"), count)

    def call(self, operation: str, *arguments: Crossed) -> Crossed:
        """Carry out an operation; never raises."""
        try:
            self._meter.check()
            carry_out, count = self._operations[operation]
            result = carry_out(*value_transfer.received(arguments[:count]))
            return None if result is None else value_transfer.answered(result)
        except ScriptError as error:
            return value_transfer.thrown(error)
        except Exception as error:  # noqa: BLE001 - an exception must not cross the engine; the script gets it
            _log.error("sandbox_operation_failed", operation=operation, exc_info=error)
            unexpected = ScriptError("UNEXPECTED_ERROR", f"An unexpected error occurred. {error!r}")
            return value_transfer.thrown(unexpected)

    def do_config(self, config_type: str) -> dict[str, Any]:
        """`config.load`: the account's preferences, check boxes as booleans."""
        self._meter.spend(_CONFIG_UNITS)
        if not self._account.profile.switches.config_readable:
            raise no_permission("Set Up Accounting")
        if config_type != "accountingpreferences":
            raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{config_type}] is invalid.")
        boxes = {"T": True, "F": False}
        return {name: boxes.get(value, value) for name, value in self._account.profile.preferences.items()}

    def do_units_left(self) -> int:
        return self._meter.remaining

    def do_log(self, level: str, title: str) -> None:
        _log.debug("sandbox_script_log", level=level, title=title)


@cache
def _methods_of(part: type) -> tuple[tuple[str, int], ...]:
    """The operations of a part, with their numbers of arguments; further arguments are dropped."""
    names = [name for name in dir(part) if name.startswith("do_")]
    counts = [getattr(part, name).__code__.co_argcount - 1 for name in names]
    return tuple((name.removeprefix("do_"), count) for name, count in zip(names, counts, strict=True))
