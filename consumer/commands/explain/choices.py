"""The decisions of the mapping as sentences, and the fields that NetSuite decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from consumer.commands.explain import choice, records, setting
from consumer.commands.explain.choice import Choice
from consumer.config.connection import Connection
from consumer.config.mapping_rules import Item
from consumer.mapping.decision_log import Decision
from consumer.mapping.result import Mapped
from consumer.outcome import Ignored
from consumer.pipeline import ownership
from consumer.pipeline.dry_run import DryRun
from schemas.envelope import Envelope

_OF_LINES = ("invoice_line", "credit_note_line", "sales_order_line")
_DOCUMENTS = ("invoice", "credit_note")


def of(found: DryRun, decisions: Sequence[Decision]) -> Iterator[Choice]:
    """What was chosen, then what no setting chose."""
    event = found.event
    entity = _entity(event) if isinstance(event, Envelope) else None
    wording = _Wording(connection=found.connection, entity=entity, refs=_refs(found, decisions))
    for decision in decisions:
        if found.looked_up is None or decision.rule != "lago.api_url":
            yield from wording.of(decision)
    if isinstance(event, Envelope) and not isinstance(found.plan, Ignored):
        yield from _left_open(event, found.connection, {each.subject for each in decisions}, entity)
    if _lacks_subsidiary(found):
        rules = (*_of_entity(entity), "customers.subsidiary")
        yield choice.left_open("customer", "subsidiary", "none is sent", rules, found.connection)


@dataclass(slots=True, kw_only=True)
class _Wording:
    """
    Follows the decisions, which come line by line.

    Attributes:
        refs: the number of the line that a tax belongs to, by what joins both.
        line: the line that the decisions are at.
    """

    connection: Connection
    entity: str | None
    refs: dict[str, int]
    lines: list[str] = field(default_factory=list)

    def of(self, decision: Decision) -> Iterator[Choice]:
        subject, _, name = decision.subject.partition(" ")
        if subject == "line":
            self.lines.append(f"line {len(self.lines) + 1}: {name}")
            yield self._choice(decision, self.lines[-1], "item")
            yield from self._account(decision)
        elif subject in _OF_LINES:
            yield self._choice(decision, self.lines[-1] if self.lines else "line", name)
        elif subject == "tax":
            is_mode = name == "mode"
            yield self._choice(
                decision,
                "document" if is_mode else self._line(name),
                f"tax {name}" if is_mode else "tax code",
            )
        elif subject.startswith("columns."):
            yield self._choice(decision, "document", subject.removeprefix("columns."))
        elif subject == "customer":
            yield self._choice(decision, "customer", name or "customer")
        else:
            yield self._choice(decision, "document", name)

    def _choice(self, decision: Decision, about: str, what: str) -> Choice:
        return choice.of(decision, about, what, self.connection, self.entity)

    def _account(self, decision: Decision) -> Iterator[Choice]:
        item = setting.value_at(self.connection, decision.rule)
        rule = f"{decision.rule}.account"
        if isinstance(item, Item) and item.account:
            at = self.connection.at(rule)
            yield Choice(about=self.lines[-1], what="account", value=item.account, rule=rule, at=at)
        else:
            value = "the item's own, in NetSuite"
            yield choice.left_open(self.lines[-1], "account", value, (rule,), self.connection)

    def _line(self, ref: str) -> str:
        number = self.refs.get(ref, 0)
        return self.lines[number - 1] if 0 < number <= len(self.lines) else f"line {ref}"


def _entity(event: Envelope) -> str | None:
    found = event.object.get("billing_entity_code")
    return found if isinstance(found, str) and found else None


def _refs(found: DryRun, decisions: Sequence[Decision]) -> dict[str, int]:
    if isinstance(found.plan, Mapped):
        posted = enumerate(records.lines(found.plan.request.items[-1]), start=1)
        return {line.get("taxdetailsreference", ""): number for number, line in posted}
    # Nothing is posted here; where every line has a tax, lines and taxes have the same order.
    subjects = [each.subject for each in decisions]
    refs = [each.removeprefix("tax ") for each in subjects if each.startswith("tax ") and each != "tax mode"]
    has_all = len(refs) == sum(each.startswith("line ") for each in subjects)
    return {ref: number for number, ref in enumerate(refs, start=1)} if has_all else {}


def _left_open(
    event: Envelope, connection: Connection, chosen: set[str], entity: str | None
) -> Iterator[Choice]:
    if event.webhook_type == "invoice.voided":
        return
    is_document = event.object_type in _DOCUMENTS
    if is_document and "columns.subsidiary" not in chosen:
        of_entity = _of_entity(entity)
        yield choice.left_open("document", "subsidiary", "the customer's, in NetSuite", of_entity, connection)
    if is_document and not connection.mapping.currencies:
        rule = f"mapping.currencies.{event.object.get('currency')}"
        yield choice.left_open("document", "currency", "the account's own", (rule,), connection)
    if event.object_type in ownership.PAYMENTS:
        yield from _open_of_payment(event, connection, chosen)


def _of_entity(entity: str | None) -> tuple[str, ...]:
    return (f"mapping.billing_entities.{entity}.subsidiary",) if entity else ()


def _lacks_subsidiary(found: DryRun) -> bool:
    if not isinstance(found.plan, Mapped):
        return False
    posted = (item.record for item in found.plan.request.items)
    return any(each["type"] == "customer" and "subsidiary" not in each["columns"] for each in posted)


def _open_of_payment(event: Envelope, connection: Connection, chosen: set[str]) -> Iterator[Choice]:
    if "columns.account" not in chosen:
        account = ("mapping.payments.account",)
        yield choice.left_open("document", "account", "undeposited funds", account, connection)
    if "columns.paymentmethod" not in chosen:
        payment = event.object.get("payment", event.object)
        names = (
            [payment.get(key) for key in ("payment_provider_code", "type")]
            if isinstance(payment, dict)
            else []
        )
        rules = tuple(f"mapping.payments.methods.{name}" for name in names if name)
        yield choice.left_open("document", "paymentmethod", "left empty", rules, connection)
