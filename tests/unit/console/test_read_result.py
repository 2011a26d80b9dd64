"""What msgspec reads of a result is what the schema says."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from consumer.console import read_result
from schemas.result import Result
from tests.support import topic_records as topics

VALUES = (
    None,
    "",
    "text",
    "12",
    "1.50",
    12,
    1.5,
    10**30,
    True,
    [],
    ["text"],
    [1],
    {},
    {"total": "1.00"},
    {"total": 1},
)
MEMBERS = (
    *((name,) for name in Result.model_fields),
    *(("source", name) for name in topics.example("result")["source"]),
    *(("timings", name) for name in topics.example("result")["timings"]),
)


def by_schema(value: bytes) -> Any:
    try:
        return Result.model_validate_json(value).model_dump()
    except ValidationError:
        return None


def by_msgspec(value: bytes) -> Any:
    found = read_result.read(value)
    return None if found is None else msgspec.to_builtins(found, builtin_types=(tuple,))


def changed(member: tuple[str, ...], value: Any) -> bytes:
    body = topics.example("result")
    holder = body[member[0]] if len(member) > 1 else body
    holder[member[-1]] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize("member", MEMBERS, ids=".".join)
def test_any_value_of_any_member_is_read_as_the_schema_reads_it(member):
    """Taken, taken for a number, or refused."""
    for value in VALUES:
        record = changed(member, value)
        assert by_msgspec(record) == by_schema(record), value


@pytest.mark.parametrize("member", MEMBERS, ids=".".join)
def test_a_missing_member_is_refused_where_the_schema_demands_it(member):
    """A result without it is no result."""
    body = topics.example("result")
    (body[member[0]] if len(member) > 1 else body).pop(member[-1], None)
    record = json.dumps(body).encode()

    assert by_msgspec(record) == by_schema(record)


@pytest.mark.parametrize(
    "record", [b"", b"null", b"[]", b"{", b'"\\ud800"', b'{"url": "\xff"}', b"[" * 9_999]
)
def test_what_is_no_result_is_none(record):
    """Whatever bytes a record has."""
    assert read_result.read(record) is None
