"""
After any sequence of changes in Lago, the balances in NetSuite are equal.

A walk is the life of one or two customers of the emulated Lago (`tests.support.lago_life`), billed by one
entity or two, in one currency or several: invoices, payments, credit notes, refunds, voids. Its webhooks
reach NetSuite in any order, some of them several times, over a line that refuses, resets and loses answers,
now and then or all at the end. Afterwards every total, every open amount and the balance must be Lago's, to
the minor unit, and every record must be there exactly once.

The run says its seed; ``pytest --hypothesis-seed=N`` walks the same ways again. CI walks the same ways in
every run. Walks share an emulated account, which is renewed now and then.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from random import Random
from secrets import randbits

import pytest
import structlog
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support import lago_life
from tests.support.books_audit import Audit
from tests.support.connection_files import LINE_MODE, Settings
from tests.support.faulty_delivery import Road, Webhook
from tests.support.lago_books import Bill
from tests.support.lago_life import Life, Rules

WALKS = 500 if os.environ.get("CI") else 120
STEPS = 10
FIRST_BILLS, MANY = 2, 3
WALKS_AN_ACCOUNT = 25
REPEATED = 0.4
SEED_BITS = 32
SEED_OF_CI = 20_261_130
UNBOOKED = b'"invoice.payment_status_updated"'

walked = settings(
    deadline=None,
    max_examples=WALKS,
    stateful_step_count=STEPS,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
numbers = st.integers(0, 2**16)

UNAPPLIED = {"paid": "unapply_and_void"}
MODES: dict[str, Settings] = {
    "apply": {"voids": UNAPPLIED},
    "rejected": {},
    "recredited": {"voids": UNAPPLIED | {"recredit_spent_notes": True}},
    "refunded": {"voids": UNAPPLIED, "refunds": "customer_refund"},
    "line": LINE_MODE | {"voids": UNAPPLIED},
}
"""Settings of the connection, by the name of how a walk is booked."""
RULES = {
    "rejected": Rules(voids_paid=False),
    "recredited": Rules(recredits=True),
    "refunded": Rules(pays_back=True),
}
"""How Lago differs there: where paid voids are rejected nobody makes any."""


class Ground:
    """The emulated accounts of walks, which are replaced at intervals; each walk has a Lago of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self._road = Road()
        self._walks = 0

    def begin(self, mode: str) -> None:
        """Make ready for another walk."""
        self._walks += 1
        if self._walks % WALKS_AN_ACCOUNT == 0:
            self._road.close()
            self._road = Road()
        self._rules = RULES.get(mode, Rules())
        self._settings = MODES[mode]
        self._lago = lago_life.organization(f"walk{self._walks}", self._rules)

    def customer(self, dice: Random, beside: Life | None = None) -> Life:
        """A customer unknown to the account, or another life of one that is known."""
        return Life(self._lago, dice, self._rules, beside)

    def deliver(self, webhooks: list[Webhook], dice: Random, share_of_faults: float) -> list[str]:
        """The rejected webhooks, after sending all in this order until they are settled."""
        settings_of_walk = self._settings | {"lago": {"organization_id": self._lago.lago_id}}
        carried = self._loop.run(
            self._road.carry(webhooks, dice=dice, share_of_faults=share_of_faults, **settings_of_walk)
        )
        return [f"rejected: {one.code}: {one.message}" for one in carried.rejections]

    def differences(self, life: Life) -> list[str]:
        """The differences between NetSuite and Lago."""
        applies = self._settings.get("credits") != "line"
        return Audit(self._road.account, life.account, applies_notes=applies).differences()

    def after(
        self, moves: list[tuple[str, int]], order: tuple[int, ...] = (), mode: str = "apply"
    ) -> list[str]:
        """
        The same after some moves by name, whose webhooks arrive in the given order, else in Lago's.

        A void is of the last invoice. The order counts what is booked: no changes of a payment's status.
        """
        self.begin(mode)
        life = self.customer(Random(0))
        for move, number in moves:
            life.play(move, number, on=life.account.bills[-1] if move == "void" else None)
        booked = [each for each in life.webhooks if UNBOOKED not in each.value]
        assert sorted(order) in ([], list(range(len(booked)))), "the moves make other webhooks"
        arriving = [booked[place] for place in order] if order else life.webhooks
        return self.deliver(arriving, Random(0), 0.0) + self.differences(life)

    def close(self) -> None:
        """Close the account and the loop."""
        self._road.close()
        self._loop.close()


