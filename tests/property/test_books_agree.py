"""
After any sequence of changes in Lago, the balances in NetSuite are equal.

A walk is the life of one or two customers in a model of Lago (`tests.lago_model`), billed by one entity or
two, in one currency or several: invoices, payments, credit notes, refunds, voids. Its webhooks reach NetSuite
in any order, some of them several times, over a line that refuses, resets and loses answers, now and then or
all at the end. Afterwards every total, every open amount and the balance must be the model's, to the minor
unit, and every record must be there exactly once.

The run says its seed; ``pytest --hypothesis-seed=N`` walks the same ways again. Walks share an emulated
account, which is renewed now and then.
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

from tests.lago_model.audit import Audit
from tests.lago_model.books import Bill
from tests.lago_model.delivery import Road
from tests.lago_model.lago import Lago, Rules, Webhook
from tests.support.connection_files import LINE_MODE, Settings

WALKS = 500 if os.environ.get("CI") else 120
STEPS = 10
FIRST_BILLS, MANY = 2, 3
WALKS_AN_ACCOUNT = 25
REPEATED = 0.4
SEED_BITS = 32

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
    """The emulated accounts of walks, which are replaced at intervals."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self._road = Road()
        self._walks = self._people = 0

    def begin(self) -> None:
        """Make ready for another walk."""
        self._walks += 1
        if self._walks % WALKS_AN_ACCOUNT == 0:
            self._road.close()
            self._road = Road()

    def customer(self, dice: Random, mode: str, beside: Lago | None = None) -> Lago:
        """A customer unknown to the account, or another account of one that is known."""
        self._people += 1
        return Lago(f"{self._people}", dice, RULES.get(mode), beside)

    def tell(self, webhooks: list[Webhook], dice: Random, share_of_faults: float, mode: str) -> list[str]:
        """The rejected webhooks, after sending all in this order until they are settled."""
        told = self._loop.run(
            self._road.carry(webhooks, dice=dice, share_of_faults=share_of_faults, **MODES[mode])
        )
        return [f"rejected: {one.code}: {one.message}" for one in told.rejections]

    def differences(self, lago: Lago, mode: str) -> list[str]:
        """The differences between NetSuite and the model."""
        applies = MODES[mode].get("credits") != "line"
        return Audit(self._road.account, lago.account, applies_notes=applies).differences()

    def after(
        self, moves: list[tuple[str, int]], order: tuple[int, ...] = (), mode: str = "apply"
    ) -> list[str]:
        """
        The same after some moves by name, whose webhooks arrive in the given order, else in Lago's.

        A void is of the last invoice.
        """
        self.begin()
        lago = self.customer(Random(0), mode)
        for move, number in moves:
            lago.play(move, number, on=lago.account.bills[-1] if move == "void" else None)
        arriving = [lago.webhooks[place] for place in order] if order else lago.webhooks
        return self.tell(arriving, Random(0), 0.0, mode) + self.differences(lago, mode)

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

    customers: Bundle[Lago] = Bundle("customers")
    invoices: Bundle[tuple[Lago, Bill]] = Bundle("invoices")

    def __init__(self, ground: Ground, modes: Sequence[str]) -> None:
        """Begin without customers; a walk is booked in one of the `modes`."""
        super().__init__()
        self._ground, self._modes, self._mode = ground, modes, modes[0]
        self._lives: list[Lago] = []
        self._told: list[int] = []
        self._wrong: list[str] = []
        ground.begin()

    @initialize(
        target=customers, number=numbers, order=numbers, share=st.sampled_from((0.0, 0.15, 0.4)), mode=numbers
    )
    def first_customer(self, number: int, order: int, share: float, mode: int) -> Lago:
        self._dice, self._share_of_faults = Random(order), share
        self._mode = self._modes[mode % len(self._modes)]
        self._is_shuffled = order > 0
        return self._come(number)

    @initialize(target=invoices, lago=customers, number=numbers)
    def first_bills(self, lago: Lago, number: int) -> MultipleResults[tuple[Lago, Bill]]:
        return multiple(*(self.bill(lago, number + place) for place in range(FIRST_BILLS)))

    @precondition(lambda self: len(self._lives) == 1 and self._has(lambda _: True, least=MANY))
    @rule(target=customers, number=numbers)
    def another_customer(self, number: int) -> Lago:
        return self._come(number)

    @precondition(lambda self: len(self._lives) < MANY and self._has(lambda _: True))
    @rule(target=customers, lago=customers, number=numbers)
    def another_account(self, lago: Lago, number: int) -> Lago:
        return self._come(number, beside=lago)

    @rule(target=invoices, lago=customers, number=numbers)
    def bill(self, lago: Lago, number: int) -> tuple[Lago, Bill]:
        lago.play("bill", number)
        return lago, lago.account.bills[-1]

    @precondition(lambda self: any(note.balance for lago in self._lives for note in lago.account.notes))
    @rule(target=invoices, lago=customers, number=numbers)
    def bill_period(self, lago: Lago, number: int) -> tuple[Lago, Bill]:
        lago.play("bill period", number)
        return lago, lago.account.bills[-1]

    @precondition(lambda self: self._has(lambda bill: bill.due > 0))
    @rule(invoice=invoices, number=numbers)
    def pay(self, invoice: tuple[Lago, Bill], number: int) -> None:
        self._play("pay", invoice, number)

    @precondition(lambda self: self._has(lambda bill: bill.due > 0, least=2))
    @rule(lago=customers, number=numbers)
    def pay_several(self, lago: Lago, number: int) -> None:
        lago.play("pay several", number)

    @precondition(lambda self: self._has(lambda bill: bill.is_creditable))
    @rule(invoice=invoices, number=numbers)
    def credit(self, invoice: tuple[Lago, Bill], number: int) -> None:
        self._play("credit", invoice, number)

    @precondition(lambda self: self._may_void())
    @rule(target=invoices, invoice=invoices, number=numbers)
    def void_and_bill_anew(self, invoice: tuple[Lago, Bill], number: int) -> tuple[Lago, Bill]:
        lago, bill = invoice
        # Rather one that had spent a note, which is then spent again.
        spenders = [each for each in lago.account.bills if lago.may_void(each) and each.spent]
        self._play("void", (lago, spenders[0] if spenders else bill), number)
        return self.bill_period(lago, number)

    @precondition(lambda self: self._may_void())
    @rule(invoice=invoices, number=numbers)
    def pay_a_part_and_void(self, invoice: tuple[Lago, Bill], number: int) -> None:
        lago, bill = invoice
        payable = [each for each in lago.account.bills if each.due > 1]
        chosen = lago, bill if bill in payable or not payable else payable[0]
        self._play("pay part", chosen, number)
        self._play("void", chosen, number)

    @precondition(lambda self: self._may_void())
    @rule(invoice=invoices, number=numbers)
    def void(self, invoice: tuple[Lago, Bill], number: int) -> None:
        self._play("void", invoice, number)

    @precondition(lambda self: self._has(lambda _: True, least=MANY))
    @rule(lago=customers, number=numbers)
    def move_house(self, lago: Lago, number: int) -> None:
        lago.play("move house", number)

    @rule(invoice=invoices, number=numbers)
    def resync(self, invoice: tuple[Lago, Bill], number: int) -> None:
        self._play("resync", invoice, number)

    @precondition(lambda self: any(self._untold()))
    @rule()
    def tell(self) -> None:
        arriving = self._arriving()
        self._told = [len(lago.webhooks) for lago in self._lives]
        self._wrong += self._ground.tell(arriving, self._dice, self._share_of_faults, self._mode)

    def teardown(self) -> None:
        """Totals, open amounts, balance; one record each; nothing rejected that Lago allows."""
        if sys.exc_info()[0] is not None:
            return  # the walk was broken off
        self.tell()
        for lago in self._lives:
            self._wrong += self._ground.differences(lago, self._mode)
        assert self._wrong == []

    def _come(self, number: int, beside: Lago | None = None) -> Lago:
        lago = self._ground.customer(Random(number), self._mode, beside)
        self._lives.append(lago)
        self._told.append(0)
        return lago

    def _play(self, move: str, invoice: tuple[Lago, Bill], number: int) -> None:
        lago, bill = invoice
        lago.play(move, number, on=bill)

    def _has(self, is_meant: Callable[[Bill], bool], *, least: int = 1) -> bool:
        return any(sum(map(is_meant, lago.account.bills)) >= least for lago in self._lives)

    def _may_void(self) -> bool:
        return any(lago.may_void(bill) for lago in self._lives for bill in lago.account.bills)

    def _untold(self) -> Iterator[Webhook]:
        for lago, told in zip(self._lives, self._told, strict=True):
            yield from lago.webhooks[told:]

    def _arriving(self) -> list[Webhook]:
        """New webhooks and repeats of some, in any order; order 0 sends each once, in Lago's order."""
        arriving = list(self._untold())
        if not self._is_shuffled:
            return arriving
        past = [each for lago in self._lives for each in lago.webhooks]
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
    """Walk by the seed that was asked for, else by a new one; says which."""
    asked = request.config.getoption("--hypothesis-seed", None)
    chosen = int(asked) if asked and asked.isdigit() else randbits(SEED_BITS)
    with capsys.disabled():
        print(f"\nwalks of --hypothesis-seed={chosen}")  # noqa: T201 - needed to repeat the run

    def go(modes: Sequence[str], walks: int) -> None:
        factory = seed(chosen)(lambda: Walk(ground, modes))
        run_state_machine_as_test(factory, settings=settings(walked, max_examples=walks))

    return go


