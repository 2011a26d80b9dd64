"""
The record on ``lago.netsuite.audit``: one action of a person, in a hash chain for each connection.

The key is the connection's code, or `CONSOLE` for logins and refusals, so the records of each are in one
partition, in order. Each contains the hash of its predecessor: a record that was changed, removed or inserted
later breaks the chain at that place. Of two records with the same predecessor the first one counts; the act
of the other is appended again behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TOPIC = "lago.netsuite.audit"
FIRST = ""
"""The predecessor's hash in the first record of a connection."""

_AGAIN = "again"
_FAULTS = {
    "follows": "",
    "altered": "its content is not what its hash says",
    "broken": "it does not follow the record before it: that one was altered and hashed anew, or one between "
    "them was removed",
    "overtaken": "it follows an earlier record and was not appended again: its writer was stopped, or it was "
    "put in later",
}

CONSOLE = "@console"
"""In place of a connection: what is about the console itself. No code of a connection begins like this."""

Act = Literal[
    "backfill",
    "replay",
    "close",
    "reopen",
    "repair",
    "ignore",
    "sign_off",
    "adopt",
    "accept",
    "pause",
    "resume",
    "job_started",
    "job_ended",
    "note",
    "assign",
    "pause_replay",
    "resume_replay",
    "cancel_replay",
    "end_replay",
    "login",
    "logout",
    "login_refused",
    "act_refused",
    "backtest",
    "backtest_stopped",
    "download",
]


class AuditRecord(BaseModel):
    """
    Who did what, when and why.

    `details` are texts by name: what the act concerns, how far it came.
    """

    model_config = ConfigDict(frozen=True)

    connection: str
    act: Act
    actor: str = Field(min_length=1)
    at: str
    reason: str = ""
    details: dict[str, str] = Field(default_factory=dict)
    previous: str = FIRST
    hash: str = ""

    def sealed(self, previous: str) -> AuditRecord:
        """The record with this predecessor's hash and its own hash."""
        bare = self.model_copy(update={"previous": previous, "hash": ""})
        return bare.model_copy(update={"hash": bare.digest()})

    def digest(self) -> str:
        """The hash of all members except the hash itself."""
        content = self.model_dump(mode="json", exclude={"hash"})
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()

    @property
    def content(self) -> str:
        """The act itself, without its place in the chain; the same when it is appended again."""
        return self.sealed(FIRST).hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """
    A place at which a chain is broken.

    Attributes:
        place: number of the record within its connection, from 1.
        reason: the mismatch, as a sentence.
    """

    connection: str
    place: int
    reason: str


@dataclass(slots=True)
class Chain:
    """
    The chain of one connection, record by record in the topic's order.

    Two processes that act at the same moment may both name the same predecessor. The one that Kafka keeps
    first is in the chain; the other is *overtaken*, and its writer appends the act again behind the first.

    Attributes:
        head: the hash that the next record has to name.
    """

    head: str = FIRST
    _named: set[str] = field(default_factory=set)

    def note(self, record: AuditRecord) -> Literal["follows", "overtaken", "altered", "broken"]:
        """Take in the next record; where the chain is broken it continues with that record."""
        if record.digest() != record.hash:
            place: Literal["altered", "overtaken", "broken"] = "altered"
        elif record.previous == self.head:
            self._continue(record)
            return "follows"
        elif record.previous in self._named:
            return "overtaken"
        else:
            place = "broken"
        self._continue(record)
        return place

    def _continue(self, record: AuditRecord) -> None:
        self._named.add(record.previous)
        self.head = record.hash


def acts(records: Iterable[AuditRecord]) -> list[AuditRecord]:
    """The records without those that were overtaken and appended again: one for each act."""
    return [record for record, fault in _walk(records) if fault != _AGAIN]


def breaks(records: Iterable[AuditRecord]) -> Iterator[Break]:
    """All places at which a chain is broken; the records of a connection must be in order."""
    places: dict[str, int] = defaultdict(int)
    for record, fault in _walk(records):
        if fault == _AGAIN:
            continue
        places[record.connection] += 1
        if fault:
            yield Break(connection=record.connection, place=places[record.connection], reason=fault)


def _walk(records: Iterable[AuditRecord]) -> list[tuple[AuditRecord, str]]:
    """Each record with what is wrong about it: nothing, a sentence, or `_AGAIN`: it was appended again."""
    chains: dict[str, Chain] = defaultdict(Chain)
    found = [(record, chains[record.connection].note(record)) for record in records]
    later: set[str] = set()
    walked: list[tuple[AuditRecord, str]] = []
    for record, state in reversed(found):
        if state == "overtaken":
            walked.append((record, _AGAIN if record.content in later else _FAULTS[state]))
            continue
        later.add(record.content)
        walked.append((record, _FAULTS[state]))
    return walked[::-1]
