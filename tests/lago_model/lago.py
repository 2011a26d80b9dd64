"""
A small model of Lago: customers, invoices, payments, credit notes and voids, and their webhooks.

It has the balances that NetSuite must have (`tests.lago_model.books`). A move that Lago would refuse in its
present state does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from consumer.ingest.webhook import TOPICS
from tests.lago_model import credit_notes, customers, invoices, payments
from tests.lago_model.books import Account, Bill, Note, Payment
from tests.support import lago

Json = dict[str, Any]

ENTITIES = (lago.BILLING_ENTITY, "acme-fr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    The options of this Lago.

    Attributes:
        recredits: a void gives back the notes that its invoice had spent, as before August 2025.
        voids_paid: people void invoices that are paid in full, too.
        pays_back: refunds are booked in NetSuite, so that none is left to a person there.
    """

    recredits: bool = False
    voids_paid: bool = True
    pays_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One event on its topic."""

    topic: str
    value: bytes


class Lago:
    """
    One organisation with one customer a walk; `world` keeps its ids apart from those of other walks.

    Attributes:
        webhooks: all webhooks so far, oldest first.
        account: what the books say.
    """

    def __init__(
        self, world: str, dice: Random, rules: Rules | None = None, beside: Lago | None = None
    ) -> None:
        """
        Take in the first customer, who has bought nothing yet.

        With `beside` it is the customer there, who is billed by another entity or in another currency.
        """
        self._world, self._rules = world, rules or Rules()
        self._dice = dice
        self._wished: Bill | None = None
        self.webhooks: list[Webhook] = []
        if beside is not None:
            self._places = beside.places
            currency, entity = self._another_place(dice)
            customer = beside.account.customer
            self.account = Account(customer=customer, own_currency=currency, entity=entity, mark=f"{world}-")
            return
        self.account = Account(customer=customers.customer(dice, world))
        self._places = [(self.account.currency, self.account.entity)]
        self._tell("customer.created", self.account.customer | {"integration_customers": []})

    @property
    def places(self) -> list[tuple[str, str]]:
        """The currencies and billing entities in which the customer has accounts, shared by all of them."""
        return self._places

    def _another_place(self, dice: Random) -> tuple[str, str]:
        others = [place for place in product(customers.CURRENCIES, ENTITIES) if place not in self._places]
        self._places.append(dice.choice(others))
        return self._places[-1]

    def play(self, move: str, number: int, on: Bill | None = None) -> None:
        """Make one of `MOVES`, on that invoice if it can be; the number decides everything else about it."""
        self._dice, self._wished = Random(number), on
        MOVES[move](self)

    # --- moves --------------------------------------------------------------------------------------------

    def move_house(self) -> None:
        """The customer has another address from now on."""
        changed_at = f"2026-08-{len(self.webhooks) % 27 + 1:02d}T08:00:00Z"
        changes = customers.address(self._dice) | {"updated_at": changed_at}
        self.account.customer = self.account.customer | changes
        self._tell("customer.updated", self.account.customer | {"integration_customers": []})

    def bill(self) -> None:
        """An invoice of any type."""
        self._bill(invoices.kind_of(self._dice))

    def bill_period(self) -> None:
        """An invoice of subscriptions, lessened by what the customer has left of earlier credit notes."""
        self._bill("subscription")

    def resync(self) -> None:
        """An invoice is sent again, as it stands now."""
        if found := self._any(self.account.bills):
            self._tell("invoice.resynced", self._as_it_stands(found))

    def pay(self) -> None:
        """One invoice is paid, by a provider or by hand, in whole or in part."""
        if found := self._any([bill for bill in self.account.bills if bill.due > 0]):
            cents = self._dice.choice((found.due, found.due, max(1, found.due // 3)))
            self._pay({found.lago_id: cents}, is_manual=self._dice.random() < 0.5)

    def pay_part(self) -> None:
        """One invoice is paid in part, so that it can still be voided."""
        if found := self._any([bill for bill in self.account.bills if bill.due > 1]):
            self._pay({found.lago_id: max(1, found.due // 3)}, is_manual=self._dice.random() < 0.5)

    def pay_several(self) -> None:
        """Several invoices are paid at once, each as a whole, by a payment request."""
        owed = [bill for bill in self.account.bills if bill.due > 0]
        if len(owed) > 1:
            chosen = owed[: self._dice.randint(2, len(owed))]
            self._pay({bill.lago_id: bill.due for bill in chosen}, is_manual=True)

    def credit(self) -> None:
        """A part of an invoice, or all of it, is taken back."""
        if (found := self._any([bill for bill in self.account.bills if bill.is_creditable])) is None:
            return
        exact = self._dice.random() < 0.3
        share = self._dice.choice((Fraction(1), Fraction(1, 2), Fraction(1, 7)))
        credited = credit_notes.parts(found, share, exact=exact)
        figures = credit_notes.add_up(credited, exact=exact)
        if figures.total > 0:
            split = self._split(found, figures.total)
            found.offset += split["offset_amount_cents"]
            self._issue(found, credited, figures, **split)

    def void(self) -> None:
        """An invoice is voided; sometimes the customer gets a note for a part of it."""
        if (found := self._any([bill for bill in self.account.bills if self.may_void(bill)])) is None:
            return
        if not found.spent and found.is_creditable:
            self._credit_the_voided(found)
        found.is_voided = True
        for lago_id, cents in found.spent.items() if self._rules.recredits else ():
            self.account.note(lago_id).balance += cents
        self._tell("invoice.voided", self._as_it_stands(found))

    def may_void(self, bill: Bill) -> bool:
        """Whether the invoice may be voided."""
        return bill.is_voidable and (bill.due > 0 or self._rules.voids_paid)

    # --- the parts of moves -------------------------------------------------------------------------------

    def _bill(self, kind: str) -> None:
        content, spent = invoices.invoice(
            self._dice, self.account, kind, (self._world, len(self.account.bills))
        )
        for lago_id, cents in spent.items():
            self.account.note(lago_id).balance -= cents
        self.account.bills.append(Bill(content=content, spent=spent))
        self._tell(invoices.EVENTS[kind], content)

    def _credit_the_voided(self, found: Bill) -> None:
        """
        A note for what the customer gets back, whatever was paid, and one voided at once for the rest.

        So does ``Invoices::VoidService`` when it is asked to generate credit notes.
        """
        paid = Fraction(found.paid, found.total or 1)
        share = self._dice.choice((None, None, Fraction(1, 3), Fraction(1), paid, paid))
        credited = credit_notes.parts(found, share, exact=False) if share else ()
        figures = credit_notes.add_up(credited, exact=False)
        if figures.total <= 0:
            return
        refunded = sum(self.account.note(each).content["refund_amount_cents"] for each in found.notes)
        refund = min(self._dice.choice((0, figures.total)), max(0, found.paid - refunded))
        self._issue(found, credited, figures, **_of_void(found, figures.total, refund))
        found.is_compensated = True
        rest = credit_notes.parts(found, Fraction(1), exact=False)
        forfeited = credit_notes.add_up(rest, exact=False)
        if forfeited.total > 0:
            place, split = len(found.notes) + 1, _of_void(found, forfeited.total, 0)
            content = credit_notes.content(self.account, found, rest, forfeited, place=place, **split)
            voided = {"credit_status": "voided", "balance_amount_cents": 0}
            self._tell("credit_note.created", content | voided)

    def _issue(
        self, found: Bill, credited: tuple[credit_notes.Part, ...], figures: credit_notes.Sum, **split: Any
    ) -> None:
        content = credit_notes.content(
            self.account, found, credited, figures, place=len(found.notes) + 1, **split
        )
        for part in credited:
            lago_id = part.fee["lago_id"]
            found.credited[lago_id] = found.credited.get(lago_id, 0) + credit_notes.rounded(part.amount)
        found.notes.append(content["lago_id"])
        issued = Note(
            content=content, balance=split["credit_amount_cents"], is_paid_back=self._rules.pays_back
        )
        self.account.notes.append(issued)
        self._tell("credit_note.created", content)

    def _split(self, found: Bill, total: int) -> dict[str, int]:
        """Offset no more than what is due, refund no more than what was paid; the rest is credit."""
        offset = min(self._dice.choice((0, total, total, total // 2)), found.due)
        refunded = sum(self.account.note(each).content["refund_amount_cents"] for each in found.notes)
        wanted = self._dice.choice((0, total - offset, (total - offset) // 2))
        refund = max(0, min(wanted, found.paid - refunded))
        return {
            "credit_amount_cents": total - offset - refund,
            "refund_amount_cents": refund,
            "offset_amount_cents": offset,
        }

    def _pay(self, applied: dict[str, int], *, is_manual: bool) -> None:
        for lago_id, cents in applied.items():
            self.account.bill(lago_id).paid += cents
        paid = payments.payment(self.account, applied, is_manual=is_manual)
        self.account.payments.append(Payment(content=paid, applied=applied))
        # Lago sends for a provider's payment its event, its receipt, or both.
        told = (False, True) if is_manual else self._dice.choice(((True, True), (True, False), (False, True)))
        if told[0]:
            self._tell("payment.succeeded", paid)
        if told[1]:
            receipt = lago.payment_receipt(lago_id=lago.id_of("receipt", paid["lago_id"]), payment=paid)
            self._tell("payment_receipt.created", receipt)

    def _as_it_stands(self, found: Bill) -> Json:
        changes = {
            "status": "voided" if found.is_voided else "finalized",
            "voided_at": "2026-08-29T09:00:00Z" if found.is_voided else None,
            "payment_status": "succeeded" if found.due == 0 and not found.is_voided else "pending",
            "total_paid_amount_cents": found.paid,
            "total_offsetted_credit_note_amount_cents": found.offset,
            "total_due_amount_cents": found.due,
            "updated_at": "2026-08-29T09:00:00Z",
        }
        return found.content | changes

    def _any(self, candidates: Sequence[Bill]) -> Bill | None:
        chosen = self._dice.choice(candidates) if candidates else None
        return self._wished if self._wished in candidates else chosen

    def _tell(self, webhook_type: str, content: Json) -> None:
        object_type = webhook_type.partition(".")[0]
        value = lago.body(lago.event(webhook_type, content))
        self.webhooks.append(Webhook(topic=TOPICS[object_type], value=value))


def _of_void(found: Bill, total: int, refund: int) -> Json:
    return {
        "credit_amount_cents": total - refund,
        "refund_amount_cents": refund,
        "offset_amount_cents": 0,
        "description": f"Credit note created due to voided invoice {found.lago_id}",
    }


MOVES: dict[str, Callable[[Lago], None]] = {
    "bill": Lago.bill,
    "bill period": Lago.bill_period,
    "pay": Lago.pay,
    "pay part": Lago.pay_part,
    "pay several": Lago.pay_several,
    "credit": Lago.credit,
    "void": Lago.void,
    "move house": Lago.move_house,
    "resync": Lago.resync,
}
