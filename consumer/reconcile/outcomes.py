"""What the comparison says of each of Lago's documents: one word for one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from consumer.reconcile.difference import Difference, What
from consumer.reconcile.expected import Expected

Outcome = Literal["missing", "ambiguous", "unmapped", "differs", "agrees"]
"""The first that applies: what is missing cannot differ."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_BY_DIFFERENCE: Mapping[What, Outcome] = {
    "missing": "missing",
    "deleted": "missing",
    "ambiguous": "ambiguous",
    "unmapped": "unmapped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOutcome:
    """One document; `differences` are the kinds of difference that it has, in order."""

    document: Expected
    outcome: Outcome
    differences: tuple[What, ...] = ()


def of(documents: Iterable[Expected], differences: Iterable[Difference]) -> Iterator[DocumentOutcome]:
    """The outcome of each document, in their order."""
    found: dict[tuple[str, str], list[What]] = {}
    for each in differences:
        found.setdefault((each.kind, each.lago_id), []).append(each.what)
    for document in documents:
        kinds = found.get((document.kind, document.lago_id), [])
        outcomes = {_BY_DIFFERENCE.get(what, "differs") for what in kinds} or {"agrees"}
        yield DocumentOutcome(
            document=document,
            outcome=min(outcomes, key=OUTCOMES.index),
            differences=tuple(dict.fromkeys(kinds)),
        )


def counted(documents: Iterable[Expected], differences: Iterable[Difference]) -> dict[str, int]:
    """How many documents have which outcome; without those that none has."""
    found = Counter(each.outcome for each in of(documents, differences))
    return {outcome: found[outcome] for outcome in reversed(OUTCOMES) if found[outcome]}
