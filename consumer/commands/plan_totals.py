"""Many plans added up: what would be written by kind, what stops what, what is ignored by which rule."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, assert_never

from consumer.events import summary
from consumer.events.summary import ObjectSummary
from consumer.failures import causes
from consumer.mapping import money
from consumer.mapping.decision_log import Decision, Problem
from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored
from consumer.pipeline.dry_run import DryRun
from schemas.envelope import Envelope
from schemas.wire import WriteItem

NOBODY = ObjectSummary(
    number=None, cents=None, currency=None, lago_customer_id=None, external_customer_id=None
)

# What a message says first of its document, whose figures and names no cause is about.
_LABEL = re.compile(r"^(?:invoice|credit note|payment)(?: of)? [^:]{1,300}: ")

Amount = tuple[str, Decimal]
"""A currency, and how much of it in its units."""


@dataclass(slots=True, kw_only=True)
class Sum:
    """
    How many events concern how many documents of what amounts.

    Attributes:
        amounts: by document, so that one which is announced twice counts once.
    """

    events: int = 0
    documents: set[str] = field(default_factory=set)
    amounts: dict[str, Amount] = field(default_factory=dict)

    def add(self, document: str, amount: Amount | None) -> None:
        """Count one event about a document."""
        self.events += 1
        self.documents.add(document)
        if amount is not None:
            self.amounts[document] = amount

    @property
    def by_currency(self) -> Mapping[str, Decimal]:
        """The sum of the documents in each currency."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for currency, amount in self.amounts.values():
            sums[currency] += amount
        return dict(sorted(sums.items()))

    def as_json(self) -> dict[str, Any]:
        """Counts, and amounts as decimal strings."""
        amounts = {currency: f"{amount:f}" for currency, amount in self.by_currency.items()}
        return {"count": self.events, "documents": len(self.documents), "amounts": amounts}


@dataclass(slots=True, kw_only=True)
class Cause:
    """
    A cause that stops some events, and that one change fixes.

    Attributes:
        fix: what to change, as reported for the first of them; so is `example`.
    """

    connection: str
    code: str
    pattern: str
    fix: str
    example: dict[str, str | None]
    sum: Sum = field(default_factory=Sum)

    def as_json(self) -> dict[str, Any]:
        """The cause in the words that the command ``errors`` has for causes."""
        cause = {"connection": self.connection, "code": self.code, "message": self.pattern}
        return {**cause, **self.sum.as_json(), "fix": self.fix, "example": self.example}


Kind = tuple[str, str, str]
"""Connection, record type and mode of items."""


@dataclass(slots=True, kw_only=True)
class PlanTotals:
    """
    Adds up plans, one after the other.

    Attributes:
        blocked: all that would be rejected, each once, however many causes it has.
        looked_up: the customers that a worker would look up in Lago before it writes.
    """

    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    ignored: Counter[tuple[str, str]] = field(default_factory=Counter)
    written: defaultdict[Kind, Sum] = field(default_factory=lambda: defaultdict(Sum))
    causes: dict[tuple[str, str, str], Cause] = field(default_factory=dict)
    blocked: Sum = field(default_factory=Sum)
    fallbacks: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    looked_up: set[str] = field(default_factory=set)

    def add(self, found: DryRun, source: str) -> None:
        """Take in one plan; `source` names an event that has no id."""
        known = summary.of(found.event) if isinstance(found.event, Envelope) else NOBODY
        self.looked_up |= {found.looked_up.external_id} if found.looked_up else set()
        code = found.connection.code
        match found.plan:
            case Mapped(request=request, fallbacks=fallbacks):
                self.outcomes["request"] += 1
                self._note_items(code, request.items, _amount(known))
                self._note_fallbacks(code, fallbacks)
            case Ignored(rule=rule):
                self.outcomes["ignored"] += 1
                self.ignored[code, rule] += 1
            case Refused():
                self.outcomes["rejected"] += 1
                self._note_refusal(found, found.plan, known, source)
            case _:
                assert_never(found.plan)

    def _note_items(self, code: str, items: tuple[WriteItem, ...], amount: Amount | None) -> None:
        for item in items:
            record_type = item.record["type"]
            is_customer = record_type == "customer"
            kind = code, record_type, item.mode
            self.written[kind].add(item.external_id, None if is_customer else amount)

    def _note_fallbacks(self, code: str, fallbacks: tuple[Decision, ...]) -> None:
        for each in fallbacks:
            self.fallbacks[code, each.subject.removeprefix("line "), each.rule, each.at] += 1

    def _note_refusal(self, found: DryRun, plan: Refused, known: ObjectSummary, source: str) -> None:
        document, code, rejected = _document(found, source), found.connection.code, plan.rejection
        whole = Problem(code=rejected.code, message=rejected.message, hint=rejected.hint)
        patterns = set()
        for problem in plan.problems or (whole,):
            pattern = _LABEL.sub("", causes.without_names(problem.message, _names(found, known)))
            key = code, problem.code, problem.key or pattern
            if key not in self.causes:
                self.causes[key] = Cause(
                    connection=code, code=problem.code, pattern=pattern, fix=problem.hint,
                    example=_example(found, known, problem, source),
                )  # fmt: skip
            patterns.add(key)
        for key in patterns:
            self.causes[key].sum.add(document, _amount(known))
        self.blocked.add(document, _amount(known))

    def as_json(self) -> dict[str, Any]:
        """All counts, the most frequent first."""
        return {
            "events": self.events,
            "outcomes": {name: self.outcomes[name] for name in ("request", "ignored", "rejected")},
            "written": [
                {"connection": code, "type": record_type, "mode": mode, **found.as_json()}
                for (code, record_type, mode), found in sorted(self.written.items())
            ],
            "ignored": [
                {"connection": code, "rule": rule, "count": count}
                for (code, rule), count in self.ignored.most_common()
            ],
            "blocked": self.blocked.as_json(),
            "causes": [cause.as_json() for cause in self.by_weight()],
            "fallbacks": [
                {"connection": code, "line": line, "rule": rule, "at": at, "count": count}
                for (code, line, rule, at), count in self.fallbacks.most_common()
            ],
            "looked_up": len(self.looked_up),
        }

    def by_weight(self) -> list[Cause]:
        """The causes, that of most documents first."""
        return sorted(self.causes.values(), key=lambda cause: -len(cause.sum.documents))


def _amount(known: ObjectSummary) -> Amount | None:
    if known.cents is None or known.currency is None:
        return None
    return known.currency, Decimal(money.major(known.cents, known.currency))


def _document(found: DryRun, source: str) -> str:
    event = found.event
    if not isinstance(event, Envelope) or not event.object_id:
        return source
    return f"{event.object_type} {event.object_id}"


def _names(found: DryRun, known: ObjectSummary) -> Iterator[str | None]:
    yield known.number
    if isinstance(found.event, Envelope):
        yield found.event.object_id
    yield from (known.lago_customer_id, known.external_customer_id)


def _example(found: DryRun, known: ObjectSummary, problem: Problem, source: str) -> dict[str, str | None]:
    event = found.event if isinstance(found.event, Envelope) else None
    return {
        "source": source,
        "event": event.webhook_type if event else None,
        "object_id": event.object_id if event else None,
        "number": known.number,
        "message": problem.message,
    }
