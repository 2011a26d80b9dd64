"""``explain CODE``: the rows of `schemas/error_codes` for a code of the connector or of NetSuite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from consumer.commands import console_output
from schemas.error_codes import ROWS, ErrorCode

_REACHES = {
    "record": "this record, which is refused with an error event",
    "dependency": "this record, which waits for another one",
    "kind": "all documents of its kind, which wait until a person has mended it",
    "account": "the whole connection, which waits until a person has mended it",
    "throttled": "the call, which is tried again",
    "unavailable": "the account, which is tried again",
    "repeated": "this record, which is tried again",
    "too_big": "the call, which is repeated with fewer records; one alone is refused",
}


def rows(text: str) -> tuple[ErrorCode, ...]:
    """The rows of a code; none for another text, or for the name of an existing file."""
    found = tuple(each for each in ROWS if text in {each.code, *each.netsuite})
    return () if Path(text).exists() else found


def show(found: tuple[ErrorCode, ...], *, as_json: bool) -> None:
    """Print cause, fix and who fixes it, a paragraph a row."""
    for each in found:
        if as_json:
            console_output.say_json(_as_json(each))
            continue
        for line in _lines(each):
            console_output.console().print(line, soft_wrap=True, highlight=False)


def _as_json(row: ErrorCode) -> dict[str, object]:
    return {
        "code": row.code,
        "reaches": row.effect,
        "cause": row.meaning,
        "fix": row.change,
        "who": row.who,
        "where": row.menu or None,
        "netsuite_codes": list(row.netsuite),
    }


def _lines(row: ErrorCode) -> Iterator[str]:
    yield row.code
    yield f"  Cause    {row.meaning}"
    yield f"  Fix      {row.change}"
    if row.menu:
        yield f"  Where    {row.menu}"
    yield f"  Who      {row.who}"
    yield f"  Reaches  {_REACHES[row.effect]}"
    if codes := [code for code in row.netsuite if code != row.code]:
        yield f"  NetSuite {', '.join(codes)}"
