"""
Which rules of the mapping book how much of the same events: rules of their own, fallbacks, and none.

A document counts once, by the first event that maps it. Amounts are those of lines and of their taxes,
without their sign: a credit goes through a rule as an invoice does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from consumer.config.connection import Connection
from consumer.events import summary
from consumer.mapping import money
from consumer.mapping.decision_log import Decision, Problem
from consumer.mapping.result import Mapped, Refused
from consumer.pipeline import dry_run
from consumer.pipeline.dry_run import DryRun
from consumer.pipeline.known_zones import KnownZones
from schemas.envelope import Envelope

State = Literal["own", "fallback", "unmapped"]
STATES: tuple[State, ...] = ("own", "fallback", "unmapped")
FALLBACK = "fallback_item"
_FILTERS = "charge_filters"
_TAX = "tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class UseKey:
    """
    One thing of Lago's by one rule.

    Attributes:
        what: the setting that would be its own, without the level: ``billable_metrics.gpu_hours``, ``tax``.
        rule: path of the setting that decides; empty where none does.
        at: its file and line.
        choice: NetSuite's id: of an item, or type and code of a tax.
    """

    connection: str
    what: str
    state: State
    rule: str
    at: str
    choice: str

    @property
    def is_tax(self) -> bool:
        """Whether it is a tax; else it is an item."""
        return self.what.partition(".")[0] == _TAX


@dataclass(slots=True)
class UseSum:
    """How many lines of how many documents, and their amounts by currency in its units."""

    lines: int = 0
    documents: int = 0
    amounts: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _latest: str = ""

    def add(self, document: str, currency: str, cents: int) -> None:
        """Count one line; the lines of a document come one after the other."""
        self.lines += 1
        self.documents += document != self._latest
        self._latest = document
        if currency and cents:
            self.amounts[currency] += abs(Decimal(money.major(cents, currency)))


@dataclass(slots=True, kw_only=True)
class Coverage:
    """
    Takes dry runs in one after the other.

    Attributes:
        documents: how many documents with lines they are.
    """

    documents: int = 0
    uses: dict[UseKey, UseSum] = field(default_factory=lambda: defaultdict(UseSum))
    _seen: set[str] = field(default_factory=set)
    _zones: KnownZones = field(default_factory=KnownZones)

    def take(self, value: bytes | None, connections: Sequence[Connection]) -> None:
        """Take in an event, at each connection that acts on it."""
        for found in dry_run.everywhere(value, connections, zones=self._zones):
            self.add(found)

    def add(self, found: DryRun) -> None:
        """Take in what one connection makes of an event."""
        event, code = found.event, found.connection.code
        keys = list(_uses(found))
        if not isinstance(event, Envelope) or not keys:
            return
        document = f"{code} {event.object_type} {event.object_id}"
        if document in self._seen:
            return
        self._seen.add(document)
        self.documents += 1
        currency = summary.of(event).currency or ""
        for key, cents in keys:
            self.uses[key].add(document, currency, cents)

    def items(self, code: str) -> Iterator[tuple[UseKey, UseSum]]:
        """What is used of items at a connection: what has no rule, then fallbacks; large amounts first."""
        yield from self._of(code, is_tax=False)

    def taxes(self, code: str) -> Iterator[tuple[UseKey, UseSum]]:
        """What is used of taxes at a connection, in the same order."""
        yield from self._of(code, is_tax=True)

    def money(self, code: str) -> Mapping[str, Mapping[State, Decimal]]:
        """The amounts of item lines by currency, and in it by how they are mapped."""
        sums: dict[str, dict[State, Decimal]] = {}
        for key, use in self.items(code):
            for currency, amount in use.amounts.items():
                of_currency = sums.setdefault(currency, dict.fromkeys(STATES, Decimal(0)))
                of_currency[key.state] += amount
        return dict(sorted(sums.items()))

    def _of(self, code: str, *, is_tax: bool) -> list[tuple[UseKey, UseSum]]:
        found = [
            (key, use) for key, use in self.uses.items() if key.connection == code and key.is_tax is is_tax
        ]
        return sorted(found, key=_order)


def _order(each: tuple[UseKey, UseSum]) -> tuple[int, Decimal, str]:
    key, use = each
    return -STATES.index(key.state), -max(use.amounts.values(), default=Decimal(0)), key.what


def _uses(found: DryRun) -> Iterator[tuple[UseKey, int]]:
    if not isinstance(found.plan, Mapped | Refused):
        return
    code = found.connection.code
    for each in found.plan.decisions:
        if each.cents is not None:
            yield _decided(code, each), each.cents
    problems: tuple[Problem, ...] = found.plan.problems if isinstance(found.plan, Refused) else ()
    for problem in problems:
        if problem.cents is not None and problem.asked:
            what = _what(problem.asked)
            key = UseKey(connection=code, what=what, state="unmapped", rule="", at="", choice="")
            yield key, problem.cents


def _decided(code: str, decision: Decision) -> UseKey:
    return UseKey(
        connection=code,
        what=_what(decision.asked or (decision.rule,)),
        state="fallback" if decision.is_fallback else "own",
        rule=decision.rule,
        at=decision.at,
        choice=decision.choice,
    )


def _what(asked: tuple[str, ...]) -> str:
    """The first setting that could decide, without its level; not that of a filter, which has no name."""
    settings = [_without_level(each) for each in asked]
    named = [each for each in settings if not each.startswith((f"{_FILTERS}.", FALLBACK))]
    return next(iter(named), settings[0])


def _without_level(path: str) -> str:
    bare = path.removeprefix("mapping.")
    if bare.startswith("billing_entities."):
        # A code of an entity may have dots itself; the tables never do.
        parts = bare.split(".")
        start = next((n for n, part in enumerate(parts[2:], start=2) if part in _TABLES), 2)
        bare = ".".join(parts[start:])
    return bare


_TABLES = frozenset(
    (
        "fallback_item", "subscription_fee", "minimum_commitment", "coupon", "prepaid_credit",
        "prepaid_credit_granted", "progressive_billing", "credit_note", "plans", "billable_metrics",
        "add_ons", "products", "charge_filters", "tax",
    )
)  # fmt: skip
