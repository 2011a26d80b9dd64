"""What the topics say of a document: whether it failed, waits or is written; values and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from consumer.commands.connection_status import BY_PERSON
from consumer.commands.explain import comparison_state
from consumer.commands.explain.comparison_state import Compared
from consumer.failures import sentence
from consumer.failures.failure import Failure
from consumer.failures.history import State
from consumer.record import Source
from schemas.error_codes import SCRIPT_REFUSED, row_of
from schemas.result import Result, SourceRef
from schemas.scalar import utc_text
from schemas.waiting import WaitingRecord

NOTHING = (
    "The topics say nothing of it: it has not failed, no worker has parked it for more than 30 s, "
    "it is not written, and the last comparison lists nothing of it."
)
_OF_ITSELF = "nobody: it ends by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """
    Everything that is known of one document at one connection.

    Attributes:
        failures: with their present state, oldest first.
        results: the last of each record that the document has become.
        compared: what the last comparison with NetSuite has found.
    """

    connection: str
    failures: tuple[tuple[Failure, State], ...] = ()
    waiting: tuple[WaitingRecord, ...] = ()
    results: tuple[Result, ...] = ()
    compared: tuple[Compared, ...] = ()

    @property
    def name(self) -> str:
        """``failed``, ``waits``, ``replayed``, ``written``, ``settled``, ``differs``; else ``unknown``."""
        states = {state for _, state in self.failures}
        found = (
            ("failed", State.OPEN in states),
            ("waits", bool(self.waiting)),
            ("replayed", State.IN_FLIGHT in states),
            ("written", bool(self.results)),
            ("settled", bool(states)),
            ("differs", bool(self.compared)),
        )
        return next((name for name, is_so in found if is_so), "unknown")

    @property
    def sources(self) -> list[Source]:
        """The positions of its events: first what failed or waits, then what is written."""
        still = [failure.source for failure, state in self.failures if state is not State.SETTLED]
        refs = [*(each.source for each in self.waiting), *(each.source for each in reversed(self.results))]
        return list(dict.fromkeys([*still, *map(_place, refs)]))

    def as_json(self) -> dict[str, Any]:
        """The state as it is printed."""
        return {
            "is": self.name,
            "connection": self.connection,
            "failures": [_failure_json(failure, state) for failure, state in self.failures],
            "waiting": [each.model_dump(mode="json") for each in self.waiting],
            "written": [each.model_dump(mode="json") for each in self.results],
            "differences": [each.as_json() for each in self.compared],
        }


def paragraphs(state: DocumentState) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A heading and labelled lines for each thing that is known; what needs somebody first."""
    for failure, of_failure in state.failures:
        if of_failure is not State.SETTLED:
            yield _failed(failure, of_failure)
    for waits in state.waiting:
        yield _waits(waits)
    for written in state.results:
        yield _written(written)
    for each in state.compared:
        yield comparison_state.paragraph(each)
    for failure, of_failure in state.failures:
        if of_failure is State.SETTLED:
            yield f"It failed before, which is settled: {sentence.reason_of(failure)}.", _about(failure)


def _failed(failure: Failure, state: State) -> tuple[str, list[tuple[str, str]]]:
    replayed = [("State", "replayed, not settled yet")] if state is State.IN_FLIGHT else []
    again = [("Replay", f"lago-netsuite replay --id {failure.id} --go")] if state is State.OPEN else []
    return sentence.of(failure), [*replayed, *_about(failure), *again]


def _about(failure: Failure) -> list[tuple[str, str]]:
    return [
        ("Connection", failure.connection),
        ("Failed at", utc_text(failure.published_at)),
        ("Error", failure.id),
        ("Code", failure.code),
    ]


def _waits(waits: WaitingRecord) -> tuple[str, list[tuple[str, str]]]:
    row = row_of(waits.code) if waits.kind in BY_PERSON else None
    aside = f" ({waits.amount} {waits.currency or ''})".replace(" )", ")") if waits.amount else ""
    kind = (waits.object or "event").replace("_", " ")
    heading = f"{kind.capitalize()} {waits.number or waits.lago_id or ''}".strip()
    return f"{heading}{aside} waits for {waits.waits_for}: {waits.reason}.", [
        ("Connection", waits.connection),
        ("Since", waits.since),
        ("Tries", str(waits.attempts)),
        ("Next try", waits.next_try or ""),
        ("Until", f"{waits.until}, then it is an error event" if waits.until else ""),
        ("By", row.who if row else _OF_ITSELF),
        ("Fix", row.change if row else ""),
        ("Where", row.menu if row else ""),
    ]


def _written(written: Result) -> tuple[str, list[tuple[str, str]]]:
    kind = written.object.replace("_", " ")
    name = f"{kind.capitalize()} {written.lago_number or written.lago_id}"
    amounts = ", ".join(f"{title} {text}" for title, text in written.totals.items())
    todo = " ".join(filter(None, (written.action_needed, written.action_amount, written.currency)))
    return f"{name} is in NetSuite: {_record(written)}, {written.status}.", [
        ("Connection", written.connection),
        ("Written at", written.written_at),
        ("Amounts", f"{amounts} {written.currency or ''}".strip() if amounts else ""),
        ("NetSuite", written.url),
        ("To do", f"{todo}, by hand" if written.action_needed else ""),
        ("Warnings", "; ".join(written.warnings)),
    ]


def _record(written: Result) -> str:
    return f"{written.netsuite_type} {written.netsuite_number or ''}".strip() + f" (id {written.internal_id})"


def _failure_json(failure: Failure, state: State) -> dict[str, Any]:
    return {
        "id": failure.id,
        "state": state.value,
        "code": failure.code,
        "sentence": sentence.of(failure),
        "who": (row_of(failure.code) or SCRIPT_REFUSED).who,
        "where": sentence.where_of(failure),
        "failed_at": utc_text(failure.published_at),
        "source": str(failure.source),
    }


def _place(ref: SourceRef) -> Source:
    return Source(topic=ref.topic, partition=ref.partition, offset=ref.offset)


def by_connection(
    failures: Sequence[tuple[Failure, State]],
    waiting: Sequence[WaitingRecord],
    results: Sequence[Result],
    compared: Sequence[Compared] = (),
) -> list[DocumentState]:
    """What is known, apart for each connection."""
    codes = {failure.connection for failure, _ in failures} | {each.connection for each in compared}
    codes |= {each.connection for each in waiting} | {each.connection for each in results}
    return [
        DocumentState(
            connection=code,
            failures=tuple(each for each in failures if each[0].connection == code),
            waiting=tuple(each for each in waiting if each.connection == code),
            results=tuple(each for each in results if each.connection == code),
            compared=tuple(each for each in compared if each.connection == code),
        )
        for code in sorted(codes)
    ]
