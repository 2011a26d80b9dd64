"""What the comparison says of each of Lago's documents: one word for one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from consumer.reconcile.acceptance import Division
from consumer.reconcile.difference import Difference, What
from consumer.reconcile.expected import Expected

Outcome = Literal["missing", "ambiguous", "unmapped", "differs", "accepted", "agrees"]
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
    """One document; `differences` are the kinds of difference that it has, in order, accepted ones last."""

    document: Expected
    outcome: Outcome
    differences: tuple[What, ...] = ()


def of(documents: Iterable[Expected], division: Division) -> Iterator[DocumentOutcome]:
    """The outcome of each document, in their order; accepted are those of which no difference is open."""
    left = _kinds(division.open)
    accepted = _kinds(each.difference for each in division.accepted)
    for document in documents:
        key = (document.kind, document.lago_id)
        is_accepted: Outcome = "accepted" if key in accepted else "agrees"
        outcomes = {_BY_DIFFERENCE.get(what, "differs") for what in left.get(key, ())} or {is_accepted}
        yield DocumentOutcome(
            document=document,
            outcome=min(outcomes, key=OUTCOMES.index),
            differences=tuple(dict.fromkeys([*left.get(key, ()), *accepted.get(key, ())])),
        )


def _kinds(differences: Iterable[Difference]) -> dict[tuple[str, str], list[What]]:
    found: dict[tuple[str, str], list[What]] = {}
    for each in differences:
        found.setdefault((each.kind, each.lago_id), []).append(each.what)
    return found


def counted(documents: Iterable[Expected], division: Division) -> dict[str, int]:
    """How many documents have which outcome; without those that none has."""
    found = Counter(each.outcome for each in of(documents, division))
    return {outcome: found[outcome] for outcome in reversed(OUTCOMES) if found[outcome]}
