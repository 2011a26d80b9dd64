"""
One expression of the configuration, in the Common Expression Language (https://cel.dev).

CEL has no endless loops, no I/O and no clock: the same event always gives the same value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from consumer.config import cel_interpreter, expression_cost, problem
from consumer.config.cel_interpreter import NAMES
from consumer.config.expression_scope import EvaluationError, Scope

__all__ = ["EvaluationError", "Expression", "Scope", "Value"]

Value = str | bool | None


class Expression(BaseModel):
    """``{expr: "<CEL>"}`` instead of a constant; compiled when the file is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expr: str

    @field_validator("expr")
    @classmethod
    def _compiles(cls, expr: str) -> str:
        expression_cost.shape(expr)
        _refuse_unknown(expr)
        return expr

    @property
    def names(self) -> frozenset[str]:
        """Which of ``event``, ``customer`` and ``fee`` it uses."""
        return frozenset(cel_interpreter.compiled(self.expr).variables()).intersection(NAMES)

    def value(self, scope: Scope, fee: Mapping[str, Any] | None = None) -> Value:
        """
        The value of the field: text, a flag, or None to leave the field out; numbers become text.

        Raises:
            EvaluationError: a key is missing, types do not fit, the budget is exceeded, or the value is a
                list, a map or a timestamp.
        """
        return _field_value(scope.evaluate(self.expr, fee))

    def __str__(self) -> str:
        return self.expr


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


def _syntax(error: ValueError) -> str:
    """The parser's first message with its column, without the excerpt that follows it."""
    found = re.search(r"<input>:\d+:(\d+): (.+)", str(error))
    if found is None:
        return str(error).splitlines()[0]
    column, complaint = found.groups()
    return f"{complaint.split(' expecting {')[0]} at character {column}"


def _refuse_unknown(expr: str) -> None:
    try:
        program = cel_interpreter.compiled(expr)
    except ValueError as error:
        raise ValueError(f"{problem.shown(expr)} is no CEL expression: {_syntax(error)}") from None
    bound, libraries = cel_interpreter.macro_variables(program.source), cel_interpreter.libraries()
    for name in program.variables():
        if name not in bound and name not in {*NAMES, *libraries}:
            near = problem.did_you_mean(name, NAMES)
            raise ValueError(f"looks at {name!r}; expressions know event, customer and, on lines, fee{near}")
    known = cel_interpreter.functions()
    for name in program.functions():
        if name.isidentifier() and not name.startswith("_") and name not in known:
            near = problem.did_you_mean(name, known)
            raise ValueError(f"calls {name!r}, which is no function of CEL{near}")
