"""The result of a back-test as values for people and machines: the conclusion, documents, sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from consumer.backtest import event_pair
from consumer.backtest.difference import ASPECTS, Difference, DocumentName
from consumer.backtest.event_pair import EventPair
from consumer.backtest.totals import BacktestTotals, BeforeAfter, SumKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """
    A document that differs.

    Attributes:
        reason: why one side does not write it, as a sentence or the name of a rule; else empty.
    """

    name: DocumentName
    differences: tuple[Difference, ...]
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class Findings:
    """
    Takes pairs in one after the other.

    Attributes:
        most: how many differing documents are kept.
    """

    most: int
    totals: BacktestTotals = field(default_factory=BacktestTotals)
    changed: list[Changed] = field(default_factory=list)

    def take(self, pair: EventPair) -> Iterator[Changed]:
        """Add up a pair; gives its documents that differ, each once."""
        self.totals.looked_up += any(each and each.looked_up for each in (pair.before, pair.after))
        for document in event_pair.compared(pair):
            name = event_pair.name_of(pair, document)
            if not self.totals.add(name, document) or not document.differences:
                continue
            found = Changed(name=name, differences=document.differences, reason=document.reason)
            if len(self.changed) < self.most:
                self.changed.append(found)
            yield found


def conclusion(totals: BacktestTotals) -> str:
    """The last line."""
    read = f"{_several(totals.events, 'event')}, {_several(totals.documents, 'document')}"
    if totals.rejected:
        read += f" and {totals.rejected} that both refuse"
    asked = (
        f" A worker asks Lago about {_several(totals.looked_up, 'event')} first." if totals.looked_up else ""
    )
    if not totals.differing:
        return f"{read}: no difference.{asked} Nothing was written."
    counts = ", ".join(
        f"{totals.differences[each]} by {name}" for each, name in ASPECTS.items() if totals.differences[each]
    )
    is_moved = any(amounts.change for _, amounts in totals.totals())
    ends = "totals change" if is_moved else "totals do not change"
    return f"{read}: {totals.differing} differ ({counts}); {ends}.{asked} Nothing was written."


def as_json(totals: BacktestTotals, changed: Sequence[Changed]) -> dict[str, Any]:
    """Everything for machines; amounts are decimal strings, `documents` are at most those that were kept."""
    return {
        "events": totals.events,
        "documents": totals.documents,
        "differing": totals.differing,
        "rejected_by_both": totals.rejected,
        "looked_up": totals.looked_up,
        "differences": {each: totals.differences[each] for each in ASPECTS},
        "outcomes": [
            {"before": before, "after": after, "count": count}
            for (before, after), count in totals.outcomes.most_common()
        ],
        "sums": [_sum(key, amounts) for key, amounts in totals.changed()],
        "totals": [_sum(key, amounts) for key, amounts in totals.totals()],
        "changed": [row for each in changed for row in rows_of(each)],
        "not_listed": totals.differing - len(changed),
    }


def rows_of(changed: Changed) -> Iterator[dict[str, str]]:
    """A row for each difference of a document."""
    name = changed.name
    for each in changed.differences:
        yield {
            "connection": name.connection, "type": name.type, "number": name.number,
            "external_id": name.external_id, "lago_id": name.lago_id, "aspect": each.aspect,
            "line": each.line, "name": each.name, "before": each.before, "after": each.after,
            "amount": each.amount, "currency": name.currency,
            "reason": changed.reason if each.aspect == "outcome" else "",
        }  # fmt: skip


def sums_of(totals: BacktestTotals) -> Iterator[dict[str, str]]:
    """A row for each sum that moves, and for each total."""
    for key, amounts in (*totals.changed(), *totals.totals()):
        yield _sum(key, amounts)


def _sum(key: SumKey, amounts: BeforeAfter) -> dict[str, str]:
    return {
        "connection": key.connection, "by": key.aspect, "type": key.type, "value": key.value,
        "currency": key.currency, "before": _plain(amounts.before), "after": _plain(amounts.after),
        "change": _plain(amounts.change),
    }  # fmt: skip


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"


def _several(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
