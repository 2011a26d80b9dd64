"""
The form of values between JavaScript and Python.

Numbers, booleans and null pass unchanged. Text passes unchanged to Python; to the script it has the prefix
``s``, JSON the prefix ``j``, and the JSON of an error the prefix ``e``. To Python, objects and text that a C
string or UTF-8 cannot contain (zero characters, lone surrogates) pass as JSON after the character U+0001,
dates as milliseconds since the epoch after U+0001 and ``@``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from consumer.sandbox.netsuite.suitescript.errors import ScriptError

Crossed = str | int | float | bool | None
_MARK = "\x01"
_INT32 = 2**31
_PLAIN = frozenset({int, bool, type(None)})
_decode = json.JSONDecoder(parse_float=Decimal).decode


def received(values: Sequence[Crossed]) -> list[Any]:
    """The arguments from JavaScript; numbers are integers or decimals."""
    return [
        value if type(value) in _PLAIN or (type(value) is str and value[:1] != _MARK) else _made(value)
        for value in values
    ]


def _made(value: Crossed) -> Any:
    return _unmarked(value) if isinstance(value, str) else _number(value or 0.0)


def _unmarked(text: str) -> Any:
    return {"$date": int(text[2:])} if text[1] == "@" else _decode(text[1:])


def answered(result: Any) -> Crossed:
    """The result in its form for JavaScript."""
    if type(result) is int and abs(result) >= _INT32:
        return float(result)  # the engine would keep its last 32 bits
    if result is None or type(result) in (int, float, bool):
        return result  # type: ignore[no-any-return] # one of these three
    if type(result) is str and result.isascii() and "\0" not in result:
        return "s" + result
    return "j" + json.dumps(result)


def thrown(error: ScriptError) -> str:
    """The error in its form for JavaScript, which throws it."""
    return "e" + json.dumps({"name": error.name, "message": error.message})


def _number(value: float) -> int | Decimal | None:
    # As JSON.stringify does: the shortest digits, whole numbers without a point, null for NaN.
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else Decimal(repr(value))
