"""What the settings that settle credits, voids and refunds must keep between each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.config.connection_rules import Fault, section

_OFF = (False, "false", "no", "off")


def faults_of(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with one connection; places are relative to it."""
    yield from _credit_counted_twice(connection)


def _credit_counted_twice(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """A negative line lessens what is owed, and so does the memo that stays open beside it."""
    if connection.get("credits") == "line" and _syncs(connection, "credit_notes"):
        cause = "a negative line for a spent credit note counts the credit twice, since its memo stays open"
        way_out = "write credits: apply, or sync.credit_notes: false where no memos are to be booked"
        yield ("credits",), f"{cause}; {way_out}"


def _syncs(connection: Mapping[str, Any], kind: str) -> bool:
    return section(connection, "sync").get(kind, True) not in _OFF