class Walk(RuleBasedStateMachine):
    """
    The life of customers, booked by the mapping, client and script that are deployed.

    A number decides all about a step: kinds of fees, prices, taxes, discounts, shares. A step that Lago would
    refuse for an invoice is made on another one of the customer, or not at all.
    """

    customers: Bundle[Life] = Bundle("customers")
    invoices: Bundle[tuple[Life, Bill]] = Bundle("invoices")

    def __init__(self, ground: Ground, modes: Sequence[str]) -> None:
        """Begin without customers; a walk is booked in one of the `modes`."""
        super().__init__()
        self._ground, self._modes = ground, modes
        self._lives: list[Life] = []
        self._delivered: list[int] = []
        self._wrong: list[str] = []

    @initialize(
        target=customers, number=numbers, order=numbers, share=st.sampled_from((0.0, 0.15, 0.4)), mode=numbers
    )
    def first_customer(self, number: int, order: int, share: float, mode: int) -> Life:
        self._dice, self._share_of_faults = Random(order), share
        self._ground.begin(self._modes[mode % len(self._modes)])
        self._is_shuffled = order > 0
        return self._come(number)

    @initialize(target=invoices, life=customers, number=numbers)
    def first_bills(self, life: Life, number: int) -> MultipleResults[tuple[Life, Bill]]:
        return multiple(*(self.bill(life, number + place) for place in range(FIRST_BILLS)))

    @precondition(lambda self: len(self._lives) == 1 and self._has(lambda _: True, least=MANY))
    @rule(target=customers, number=numbers)
    def another_customer(self, number: int) -> Life:
        return self._come(number)

    @precondition(lambda self: len(self._lives) < MANY and self._has(lambda _: True))
    @rule(target=customers, life=customers, number=numbers)
    def another_account(self, life: Life, number: int) -> Life:
        return self._come(number, beside=life)

    @rule(target=invoices, life=customers, number=numbers)
    def bill(self, life: Life, number: int) -> tuple[Life, Bill]:
        life.play("bill", number)
        return life, life.account.bills[-1]

    @precondition(
        lambda self: any(note["balance_amount_cents"] for life in self._lives for note in life.account.notes)
    )
    @rule(target=invoices, life=customers, number=numbers)
    def bill_period(self, life: Life, number: int) -> tuple[Life, Bill]:
        life.play("bill period", number)
        return life, life.account.bills[-1]

    @precondition(lambda self: self._has(lambda bill: bill.due > 0))
    @rule(invoice=invoices, number=numbers)
    def pay(self, invoice: tuple[Life, Bill], number: int) -> None:
        self._play("pay", invoice, number)

    @precondition(lambda self: self._has(lambda bill: bill.due > 0, least=2))
    @rule(life=customers, number=numbers)
    def pay_several(self, life: Life, number: int) -> None:
        life.play("pay several", number)

    @precondition(lambda self: self._has(lambda bill: bill.is_creditable))
    @rule(invoice=invoices, number=numbers)
    def credit(self, invoice: tuple[Life, Bill], number: int) -> None:
        self._play("credit", invoice, number)

    @precondition(lambda self: self._may_void())
    @rule(target=invoices, invoice=invoices, number=numbers)
    def void_and_bill_anew(self, invoice: tuple[Life, Bill], number: int) -> tuple[Life, Bill]:
        life, bill = invoice
        # Rather one that had spent a note, which is then spent again.
        spenders = [each for each in life.account.bills if life.may_void(each) and each.spent]
        self._play("void", (life, spenders[0] if spenders else bill), number)
        return self.bill_period(life, number)

    @precondition(lambda self: self._may_void())
    @rule(invoice=invoices, number=numbers)
    def pay_a_part_and_void(self, invoice: tuple[Life, Bill], number: int) -> None:
        life, bill = invoice
        payable = [each for each in life.account.bills if each.due > 1]
        chosen = life, bill if bill in payable or not payable else payable[0]
        self._play("pay part", chosen, number)
        self._play("void", chosen, number)

    @precondition(lambda self: self._may_void())
    @rule(invoice=invoices, number=numbers)
    def void(self, invoice: tuple[Life, Bill], number: int) -> None:
        self._play("void", invoice, number)

    @precondition(lambda self: self._has(lambda _: True, least=MANY))
    @rule(life=customers, number=numbers)
    def move_house(self, life: Life, number: int) -> None:
        life.play("move house", number)

    @rule(invoice=invoices, number=numbers)
    def resync(self, invoice: tuple[Life, Bill], number: int) -> None:
        self._play("resync", invoice, number)

    @precondition(lambda self: any(self._undelivered()))
    @rule()
    def deliver(self) -> None:
        arriving = self._arriving()
        self._delivered = [len(life.webhooks) for life in self._lives]
        self._wrong += self._ground.deliver(arriving, self._dice, self._share_of_faults)

    def teardown(self) -> None:
        """Totals, open amounts, balance; one record each; nothing rejected that Lago allows."""
        if sys.exc_info()[0] is not None:
            return  # the walk was broken off
        self.deliver()
        for life in self._lives:
            self._wrong += self._ground.differences(life)
        assert self._wrong == []

    def _come(self, number: int, beside: Life | None = None) -> Life:
        life = self._ground.customer(Random(number), beside)
        self._lives.append(life)
        self._delivered.append(0)
        return life

    def _play(self, move: str, invoice: tuple[Life, Bill], number: int) -> None:
        life, bill = invoice
        life.play(move, number, on=bill)

    def _has(self, is_meant: Callable[[Bill], bool], *, least: int = 1) -> bool:
        return any(sum(map(is_meant, life.account.bills)) >= least for life in self._lives)

    def _may_void(self) -> bool:
        return any(life.may_void(bill) for life in self._lives for bill in life.account.bills)

    def _undelivered(self) -> Iterator[Webhook]:
        for life, delivered in zip(self._lives, self._delivered, strict=True):
            yield from life.webhooks[delivered:]

    def _arriving(self) -> list[Webhook]:
        """New webhooks and repeats of some, in any order; order 0 sends each once, in Lago's order."""
        arriving = list(self._undelivered())
        if not self._is_shuffled:
            return arriving
        past = [each for life in self._lives for each in life.webhooks]
        repeats = (REPEATED / (place + 1) for place in range(len(past)))
        arriving += [one for share in repeats for one in past if self._dice.random() < share / 2]
        self._dice.shuffle(arriving)
        return arriving


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with structlog.testing.capture_logs():
        found = Ground()
        yield found
        found.close()


