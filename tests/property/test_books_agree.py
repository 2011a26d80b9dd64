"""
Whatever happens in Lago, finance finds the same balances in NetSuite.

A walk is the life of one customer in a model of Lago (`tests.lago_model`): invoices, payments, credit notes,
voids. Its webhooks reach NetSuite in any order, some of them several times, over a line that refuses, resets
and loses answers. Afterwards every total, every open amount and the balance must be the model's, to the minor
unit, and every record must be there exactly once.

What fails is printed as a blob for `@reproduce_failure`; ``pytest --hypothesis-seed=N`` walks the same ways
again. Walks share an emulated account, which is renewed now and then.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from random import Random

import pytest
import structlog
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.lago_model.audit import Audit
from tests.lago_model.delivery import Road
from tests.lago_model.lago import Lago, Webhook

WALKS = 500 if os.environ.get("CI") else 120
WALKS_AN_ACCOUNT = 25
REPEATED = 0.4

walked = settings(
    deadline=None,
    max_examples=WALKS,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """
    A life and how it is told.

    Attributes:
        moves: the numbers that decide what happens, one a move.
        order: seed of the order and the repetitions; 0 tells everything once, in order.
        share_of_faults: how many of the calls fail.
    """

    moves: list[int]
    order: int
    share_of_faults: float

    def told(self, webhooks: list[Webhook]) -> list[Webhook]:
        """The webhooks in the order in which they arrive, some of them several times."""
        if not self.order:
            return webhooks
        dice = Random(self.order)
        arriving: list[Webhook] = []
        for place, each in enumerate(webhooks):
            arriving.append(each)
            arriving += [one for one in webhooks[: place + 1] if dice.random() < REPEATED / (place + 1)]
        dice.shuffle(arriving)
        return arriving


walks = st.builds(
    Walk,
    moves=st.lists(st.integers(0, 2**16), min_size=4, max_size=10),
    order=st.integers(0, 2**16),
    share_of_faults=st.sampled_from((0.0, 0.15, 0.4)),
)


class Walker:
    """Walks one after the other, on accounts that are renewed now and then."""

    def __init__(self) -> None:
        self._loop = asyncio.Runner()
        self._road = Road()
        self._count = 0

    def differences(self, walk: Walk, *, credits_mode: str = "apply") -> list[str]:
        """What NetSuite holds otherwise than the model, and what it rejected, after one walk."""
        lago = self._lago(Random(walk.order))
        for number in walk.moves:
            lago.live(number)
        note(f"{len(lago.webhooks)} webhooks")
        return self._compared(lago, walk.told(lago.webhooks), walk, credits_mode)

    def after(self, moves: list[tuple[str, int]], order: tuple[int, ...] = ()) -> list[str]:
        """The same after some moves by name, whose webhooks arrive in the given order, else in Lago's."""
        lago = self._lago(Random(0))
        for move, number in moves:
            lago.play(move, number)
        arriving = [lago.webhooks[place] for place in order] if order else lago.webhooks
        return self._compared(lago, arriving, Walk(moves=[], order=0, share_of_faults=0.0), "apply")

    def _lago(self, dice: Random) -> Lago:
        if self._count % WALKS_AN_ACCOUNT == WALKS_AN_ACCOUNT - 1:
            self._road.close()
            self._road = Road()
        self._count += 1
        return Lago(f"{self._count}", dice)

    def _compared(self, lago: Lago, arriving: list[Webhook], walk: Walk, credits_mode: str) -> list[str]:
        told = self._loop.run(
            self._road.carry(
                arriving,
                dice=Random(walk.order),
                share_of_faults=walk.share_of_faults,
                credits=credits_mode,
            )
        )
        rejected = [f"rejected: {one.code}: {one.message}" for one in told.rejections]
        return rejected + Audit(self._road.account, lago.account, credits_mode=credits_mode).differences()

    def close(self) -> None:
        """Close the account and the loop."""
        self._road.close()
        self._loop.close()


@pytest.fixture(scope="module")
def walker():
    with structlog.testing.capture_logs():
        found = Walker()
        yield found
        found.close()


@walked
@given(walk=walks)
def test_the_books_agree_whatever_happens_and_however_it_is_told(walker, walk):
    """Totals, open amounts, balance; one record each; nothing rejected that Lago allows."""
    assert walker.differences(walk) == []


@settings(walked, max_examples=WALKS // 4)
@given(walk=walks)
def test_with_negative_lines_for_spent_notes_only_their_memos_stay_open(walker, walk):
    """Lago's own way of spending credits: due amounts agree, the memos are finance's to close."""
    assert walker.differences(walk, credits_mode="line") == []


SPENT_AND_VOIDED = [("bill", 42445), ("credit", 19772), ("bill", 51750), ("void", 6328)]
SPENT_VOIDED_SPENT = [("bill", 62147), ("credit", 16101), ("bill", 15119), ("void", 63972), ("bill", 61078)]
CREDITED_AND_PAID_WITH_ANOTHER = [("bill", 55642), ("bill", 7747), ("credit", 16226), ("pay several", 29260)]


@pytest.mark.parametrize("moves", [SPENT_AND_VOIDED, SPENT_VOIDED_SPENT[:-1], CREDITED_AND_PAID_WITH_ANOTHER])
def test_what_is_told_in_order_agrees(walker, moves):
    """A spent note, a void of what it was spent on, and a payment of several invoices after a credit note."""
    assert walker.after(moves) == []


def test_a_note_that_a_void_gave_back_is_spent_again(walker):
    """Lago recredits it (``CreditNotes::RecreditService``), and the next invoice takes it."""
    assert walker.after(SPENT_VOIDED_SPENT) == []


@pytest.mark.parametrize("move", [("pay", 6328), ("credit", 6328), ("void", 1)])
def test_what_comes_before_its_invoice_does_not_hold_it_back(walker, move):
    """It waits, and the invoice does not stand behind it in its lane."""
    assert walker.after([("bill", 42445), move], (0, 2, 1)) == []


def test_an_invoice_that_waits_for_its_note_may_be_voided_meanwhile(walker):
    """The note is told last: the invoice stands, its credit waits, and the void is faster."""
    assert walker.after(SPENT_AND_VOIDED, (0, 1, 3, 4, 2)) == []


def test_a_note_given_back_may_be_spent_again_before_the_void_is_told(walker):
    """The memo has not enough left for the invoice that will be voided; afterwards the books agree."""
    assert walker.after(SPENT_VOIDED_SPENT, (0, 1, 2, 5, 3, 4)) == []


def test_a_payment_of_several_invoices_overtakes_a_note(walker):
    """Events carry one amount for all of them; the first takes what belongs to the second."""
    assert walker.after(CREDITED_AND_PAID_WITH_ANOTHER, (0, 1, 2, 4, 3)) == []
