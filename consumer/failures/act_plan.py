"""What an act on failures would be about: documents, sums, closed periods, and how long it takes."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from consumer.failures.closed_periods import ClosedPeriods
from consumer.failures.failure import Failure
from consumer.mapping import money

ActKind = Literal["replay", "synced", "ignore", "reopen"]

PERIOD_CLOSED = "period_closed"
CLOSINGS_PER_S = 50.0
"""Of marks with an audit record each, one after the other: three answers of Kafka."""
_WRITES = frozenset({"replay"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """
    Documents of one connection, day and currency.

    Attributes:
        day: of the document, ``YYYY-MM-DD``; empty where it is not known.
        currency: empty where there is no amount.
        is_refused: NetSuite has refused them because their period was closed.
    """

    connection: str
    day: str = ""
    currency: str = ""
    documents: int
    amount: Decimal | None = None
    is_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPart:
    """
    What of it lies in closed periods.

    Attributes:
        periods: their names, oldest first.
        unknown: why the periods of an account are not known; then only what NetSuite has refused counts.
    """

    documents: int = 0
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """
    Of the failures that an act is about.

    Attributes:
        left_out: failures that are chosen and that the act leaves out: they cannot succeed unchanged.
        key: another one says that something else would be done now; may be empty.
    """

    failures: int
    left_out: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPlan:
    """
    What an act would do; nothing is changed.

    Attributes:
        act: its name.
        counts: of failures; a document may have failed several times.
        rate_per_s: of events, at most.
    """

    act: ActKind
    counts: Counts
    documents: int
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    closed: ClosedPart = field(default_factory=ClosedPart)
    rate_per_s: float

    @property
    def failures(self) -> int:
        """How many failures it is about."""
        return self.counts.failures

    @property
    def takes_s(self) -> float:
        """How long it takes until Kafka has all of it; workers write it as fast as NetSuite takes it."""
        return self.failures / self.rate_per_s

    def as_json(self) -> dict[str, Any]:
        """The plan as commands and the console publish it; amounts are decimal strings."""
        closed = self.closed
        return {
            "act": self.act,
            "failures": self.failures,
            "documents": self.documents,
            "amounts": _texts(self.amounts),
            "closed_periods": {
                "documents": closed.documents,
                "amounts": _texts(closed.amounts),
                "periods": list(closed.periods),
                "known": not closed.unknown,
                "unknown": list(closed.unknown),
            },
            "left_out": self.counts.left_out,
            "rate_per_s": self.rate_per_s,
            "takes_s": round(self.takes_s, 2),
            "plan": self.counts.key,
        }


def of_groups(
    act: ActKind,
    groups: Sequence[Group],
    closed_at: Callable[[str], ClosedPeriods],
    *,
    counts: Counts,
    rate_per_s: float,
) -> ActPlan:
    """The plan of an act on these documents; `closed_at` gives the periods of a connection's account."""
    return ActPlan(
        act=act,
        counts=counts,
        documents=sum(each.documents for each in groups),
        amounts=_sums(groups),
        closed=_closed(groups, closed_at),
        rate_per_s=rate_per_s if act in _WRITES else CLOSINGS_PER_S,
    )


def groups_of(failures: Iterable[Failure]) -> list[Group]:
    """One for each document, by its newest failure."""
    newest = {each.document: each for each in failures}
    return [
        Group(
            connection=each.connection,
            day=each.date,
            currency=each.currency or "",
            documents=1,
            amount=each.amount,
            is_refused=each.code == PERIOD_CLOSED,
        )
        for each in newest.values()
    ]


def sentences(plan: ActPlan) -> Iterator[str]:
    """The plan in words: how much, what of it lies in closed periods, how long it takes."""
    if not plan.failures:
        yield "Nothing fits."
        return
    more = f" ({plan.failures:,} failures)" if plan.failures > plan.documents else ""
    yield f"{_documents(plan.documents)}{more}{_listed(plan.amounts)}."
    yield from _of_closed(plan.closed)
    if plan.counts.left_out:
        yield f"{plan.counts.left_out:,} more cannot succeed unchanged, and are left out."
    yield _time(plan)


def _of_closed(closed: ClosedPart) -> Iterator[str]:
    if closed.documents:
        named = f" ({', '.join(closed.periods)})" if closed.periods else ""
        verb = "lies" if closed.documents == 1 else "lie"
        yield f"{closed.documents:,} of them {verb} in a closed period{named}{_listed(closed.amounts)}."
    elif not closed.unknown:
        yield "None of them lies in a closed period."
    for reason in closed.unknown:
        others = "others lie" if closed.documents else "any lies"
        yield f"Whether {others} in closed periods is not known: {reason}."


def _time(plan: ActPlan) -> str:
    seconds = max(1, math.ceil(plan.takes_s))
    minutes, left = divmod(seconds, 60)
    lasts = f"{minutes} min {left} s" if minutes else f"{seconds} s"
    if plan.act in _WRITES:
        return f"At most {plan.rate_per_s:g} events a second: about {lasts} until Kafka has all of it."
    return f"It takes about {lasts}."


def _closed(groups: Iterable[Group], closed_at: Callable[[str], ClosedPeriods]) -> ClosedPart:
    found: list[Group] = []
    names: dict[tuple[str, str], None] = {}
    unknown: dict[str, None] = {}
    for each in groups:
        known = closed_at(each.connection)
        period = known.of(each.day)
        if period is not None:
            names[(period.first, period.name)] = None
        if period is not None or (known.unknown and each.is_refused):
            found.append(each)
        if known.unknown:
            unknown[known.unknown] = None
    return ClosedPart(
        documents=sum(each.documents for each in found),
        amounts=_sums(found),
        periods=tuple(name for _, name in sorted(names)),
        unknown=tuple(unknown),
    )


def _sums(groups: Iterable[Group]) -> Mapping[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for each in groups:
        if each.amount is not None and each.currency:
            sums[each.currency] += each.amount
    return dict(sorted(sums.items()))


def _documents(count: int) -> str:
    return f"{count:,} document{'s' * (count != 1)}"


def _listed(amounts: Mapping[str, Decimal]) -> str:
    sums = ", ".join(f"{Decimal(text):,f} {currency}" for currency, text in _texts(amounts).items())
    return f": {sums}" if sums else ""


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: money.in_units(amount, currency) for currency, amount in amounts.items()}