@pytest.fixture
def walk(ground, request, capsys) -> Callable[..., None]:
    """Walk by the seed that was asked for, else by CI's or a new one; says which."""
    asked = request.config.getoption("--hypothesis-seed", None)
    unasked = SEED_OF_CI if os.environ.get("CI") else randbits(SEED_BITS)
    chosen = int(asked) if asked and asked.isdigit() else unasked
    with capsys.disabled():
        print(f"\nwalks of --hypothesis-seed={chosen}")  # noqa: T201 - needed to repeat the run

    def go(modes: Sequence[str], walks: int) -> None:
        factory = seed(chosen)(lambda: Walk(ground, modes))
        run_state_machine_as_test(factory, settings=settings(walked, max_examples=walks))

    return go


def test_the_books_agree_whatever_happens_and_however_it_arrives(walk):
    """Totals, open amounts, balance; one record each; nothing rejected that Lago allows."""
    walk(("refunded", "apply", "rejected", "recredited"), WALKS)


def test_with_negative_lines_for_spent_notes_and_no_memos_the_books_agree(walk):
    """Lago's own way of spending credits, in connections that book no notes."""
    walk(("line",), WALKS // 4)


SPENT_VOIDED_SPENT = [("bill", 39499), ("credit", 443), ("bill", 44288), ("void", 8653), ("bill", 40626)]
SPENT_AND_VOIDED = SPENT_VOIDED_SPENT[:-1]
# Refunded, credited, and credited with more than was paid of an invoice that prepaid credit had lessened.
PAID_AND_VOIDED = [
    [("bill", 44056), ("pay", 38905), ("void", 3488)],
    [("bill", 33317), ("pay", 37151), ("void", 17534)],
    [("bill", 32607), ("pay", 6295), ("void", 26195)],
]
CREDITED_AND_PAID_WITH_ANOTHER = [("bill", 40068), ("bill", 47635), ("credit", 36811), ("pay several", 63659)]


BOTH_RULES = pytest.mark.parametrize("mode", ["apply", "recredited"])


@pytest.mark.parametrize("order", list(permutations(range(1, 4))))
def test_a_payment_of_an_invoice_that_is_void_stays_with_the_entity_that_billed(ground, order):
    """Whichever of invoice, payment and void comes first, though the customer's own subsidiary is another."""
    ground.begin("apply")
    home = ground.customer(Random(0))
    home.play("bill", 0)
    abroad = ground.customer(Random(3), beside=home)
    for move, number in (("bill", 0), ("pay part", 58), ("void", 58)):
        abroad.play(move, number)
    arriving = [*home.webhooks, *(abroad.webhooks[place - 1] for place in order)]

    rejected = ground.deliver(arriving, Random(0), 0.0)

    assert abroad.account.entity != home.account.entity
    assert rejected + ground.differences(home) + ground.differences(abroad) == []


@BOTH_RULES
@pytest.mark.parametrize("moves", [SPENT_AND_VOIDED, CREDITED_AND_PAID_WITH_ANOTHER])
def test_what_arrives_in_order_agrees(ground, moves, mode):
    """A spent note, a void of what it was spent on, and a payment of several invoices after a credit note."""
    assert ground.after(moves, mode=mode) == []


def test_a_note_that_a_void_gave_back_is_spent_again(ground):
    """Older Lagos recredit it (``CreditNotes::RecreditService``), and the next invoice takes it."""
    assert ground.after(SPENT_VOIDED_SPENT, mode="recredited") == []


@pytest.mark.parametrize("move", [("pay", 17241), ("credit", 3711), ("void", 57957)])
def test_what_comes_before_its_invoice_does_not_hold_it_back(ground, move):
    """It waits, and the invoice is not behind it in its lane."""
    assert ground.after([("bill", 37474), move], (0, 2, 1)) == []


@BOTH_RULES
def test_an_invoice_that_waits_for_its_note_may_be_voided_meanwhile(ground, mode):
    """The note's webhook comes last: the invoice is written, its credit waits, and the void comes first."""
    assert ground.after(SPENT_AND_VOIDED, (0, 1, 3, 4, 2), mode) == []


def test_a_note_given_back_may_be_spent_again_before_the_void_arrives(ground):
    """The memo has not enough left for the invoice that will be voided; afterwards the books agree."""
    assert ground.after(SPENT_VOIDED_SPENT, (0, 1, 2, 5, 3, 4), "recredited") == []


def test_a_payment_of_several_invoices_overtakes_a_note(ground):
    """Events carry one amount for all of them; the first takes what belongs to the second."""
    assert ground.after(CREDITED_AND_PAID_WITH_ANOTHER, (0, 1, 2, 4, 3)) == []


@pytest.mark.parametrize("moves", PAID_AND_VOIDED)
@pytest.mark.parametrize("order", list(permutations((2, 3, 5))))
def test_a_void_its_notes_and_the_payment_before_it_come_in_any_order(ground, moves, order):
    """The memo that reverses the rest, and the note for what was paid, make the whole, whichever is first."""
    assert ground.after(moves, (0, 1, *order, 4)) == []
