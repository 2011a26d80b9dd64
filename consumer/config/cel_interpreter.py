"""
The interpreter of expressions, with limits on the size of the results of its functions.

It is the package ``common-expression-language`` (cel-rust): an evaluation takes microseconds, where the pure
Python ``cel-python`` takes about a millisecond, and regular expressions run in linear time.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from consumer.config import expression_cost

if TYPE_CHECKING:
    import cel

NAMES = ("event", "customer", "fee")
# All exceptions that it raises when an expression does not fit the values.
FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
CORE_FUNCTIONS = frozenset(
    (
        "bytes", "contains", "double", "duration", "dyn", "endsWith", "getDate", "getDayOfMonth",
        "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes",
        "getMonth", "getSeconds", "int", "matches", "size", "startsWith", "string", "timestamp", "uint",
    )
)  # fmt: skip
_MACRO_VARIABLE = re.compile(r"\.\s*(?:all|exists|exists_?[oO]ne|filter|map)\s*\(\s*(\w+)\s*,")


@cache
def compiled(expr: str) -> cel.Program:
    """
    The program of an expression.

    Raises:
        ValueError: the text is not valid CEL; with the parser's message.
    """
    program: cel.Program = _cel().compile(expr)
    return program


def context(values: Mapping[str, Any]) -> cel.Context:
    """Variables by name, converted for the interpreter, and all functions."""
    made: cel.Context = _cel().Context(dict(values))
    _cel().stdlib.add_stdlib_to_context(made)
    # The result of functions that make text and lists is limited to `MAX_MADE` characters or items.
    functions = made.functions
    for name, cost in _MADE.items():
        made.add_function(name, _bounded(functions[name], cost))
    return made


def macro_variables(source: str) -> frozenset[str]:
    """The names that the macros of an expression give to their elements."""
    return frozenset(_MACRO_VARIABLE.findall(source))


@cache
def functions() -> frozenset[str]:
    """The names of all functions, without their libraries."""
    return CORE_FUNCTIONS | {name.rpartition(".")[2] for name in context({}).functions}


@cache
def libraries() -> frozenset[str]:
    """The libraries: the names before the dot of functions such as ``math.round``."""
    return frozenset(name.partition(".")[0] for name in context({}).functions if "." in name)


def _bounded(function: Callable[..., Any], cost: Callable[..., int]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if cost(*arguments) > MAX_MADE:
            raise ValueError(f"a function would make more than {MAX_MADE:,} characters or items")
        return function(*arguments)

    return call


def _length_of_join(items: Any, separator: str = "") -> int:
    return sum(len(str(item)) for item in items) + len(separator) * len(items)


def _length_of_replaced(text: str, old: str, new: str, *_: Any) -> int:
    return len(text) + text.count(old) * len(new)


MAX_MADE = 1_000_000
_MADE: Mapping[str, Callable[..., int]] = {
    "lists.range": lambda count: int(count) * (MAX_MADE // expression_cost.MAX_LIST_ITEMS),
    "split": lambda text, *_: len(text) * (MAX_MADE // expression_cost.MAX_LIST_ITEMS),
    "join": _length_of_join,
    "replace": _length_of_replaced,
}


@cache
def _cel() -> ModuleType:
    """The interpreter, imported at the first expression: its import takes 0.3 s, for its command line."""
    import cel  # noqa: PLC0415
    import cel.stdlib  # noqa: PLC0415

    # The package also logs the exceptions it raises, with values of the event in the text.
    logging.getLogger("cel").disabled = True
    return cel
