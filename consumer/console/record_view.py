"""One document: where it stands, and everything that happened to it, in the order of time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from consumer.console import remark_list
from consumer.console.conclusion import Tone
from consumer.console.record_sides import Known, Side, sides

ENDS = {
    "written": "is in NetSuite now",
    "synced": "closed: entered in NetSuite by hand",
    "ignored": "closed: not to be in NetSuite",
    "failed again": "failed again",
    "left out by a rule": "left out by a rule",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """
    One thing that happened.

    Attributes:
        at_ms: milliseconds since the epoch.
        said: one sentence.
        detail: a second one; may be empty.
        tone: ``good``, ``warn``, ``bad`` or empty.
        error_id: of the failure it is about.
    """

    at_ms: int
    said: str
    detail: str = ""
    tone: str = ""
    error_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """
    A document at one connection.

    Attributes:
        result: None while it is not in NetSuite.
        assignee: whose its last failure is; empty for nobody.
    """

    connection: str
    object: str
    lago_id: str
    title: str
    result: sqlite3.Row | None
    failures: Sequence[sqlite3.Row]
    waiting: Sequence[sqlite3.Row]
    moments: Sequence[Moment]
    warnings: Sequence[str] = ()
    assignee: str = ""

    @property
    def tone(self) -> Tone:
        """Its state: in NetSuite, on the way, or not there."""
        return "good" if self.result is not None else "warn" if self.waiting else "bad"

    @property
    def known(self) -> Known:
        """What the topics say of it."""
        failure = self.failures[-1] if self.failures else None
        waiting = self.waiting[0] if self.waiting else None
        return Known(lago_id=self.lago_id, result=self.result, failure=failure, waiting=waiting)

    @property
    def sides(self) -> Sequence[Side]:
        """Lago's document beside NetSuite's."""
        return sides(self.known)

    @property
    def amount(self) -> int | None:
        """Its total, as it is stored."""
        return self.known.amount

    @property
    def currency(self) -> str:
        """The currency of the total."""
        return self.known.currency

    def lago_address(self, front: str) -> str:
        """
        Its page in Lago, else its customer's; empty where the customer is not known.

        Args:
            front: Lago's pages of the organisation; empty where they are not configured.
        """
        known = self.failures[-1]["customer_id"] if self.failures else ""
        customer_id = self.lago_id if self.object == "customer" else known
        if not front or not customer_id:
            return ""
        customer = f"{front}/customer/{customer_id}"
        return f"{customer}/invoice/{self.lago_id}/overview" if self.object == "invoice" else customer


def of(connection: sqlite3.Connection, code: str, kind: str, lago_id: str) -> RecordView | None:
    """What is known of a document; None when nothing is."""
    key = f"{code}:{kind}:{lago_id}"
    result = connection.execute("SELECT * FROM results WHERE key = ?", (key,)).fetchone()
    identity = (code, kind, lago_id)
    failures = connection.execute(
        "SELECT * FROM failures WHERE connection = ? AND object = ? AND lago_id = ? ORDER BY published_ms",
        identity,
    ).fetchall()
    waiting = connection.execute(
        "SELECT * FROM waiting WHERE connection = ? AND object = ? AND lago_id = ?", identity
    ).fetchall()
    if result is None and not failures and not waiting:
        return None
    moments = [*_of_result(result), *_of_failures(connection, failures), *_of_waiting(waiting)]
    return RecordView(
        connection=code,
        object=kind,
        lago_id=lago_id,
        title=_title(kind, result, failures, waiting),
        result=result,
        failures=failures,
        waiting=waiting,
        moments=sorted(moments, key=lambda each: each.at_ms),
        assignee=_assignee(connection, failures),
        warnings=json.loads(result["warnings"]) if result else (),
    )


def _assignee(connection: sqlite3.Connection, failures: Sequence[sqlite3.Row]) -> str:
    found = remark_list.assignment(connection, failures[-1]["id"]) if failures else None
    return found["assignee"] if found else ""


def _title(
    kind: str, result: sqlite3.Row | None, failures: Sequence[sqlite3.Row], waiting: Sequence[sqlite3.Row]
) -> str:
    if failures:
        return str(failures[-1]["document"])
    found = result or waiting[0]
    name = kind.replace("_", " ").capitalize()
    return f"{name} {found['number'] or found['lago_id']}"


def _of_result(result: sqlite3.Row | None) -> Iterator[Moment]:
    if result is None:
        return
    received_ms = result["written_ms"] - round(result["latency_ms"])
    yield Moment(at_ms=received_ms, said=f"Event {result['event']} was put on Kafka", detail=result["source"])
    name = f"{result['netsuite_type']} {result['netsuite_number'] or result['netsuite_id']}"
    attempts = f"{result['attempts']} attempt{'s' * (result['attempts'] != 1)}"
    tries = f"{attempts}, {result['latency_ms']:,.0f} ms after the event"
    yield Moment(
        at_ms=result["written_ms"],
        said=f"NetSuite answered: {result['status']}, {name}",
        detail=tries,
        tone="good",
    )


def _of_failures(connection: sqlite3.Connection, failures: Sequence[sqlite3.Row]) -> Iterator[Moment]:
    for note in remark_list.notes(connection, [each["id"] for each in failures]):
        said = f"Note by {note['actor']}: {note['text']}"
        yield Moment(at_ms=_ms(note["at"]), said=said, error_id=note["error_id"])
    for each in failures:
        tries = f"after {each['attempts']} attempt{'s' * (each['attempts'] != 1)}; {each['source']}"
        yield Moment(
            at_ms=each["published_ms"],
            said=f"Failed: {each['reason']}",
            detail=tries,
            tone="bad",
            error_id=each["id"],
        )
        yield from _of_marks(connection, each["id"])
        if each["ended_by"] and each["ended_ms"]:
            said = f"The failure {ENDS.get(each['ended_by'], each['ended_by'])}"
            yield Moment(at_ms=each["ended_ms"], said=said, detail=each["note"], tone="good")


def _of_marks(connection: sqlite3.Connection, error_id: str) -> Iterator[Moment]:
    for mark in connection.execute("SELECT * FROM marks WHERE error_id = ?", (error_id,)):
        if mark["kind"] in {"replayed", "reopened"}:
            said = f"{mark['kind'].capitalize()} by a person"
            yield Moment(
                at_ms=mark["published_ms"], said=said, detail=mark["reason"] or mark["replay_source"]
            )


def _of_waiting(waiting: Sequence[sqlite3.Row]) -> Iterator[Moment]:
    for each in waiting:
        yield Moment(
            at_ms=_ms(each["since"]),
            said=f"Waits for {each['waits_for']}",
            detail=each["reason"],
            tone="warn",
        )


def _ms(text: str) -> int:
    try:
        return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1_000)
    except ValueError:
        return 0
