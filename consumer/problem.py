"""
One problem of a configuration, said so that a person can mend it without looking anything up.

Turns pydantic's errors into sentences; values of secrets never appear in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

SHOWN_VALUE_LIMIT_CHARS = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``, did you mean 'x'?`` for the nearest known word, else nothing."""
    found = get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    return f", did you mean {found[0]!r}?" if found else ""


def one_of(words: Iterable[str]) -> str:
    """The choices as people read them: ``a, b or c``."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else str(last)


def sentence(error: ErrorDetails, *, is_secret: bool = False) -> str:
    """What is wrong, and what is expected instead, without the place where it stands."""
    limits = error.get("ctx", {})
    given = "the value" if is_secret else shown(error["input"])
    match error["type"]:
        case "missing":
            return "is required and missing"
        case "extra_forbidden":
            return "is not a known key"
        case "literal_error" | "enum":
            return f"{given} is not allowed, one of {limits['expected']}"
        case "union_tag_invalid":
            return f"type {limits['tag']!r} is not known, one of {limits['expected_tags']}"
        case "union_tag_not_found":
            return f"needs {limits['discriminator']} to say which kind it is"
        case "value_error":
            return str(limits["error"])
        case kind:
            return f"{given} {_expectation(kind, error)}"


def shown(value: object) -> str:
    """A value as it may stand in a message: quoted when it is text, and cut when it is long."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value)
    return text if len(text) <= SHOWN_VALUE_LIMIT_CHARS else f"{text[:SHOWN_VALUE_LIMIT_CHARS]}…"


def _expectation(kind: str, error: ErrorDetails) -> str:
    match kind:
        case "string_type" | "string_sub_type":
            return "is not text"
        case "string_too_short" | "too_short":
            return "is empty"
        case "bool_type" | "bool_parsing":
            return "is neither true nor false"
        case "int_type" | "int_parsing" | "int_from_float":
            return "is not a whole number"
        case "float_type" | "float_parsing" | "finite_number":
            return "is not a number"
        case "list_type" | "tuple_type":
            return "is not a list"
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type":
            return "is not a mapping of keys to values"
        case _ if kind.startswith("date"):
            return "is not a date like 2026-01-31"
        case _:
            return f"does not fit: {error['msg'][:1].lower()}{error['msg'][1:]}"
