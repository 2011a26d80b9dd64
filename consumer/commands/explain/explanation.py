"""One event explained: its connection, its records, the settings that decided, and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from consumer.commands import plan_entry
from consumer.commands.explain import choices, ignoring, owner, records
from consumer.commands.explain.choice import Choice
from consumer.commands.explain.ignoring import Ignoring
from consumer.commands.explain.records import Sent
from consumer.config.connection import Connection
from consumer.events import summary
from consumer.events.summary import ObjectSummary
from consumer.mapping import money
from consumer.mapping.decision_log import Decision, Problem
from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored
from consumer.pipeline.dry_run import DryRun
from schemas.envelope import Envelope

NOWHERE = ""


class Explanation:
    """
    The explanation of one event at one connection.

    Attributes:
        asked: the lookup in Lago's API that comes first, as a sentence; empty when there is none.
        choices: what the mapping chose, in its order.
        sent: the records of the request; none when nothing would be sent.
        ignoring: the rule that ignores the event, if one does.
        problems: everything that prevents the booking, each with the settings that fix it.
    """

    def __init__(self, found: DryRun, connections: Sequence[Connection]) -> None:
        """Find out everything at once."""
        self.dry_run_of_event = found
        self.event = found.event if isinstance(found.event, Envelope) else None
        self.summary: ObjectSummary | None = summary.of(self.event) if self.event else None
        self.owner = owner.of(found.event, found.connection, connections)
        self.choices: tuple[Choice, ...] = tuple(choices.of(found, self._decisions()))
        self.sent: tuple[Sent, ...] = tuple(records.of(found.plan)) if isinstance(found.plan, Mapped) else ()
        self.ignoring = self._ignoring(connections)
        self.problems = tuple(self._problems())

    @property
    def asked(self) -> str:
        """The lookup in Lago's API that a worker does before it sends anything."""
        wanted = self.dry_run_of_event.looked_up
        return f"customer {wanted.external_id}, whose answer may change this" if wanted else NOWHERE

    @property
    def amount(self) -> str | None:
        """The document's amount with its currency."""
        known = self.summary
        if known is None or known.cents is None or known.currency is None:
            return None
        return f"{money.major(known.cents, known.currency)} {known.currency}"

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines; hashes as `plan` has them."""
        connection = self.dry_run_of_event.connection
        return {
            "event": self.event.webhook_type if self.event else None,
            "object_id": (self.event.object_id or None) if self.event else None,
            "number": self.summary.number if self.summary else None,
            "amount": self.amount,
            "connection": self.owner.as_json(),
            "planned": plan_entry.of(self.dry_run_of_event, NOWHERE) | {"source": None},
            "ignored": self.ignoring.as_json() if self.ignoring else None,
            "problems": [_problem_json(each, connection) for each in self.problems],
            "choices": [each.as_json() for each in self.choices],
            "records": [each.as_json() for each in self.sent],
        }

    def _decisions(self) -> tuple[Decision, ...]:
        plan = self.dry_run_of_event.plan
        return () if isinstance(plan, Ignored) else plan.decisions

    def _ignoring(self, connections: Sequence[Connection]) -> Ignoring | None:
        plan = self.dry_run_of_event.plan
        if not isinstance(plan, Ignored) or self.event is None:
            return None
        return ignoring.of(plan.rule, self.event, self.dry_run_of_event.connection, connections)

    def _problems(self) -> Iterator[Problem]:
        plan = self.dry_run_of_event.plan
        if not isinstance(plan, Refused):
            return
        if plan.problems:
            yield from dict.fromkeys(plan.problems)
            return
        yield Problem(code=plan.rejection.code, message=plan.rejection.message, hint=plan.rejection.hint)


def _problem_json(problem: Problem, connection: Connection) -> dict[str, Any]:
    settings = [{"rule": rule, "at": connection.at(rule)} for rule in problem.asked]
    fields = {"code": problem.code, "message": problem.message, "fix": problem.hint}
    return {**fields, "settings": settings}
