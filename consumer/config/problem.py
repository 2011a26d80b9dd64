"""
Turn pydantic's errors into sentences for people: the invalid value, and what is expected instead.

The values of secrets never appear in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

SHOWN_VALUE_LIMIT_CHARS = 60


EXPECTATIONS = {
    "string_type": "is not text",
    "string_sub_type": "is not text",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "bool_type": "is neither true nor false",
    "bool_parsing": "is neither true nor false",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "float_parsing": "is not a number",
    "finite_number": "is not a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "list_type": "is not a list",
    "tuple_type": "is not a list",
    "dict_type": "is not a mapping of keys to values",
    "model_type": "is not a mapping of keys to values",
    "model_attributes_type": "is not a mapping of keys to values",
    "date_type": "is not a date like 2026-01-31",
    "date_parsing": "is not a date like 2026-01-31",
    "date_from_datetime_parsing": "is not a date like 2026-01-31",
    "date_from_datetime_inexact": "is not a date like 2026-01-31",
    "string_pattern_mismatch": "has a form that is not allowed, expected {pattern}",
}
SENTENCES = {
    "missing": "is required and missing",
    "extra_forbidden": "is not a known key",
    "literal_error": "{given} is not allowed, one of {expected}",
    "union_tag_invalid": "type {tag!r} is not known, one of {expected_tags}",
    "union_tag_not_found": "needs the key {discriminator} to say which kind it is",
    "value_error": "{error}",
}


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``, did you mean 'x'?`` for the nearest known word, else nothing."""
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f", did you mean {by_lower[found[0]]!r}?" if found else ""


def sentence(error: ErrorDetails, *, is_secret: bool = False) -> str:
    """The invalid value and what is expected instead, without file, line and path."""
    given = "the value" if is_secret else shown(error["input"])
    template = SENTENCES.get(error["type"]) or f"{{given}} {_expectation(error)}"
    return template.format(given=given, **error.get("ctx", {}))


def shown(value: object) -> str:
    """A value for a message: as in YAML, text in quotes, cut after `SHOWN_VALUE_LIMIT_CHARS`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            text = repr(value)
            return text if len(text) <= SHOWN_VALUE_LIMIT_CHARS else f"{text[:SHOWN_VALUE_LIMIT_CHARS]}…"


def _expectation(error: ErrorDetails) -> str:
    return EXPECTATIONS.get(error["type"]) or "does not fit: " + error["msg"].replace("{", "{{").replace(
        "}", "}}"
    )
