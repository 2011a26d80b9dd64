"""
How values cross between the two sides of the door.

Numbers, flags and nothing cross as they are. Texts cross as they are towards Python, and behind the letter
``s`` towards the script, where ``j`` leads JSON and ``e`` the JSON of an error. What a C string or UTF-8
cannot hold (zero characters, lone surrogates), objects cross as JSON behind the character U+0001,
dates as milliseconds behind U+0001 and an ``@``.
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
_PLAIN = frozenset({int, bool, type(None)})
_decode = json.JSONDecoder(parse_float=Decimal).decode


def received(values: Sequence[Crossed]) -> list[Any]:
    """The arguments that the script's side sent; numbers are integers or decimals."""
    return [
        value if type(value) in _PLAIN or (type(value) is str and value[:1] != _MARK) else _made(value)
        for value in values
    ]


def _made(value: Crossed) -> Any:
    return _unmarked(value) if isinstance(value, str) else _number(value or 0.0)


def _unmarked(text: str) -> Any:
    return {"$date": int(text[2:])} if text[1] == "@" else _decode(text[1:])


def answered(result: Any) -> Crossed:
    """What the script's side makes its value of."""
    if result is None or type(result) in (int, float, bool):
        return result  # type: ignore[no-any-return] # one of these three
    if type(result) is str and result.isascii() and "\0" not in result:
        return "s" + result
    return "j" + json.dumps(result)


def thrown(error: ScriptError) -> str:
    """What the script's side throws."""
    return "e" + json.dumps({"name": error.name, "message": error.message})


def _number(value: float) -> int | Decimal | None:
    # As JSON.stringify has it: the shortest digits, whole numbers without a point, nothing for NaN.
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else Decimal(repr(value))
