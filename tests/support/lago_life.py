"""
The life of a customer of the emulated Lago: what is bought, billed, paid, credited and voided, by a dice.

A move that Lago refuses in its present state does nothing. A webhook has the object as it is after the move.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

from consumer.ingest.webhook import TOPICS
from consumer.sandbox.lago import billing, crediting, serializers, settlement, voiding
from consumer.sandbox.lago.notation import Json, body
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.payments import How
from tests.support import lago_credits, lago_purchases
from tests.support.faulty_delivery import CURRENCIES, SUBSIDIARIES, Webhook
from tests.support.lago import BILLING_ENTITY
from tests.support.lago_books import Account, Bill

BETWEEN_MOVES = timedelta(days=1)
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Pacific/Auckland", "UTC")
COUNTRIES = ("DE", "US", "JP", "KW", "HU")
PERSON = {"customer_type": "individual", "name": None, "firstname": "Ada", "lastname": "Weiss"}
PLACES = list(product(CURRENCIES, SUBSIDIARIES))


@dataclass(slots=True)
class Calendar:
    """The organisation's clock, from August 2026 on; at this hour some `ZONES` have the next day."""

    moment: datetime = datetime(2026, 8, 1, 23, 12, 13, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    How people and the organisation act.

    Attributes:
        recredits: a void gives back the notes that its invoice had spent, as before August 2025.
        voids_paid: people void invoices that are paid in full, too.
        pays_back: refunds are booked in NetSuite, so that none is left to a person there.
    """

    recredits: bool = False
    voids_paid: bool = True
    pays_back: bool = False


def organization(slug: str, rules: Rules, **changes: str) -> Organization:
    """An organisation without customers, with a calendar of its own."""
    return Organization(
        now=Calendar(), slug=slug, issues_receipts=True, gives_notes_back=rules.recredits, **changes
    )


class Life:
    """
    One customer's life in one currency and billing entity.

    Attributes:
        webhooks: all webhooks so far, oldest first.
        account: the documents.
    """

    def __init__(
        self, of: Organization, dice: Random, rules: Rules | None = None, beside: Life | None = None
    ) -> None:
        """
        Take in a new customer, who has bought nothing yet.

        With `beside` it is the customer there, who is billed by another entity or in another currency.
        """
        self._organization, self._rules, self._dice = of, rules or Rules(), dice
        self._wished: Bill | None = None
        self.webhooks: list[Webhook] = []
        customer = beside.account.customer if beside else self._new_customer()
        self._places = beside.places if beside else []
        currency, entity = self._another_place() if beside else (customer["currency"], BILLING_ENTITY)
        self._places.append((currency, entity))
        self.account = Account(
            organization=of,
            customer_id=customer["lago_id"],
            currency=currency,
            entity=entity,
            pays_back=self._rules.pays_back,
        )
        self._collect_webhooks()

    @property
    def places(self) -> list[tuple[str, str]]:
        """The currencies and billing entities in which the customer is billed, shared by all its lives."""
        return self._places

    def _new_customer(self) -> Json:
        zone = self._dice.choice(ZONES)
        return self._organization.upsert_customer(
            f"cus_{self._organization.slug}_{len(self._organization.customers)}",
            currency=self._dice.choice(list(CURRENCIES)),
            timezone=zone,
            applicable_timezone=zone,
            **self._address(),
            **(PERSON if self._dice.random() < 0.25 else {}),
        )

    def _another_place(self) -> tuple[str, str]:
        return self._dice.choice([place for place in PLACES if place not in self._places])

    def _address(self) -> Json:
        street = f"Torstraße {self._dice.randint(1, 229)}"
        return {"address_line1": street, "country": self._dice.choice(COUNTRIES)}

    def play(self, move: str, number: int, on: Bill | None = None) -> None:
        """Make one of `MOVES`, on that invoice if it can be; the number decides everything else about it."""
        self._dice, self._wished = Random(number), on
        calendar = self._organization.now
        assert isinstance(calendar, Calendar)
        calendar.moment += BETWEEN_MOVES
        with suppress(ImpossibleError):
            MOVES[move](self)
        self._collect_webhooks()

    # --- moves --------------------------------------------------------------------------------------------

    def move_house(self) -> None:
        """The customer has another address from now on."""
        self._organization.upsert_customer(self.account.customer["external_id"], **self._address())

    def bill(self) -> None:
        """An invoice of any type."""
        self._bill(lago_purchases.type_of(self._dice))

    def bill_period(self) -> None:
        """An invoice of subscriptions, lessened by what the customer has left of earlier credit notes."""
        self._bill("subscription")

    def resync(self) -> None:
        """An invoice is sent again, as it stands now."""
        if found := self._any(self.account.bills):
            self._organization.announce("invoice.resynced", found.content)

    def pay(self) -> None:
        """One invoice is paid, by a provider or by hand, in whole or in part."""
        if found := self._any([bill for bill in self.account.bills if bill.due > 0]):
            self._pay([found], self._dice.choice((found.due, found.due, max(1, found.due // 3))))

    def pay_part(self) -> None:
        """One invoice is paid in part, so that it can still be voided."""
        if found := self._any([bill for bill in self.account.bills if bill.due > 1]):
            self._pay([found], max(1, found.due // 3))

    def pay_several(self) -> None:
        """Several invoices are paid at once, each as a whole, by a payment request."""
        owed = [bill for bill in self.account.bills if bill.due > 0]
        if len(owed) > 1:
            self._pay(owed[: self._dice.randint(2, len(owed))], None)

    def credit(self) -> None:
        """A part of an invoice, or all of it, is taken back."""
        if found := self._any([bill for bill in self.account.bills if bill.is_creditable]):
            parts, split = lago_credits.credit(self._dice, self._organization, found)
            crediting.issue(self._organization, found.lago_id, parts, split)

    def void(self) -> None:
        """An invoice is voided; sometimes the customer gets a note for a part of it."""
        if (found := self._any([bill for bill in self.account.bills if self.may_void(bill)])) is None:
            return
        given_back = lago_credits.of_void(self._dice, self._organization, found)
        if given_back.total:
            voiding.void_with_notes(self._organization, found.lago_id, given_back)
        else:
            billing.void(self._organization, found.lago_id)

    def may_void(self, bill: Bill) -> bool:
        """Whether the invoice may be voided."""
        return not bill.is_voided and (bill.due > 0 or self._rules.voids_paid)

    # --- the parts of moves -------------------------------------------------------------------------------

    def _bill(self, invoice_type: str) -> None:
        place = len(self._organization.invoices)
        bought = lago_purchases.purchase(self._dice, invoice_type, self.account.currency, place)
        billing.bill(
            self._organization,
            self.account.customer["external_id"],
            bought.sold,
            invoice_type=invoice_type,
            currency=self.account.currency,
            discounts=bought.discounts,
            billing_entity_code=self.account.entity,
        )

    def _pay(self, bills: Sequence[Bill], cents: int | None) -> None:
        is_manual = len(bills) > 1 or self._dice.random() < 0.5
        how, has_receipt = ("manual", True) if is_manual else self._dice.choice(WAYS)
        reference = {"reference": f"SEPA {len(self._organization.payments)}"} if is_manual else {}
        self._organization.issues_receipts = has_receipt
        lago_ids = [bill.lago_id for bill in bills]
        settlement.pay(self._organization, lago_ids, how=how, cents=cents, **reference)

    def _any(self, candidates: Sequence[Bill]) -> Bill | None:
        chosen = self._dice.choice(candidates) if candidates else None
        return self._wished if self._wished in candidates else chosen

    def _collect_webhooks(self) -> None:
        for announced in (one for one in self._organization.outbox if one.object_type in TOPICS):
            value = body(serializers.webhook(self._organization, announced))
            self.webhooks.append(Webhook(topic=TOPICS[announced.object_type], value=value))
        self._organization.outbox.clear()


WAYS: tuple[tuple[How, bool], ...] = (
    ("settled_later", True),
    ("settled_later", False),
    ("charged_at_once", True),
)
"""A provider's payment has its event, its receipt, or both."""
MOVES: dict[str, Callable[[Life], None]] = {
    "bill": Life.bill,
    "bill period": Life.bill_period,
    "pay": Life.pay,
    "pay part": Life.pay_part,
    "pay several": Life.pay_several,
    "credit": Life.credit,
    "void": Life.void,
    "move house": Life.move_house,
    "resync": Life.resync,
}
