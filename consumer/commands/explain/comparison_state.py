"""What the last comparison with NetSuite says of a document, beside what the worker has made of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from consumer.reconcile.difference import TITLES
from schemas.reconciliation import DocumentDifference, Reconciliation


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    A difference that the last comparison of a connection has found; of a shadow this is all that is known.

    Attributes:
        ended_at: when the comparison ended.
    """

    connection: str
    ended_at: str
    difference: DocumentDifference

    @property
    def object(self) -> tuple[str, str, str]:
        """Connection, kind and Lago id of the document."""
        return self.connection, self.difference.kind, self.difference.lago_id

    def as_json(self) -> dict[str, Any]:
        """The difference as it is printed."""
        return {"ended_at": self.ended_at, **self.difference.model_dump(mode="json")}


def of_runs(
    runs: Iterable[Reconciliation], name: str, objects: Collection[tuple[str, str, str]]
) -> Iterator[Compared]:
    """The differences of a name, or of these objects; runs are one of each connection, its last."""
    for run in runs:
        for each in run.differences:
            found = Compared(connection=run.connection, ended_at=run.ended_at, difference=each)
            is_named = bool(name) and name in {each.number, each.lago_id, each.netsuite_number}
            if is_named or (bool(each.lago_id) and found.object in objects):
                yield found


def paragraph(found: Compared) -> tuple[str, list[tuple[str, str]]]:
    """A heading and labelled lines."""
    each = found.difference
    kind = "" if each.kind == "payment" else f"{each.kind.replace('_', ' ')} "
    name = f"{kind}{each.number}"
    title = next((title for what, title in TITLES.items() if what == each.what), each.what)
    number = f" ({each.netsuite_number})" if each.netsuite_number else ""
    return f"{name[:1].upper()}{name[1:]} does not agree with NetSuite: {title}.", [
        ("Connection", found.connection),
        ("Lago", each.lago),
        ("NetSuite", f"{each.netsuite}{number}".strip()),
        ("Cause", each.cause),
        ("To do", each.act),
        ("As of", found.ended_at),
        ("Record", each.url),
    ]
