"""
One expression of the configuration, in the Common Expression Language (https://cel.dev).

CEL has no endless loops, no I/O and no clock: the same event always gives the same value. The interpreter is
the package ``common-expression-language`` (cel-rust): an evaluation takes microseconds, where the pure Python
``cel-python`` takes about a millisecond, and regular expressions run in linear time.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, field_validator

from consumer.config import expression_cost, problem
from consumer.config.expression_cost import Extent

if TYPE_CHECKING:
    import cel

Value = str | bool | None

NAMES = ("event", "customer", "fee")
CORE_FUNCTIONS = frozenset(
    (
        "bytes", "contains", "double", "duration", "dyn", "endsWith", "getDate", "getDayOfMonth",
        "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes",
        "getMonth", "getSeconds", "int", "matches", "size", "startsWith", "string", "timestamp", "uint",
    )
)  # fmt: skip
# All exceptions that the interpreter raises when an expression does not fit the values.
_FAILURES = (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
_MACRO_VARIABLE = re.compile(r"\.\s*(?:all|exists|exists_?[oO]ne|filter|map)\s*\(\s*(\w+)\s*,")


class EvaluationError(ValueError):
    """The expression does not fit this event, or its value is of a type that a field cannot have."""


class Scope:
    """
    The variables of expressions for one event; converted for the interpreter once, at the first use.

    Members have their names in Lago's JSON; a number with decimals is a double.
    """

    def __init__(self, **values: Mapping[str, Any] | None) -> None:
        """Make a scope from values by variable name: ``event``, ``customer``."""
        self._values = values
        self._context: cel.Context | None = None
        self._extent: Extent | None = None
        self._spent_visits = 0

    def context(self, fee: Mapping[str, Any] | None = None) -> cel.Context:
        """The interpreter's context, with the variable ``fee`` for a line."""
        if self._context is None:
            self._context = _cel().Context(dict(self._values))
            _cel().stdlib.add_stdlib_to_context(self._context)
            _bound(self._context)
        if fee is not None:
            self._context.add_variable("fee", fee)
        return self._context

    def spend(self, expr: str, fee: Mapping[str, Any] | None) -> None:
        """
        Subtract the maximum cost of an evaluation from the budget of this event.

        A cost proportional to the size of the event (`expression_cost.FREE_VISITS`) is not subtracted.

        Raises:
            EvaluationError: the budget, `expression_cost.MAX_VISITS`, is exceeded.
        """
        if self._extent is None:
            self._extent = Extent.of_values(self._values)
        extent = self._extent
        if fee is not None:
            of_fee = Extent.of_values({"fee": fee})
            extent = Extent(
                nodes=extent.nodes | of_fee.nodes,
                sizes=of_fee.sizes | extent.sizes,
                held=of_fee.held | extent.held,
            )
        visits = expression_cost.shape(expr).visits(extent)
        self._spent_visits += max(0, visits - expression_cost.FREE_VISITS * extent.total)
        if self._spent_visits > expression_cost.MAX_VISITS:
            raise EvaluationError(
                f"it could visit {visits:,} values of this event, beyond the budget of "
                f"{expression_cost.MAX_VISITS:,}; exists and all cost less than filter and map, "
                "and no body should look at event"
            )


class Expression(BaseModel):
    """``{expr: "<CEL>"}`` instead of a constant; compiled when the file is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expr: str

    @field_validator("expr")
    @classmethod
    def _compiles(cls, expr: str) -> str:
        expression_cost.shape(expr)
        _refuse_unknown(_compiled(expr))
        return expr

    @property
    def names(self) -> frozenset[str]:
        """Which of ``event``, ``customer`` and ``fee`` it uses."""
        return frozenset(_compiled(self.expr).variables()).intersection(NAMES)

    def value(self, scope: Scope, fee: Mapping[str, Any] | None = None) -> Value:
        """
        The value of the field: text, a flag, or None to leave the field out; numbers become text.

        Raises:
            EvaluationError: a key is missing, types do not fit, the budget is exceeded, or the value is a
                list, a map or a timestamp.
        """
        scope.spend(self.expr, fee)
        try:
            found = _compiled(self.expr).execute(scope.context(fee))
        except _FAILURES as error:
            raise EvaluationError(_reason(error)) from error
        return _field_value(found)

    def __str__(self) -> str:
        return self.expr


@cache
def _compiled(expr: str) -> cel.Program:
    try:
        program: cel.Program = _cel().compile(expr)
    except ValueError as error:
        raise ValueError(f"{problem.shown(expr)} is no CEL expression: {_syntax(error)}") from None
    return program


def _field_value(found: object) -> Value:
    match found:
        case None | bool() | str():
            return found
        case int():
            return str(found)
        case float() if math.isfinite(found):
            return f"{Decimal(repr(found)):f}"
        case _:
            kind = "an infinite number" if isinstance(found, float) else f"a {type(found).__name__}"
            raise EvaluationError(f"its value is {kind}; a field takes text, a number or a flag")


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    return str(error).split(". ", 1)[0].rstrip(".")


def _syntax(error: ValueError) -> str:
    """The parser's first message with its column, without the excerpt that follows it."""
    found = re.search(r"<input>:\d+:(\d+): (.+)", str(error))
    if found is None:
        return str(error).splitlines()[0]
    column, complaint = found.groups()
    return f"{complaint.split(' expecting {')[0]} at character {column}"


def _refuse_unknown(program: cel.Program) -> None:
    bound = set(_MACRO_VARIABLE.findall(program.source))
    for name in program.variables():
        if name not in bound and name not in {*NAMES, *_libraries()}:
            near = problem.did_you_mean(name, NAMES)
            raise ValueError(f"looks at {name!r}; expressions know event, customer and, on lines, fee{near}")
    for name in program.functions():
        if name.isidentifier() and not name.startswith("_") and name not in _functions():
            near = problem.did_you_mean(name, _functions())
            raise ValueError(f"calls {name!r}, which is no function of CEL{near}")


def _bound(context: cel.Context) -> None:
    """Limit the result of functions that make text and lists to `MAX_MADE` characters or items."""
    functions = context.functions
    for name, cost in _MADE.items():
        context.add_function(name, _bounded(functions[name], cost))


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
def _functions() -> frozenset[str]:
    return CORE_FUNCTIONS | {name.rpartition(".")[2] for name in Scope().context().functions}


@cache
def _libraries() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in Scope().context().functions if "." in name)


@cache
def _cel() -> ModuleType:
    """The interpreter, imported at the first expression: its import takes 0.3 s, for its command line."""
    import cel  # noqa: PLC0415
    import cel.stdlib  # noqa: PLC0415

    # The package also logs the exceptions it raises, with values of the event in the text.
    logging.getLogger("cel").disabled = True
    return cel