def test_the_books_agree_whatever_happens_and_however_it_is_told(walk):
    """Totals, open amounts, balance; one record each; nothing rejected that Lago allows."""
    walk(("refunded", "apply", "rejected", "recredited"), WALKS)


def test_with_negative_lines_for_spent_notes_and_no_memos_the_books_agree(walk):
    """Lago's own way of spending credits, in connections that book no notes."""
    walk(("line",), WALKS // 4)


SPENT_AND_VOIDED = [("bill", 42445), ("credit", 19772), ("bill", 51750), ("void", 6328)]
SPENT_VOIDED_SPENT = [("bill", 62147), ("credit", 16101), ("bill", 15119), ("void", 63972), ("bill", 61078)]
# Refunded, credited, and credited with more than was paid of an invoice that prepaid credit had lessened.
PAID_AND_VOIDED = [
    [("bill", 42445), ("pay", 3), ("void", 5)],
    [("bill", 42445), ("pay", 3), ("void", 1)],
    [("bill", 42489), ("pay", 3), ("void", 5)],
]
CREDITED_AND_PAID_WITH_ANOTHER = [("bill", 55642), ("bill", 7747), ("credit", 16226), ("pay several", 29260)]


BOTH_RULES = pytest.mark.parametrize("mode", ["apply", "recredited"])


@BOTH_RULES
@pytest.mark.parametrize("moves", [SPENT_AND_VOIDED, SPENT_VOIDED_SPENT[:-1], CREDITED_AND_PAID_WITH_ANOTHER])
def test_what_is_told_in_order_agrees(ground, moves, mode):
    """A spent note, a void of what it was spent on, and a payment of several invoices after a credit note."""
    assert ground.after(moves, mode=mode) == []


def test_a_note_that_a_void_gave_back_is_spent_again(ground):
    """Older Lagos recredit it (``CreditNotes::RecreditService``), and the next invoice takes it."""
    assert ground.after(SPENT_VOIDED_SPENT, mode="recredited") == []


@pytest.mark.parametrize("move", [("pay", 6328), ("credit", 6328), ("void", 1)])
def test_what_comes_before_its_invoice_does_not_hold_it_back(ground, move):
    """It waits, and the invoice is not behind it in its lane."""
    assert ground.after([("bill", 42445), move], (0, 2, 1)) == []


@BOTH_RULES
def test_an_invoice_that_waits_for_its_note_may_be_voided_meanwhile(ground, mode):
    """The note's webhook comes last: the invoice is written, its credit waits, and the void comes first."""
    assert ground.after(SPENT_AND_VOIDED, (0, 1, 3, 4, 2), mode) == []


def test_a_note_given_back_may_be_spent_again_before_the_void_is_told(ground):
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
