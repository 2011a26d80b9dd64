"""From Lago's webhook to NetSuite's books: voids by Lago's present rule, voids of paid invoices, refunds."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from random import Random

import pytest

from tests.support import lago
from tests.support.connection_files import LINE_MODE
from tests.support.faulty_delivery import Road, Webhook
from tests.support.lago import Discounts

TOPICS = {"invoice": "lago.invoices", "credit_note": "lago.credit_notes", "payment": "lago.payments"}
FIRST, SECOND = (lago.id_of("invoice", name) for name in ("first", "second"))
NOTE = lago.id_of("note", "first")
UNAPPLY = {"voids": {"paid": "unapply_and_void"}}
PAYS_BACK = {"refunds": "customer_refund"}


def told(webhook_type, content):
    topic = TOPICS[webhook_type.partition(".")[0]]
    return Webhook(topic=topic, value=lago.body(lago.event(webhook_type, content)))


def invoice(lago_id, number, price, spent_cents=0, **changes):
    """An invoice without tax that spends so much of the note."""
    fee = lago.fee(unit_price=price, lago_id=lago.id_of("fee", number))
    content = lago.invoice([fee], discounts=Discounts(credit_notes=spent_cents), lago_id=lago_id)
    credit = lago.credit("credit_note", "CN-1", "ACM-1", spent_cents)
    credit |= {"item": credit["item"] | {"lago_item_id": NOTE}}
    credits_ = [credit] if spent_cents else []
    return content | {"number": number, "credits": credits_} | changes


def billed(*arguments):
    return told("invoice.created", invoice(*arguments))


def voided(*arguments, **changes):
    voided_at = {"status": "voided", "voided_at": "2026-08-20T10:00:00Z"}
    return told("invoice.voided", invoice(*arguments, **voided_at, **changes))


def note(cents=5950, **split):
    """A note on the first invoice, of 59.50 without tax; `split` says what becomes of it."""
    part = lago.part(cents, of_cents=10_000, lago_id=lago.id_of("fee", "ACM-1"))
    content = lago.credit_note(
        part, split=lago.Split(**split), lago_id=NOTE, number="CN-1", lago_invoice_id=FIRST
    )
    return told("credit_note.created", content)


def paid(cents, number="ACM-1", lago_id=FIRST):
    content = lago.payment(amount_cents=cents, invoice_ids=[lago_id], invoice_numbers=[number])
    return told("payment.succeeded", content)


class Books:
    """What became of webhooks, and the account afterwards."""

    def __init__(self):
        self.road = Road()

    async def after(self, *webhooks, repeats=2, faults=0.0, **settings):
        """Carry all, each several times."""
        carried = await self.road.carry(
            list(webhooks) * repeats, dice=Random(1), share_of_faults=faults, **settings
        )
        self.rejections = [(one.code, one.message, one.hint) for one in carried.rejections]
        self.events = carried.events
        return self

    def one(self, external_id):
        """Total and open amount of a document, None when it is not there."""
        for kind in ("invoice", "creditmemo", "customerpayment", "customerrefund"):
            for record in self.road.account.records(kind):
                if record["externalid"] == external_id:
                    return Decimal(record["total"]), Decimal(record.get("amountremaining") or 0)
        return None

    def refunds(self):
        return self.road.account.records("customerrefund")

    @property
    def balance(self):
        [row] = self.road.account.balances()
        return row["balance"]


@pytest.fixture
def books():
    found = Books()
    yield found
    found.road.close()


SPENDING = (
    billed(FIRST, "ACM-1", "100"),
    note(credit=5950),
    billed(SECOND, "ACM-2", "80", 5950),
    voided(SECOND, "ACM-2", "80", 5950),
)


class TestVoids:
    """Lago gives nothing back of the notes that a voided invoice had spent (lago-api pull 4084)."""

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1), (1, 0, 2, 3), (2, 3, 1, 0)])
    async def test_a_spent_note_stays_spent(self, books, order):
        """The first invoice is due as before; nothing is due or owed of the second."""
        await books.after(*(SPENDING[place] for place in order))

        assert books.rejections == []
        assert books.one(f"lago-cn-{NOTE}") == (Decimal("59.50"), 0)
        assert books.one(f"lago-inv-{SECOND}") == (Decimal("80.00"), 0)
        assert books.balance == "100.00"

    async def test_older_lagos_give_it_back(self, books):
        """Then the customer has 59.50 to spend."""
        await books.after(*SPENDING, voids={"recredit_spent_notes": True})

        assert books.one(f"lago-cn-{NOTE}") == (Decimal("59.50"), Decimal("59.50"))
        assert books.balance == "40.50"

    async def test_negative_lines_count_a_spent_note_once(self, books):
        """No memo is booked beside them: 100.00, 80.00 less 59.50, and the void of that."""
        await books.after(*SPENDING[:3], **LINE_MODE)
        before = books.balance
        await books.after(SPENDING[3], **LINE_MODE)

        assert (before, books.balance) == ("120.50", "100.00")
        assert books.one(f"lago-cn-{NOTE}") is None

    async def test_a_person_decides_about_an_invoice_that_was_paid(self, books):
        """The hint names both ways; nothing is touched."""
        void = voided(FIRST, "ACM-1", "100", total_paid_amount_cents=10_000, payment_status="succeeded")
        await books.after(billed(FIRST, "ACM-1", "100"), paid(10_000), void, repeats=1)

        [(code, message, hint)] = books.rejections
        assert code == "void_of_paid_invoice"
        assert "ACM-1" in message
        assert "voids.paid: unapply_and_void" in hint
        assert books.balance == "0.00"

    @pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
    async def test_or_the_payment_stays_the_customers(self, books, order):
        """It is unapplied, and the invoice reversed; in any order, over a line that fails."""
        void = voided(FIRST, "ACM-1", "100", total_paid_amount_cents=10_000, payment_status="succeeded")
        webhooks = (billed(FIRST, "ACM-1", "100"), paid(10_000), void)
        await books.after(*(webhooks[place] for place in order), faults=0.3, **UNAPPLY)

        [payment] = books.road.account.records("customerpayment")
        assert books.rejections == []
        assert (payment["unapplied"], books.one(f"lago-inv-{FIRST}")[1]) == ("100.00", 0)
        assert books.balance == "-100.00"

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 3, 1, 2), (0, 3, 2, 1), (3, 2, 1, 0)])
    async def test_a_payment_after_the_void_gives_way_to_a_note_that_offsets_its_invoice(self, books, order):
        """The void leaves 59.50 for the note, which the payment of 13.50 takes if it comes first."""
        settled = {"total_paid_amount_cents": 1350, "total_offsetted_credit_note_amount_cents": 5950}
        webhooks = (
            billed(FIRST, "ACM-1", "100"),
            note(offset=5950),
            paid(1350),
            voided(FIRST, "ACM-1", "100", **settled),
        )
        await books.after(*(webhooks[place] for place in order), repeats=1, **UNAPPLY)

        [payment] = books.road.account.records("customerpayment")
        assert books.rejections == []
        assert (payment["unapplied"], books.one(f"lago-inv-{FIRST}")[1]) == ("13.50", 0)
        assert books.one(f"lago-cn-{NOTE}") == (Decimal("59.50"), 0)
        assert books.balance == "-13.50"


PAID_AND_CREDITED = (
    billed(FIRST, "ACM-1", "100"),
    paid(3000),
    note(10_000, offset=7000, credit=3000),
    voided(
        FIRST, "ACM-1", "100", total_paid_amount_cents=3000, total_offsetted_credit_note_amount_cents=7000
    ),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_void_keeps_room_for_a_note_that_credits_the_whole_invoice(books, order):
    """Also where the payment comes between the two: 70.00 offset, 30.00 paid, 30.00 to spend."""
    await books.after(*(PAID_AND_CREDITED[place] for place in order), **UNAPPLY)

    assert books.rejections == []
    assert books.one(f"lago-inv-{FIRST}") == (Decimal("100.00"), 0)
    assert books.one(f"lago-cn-{NOTE}") == (Decimal("100.00"), Decimal("30.00"))
    assert books.balance == "-30.00"


PAID_BACK = (
    billed(FIRST, "ACM-1", "100"),
    paid(10_000),
    note(refund=5950),
)


class TestRefunds:
    """A credit note with a refund: 59.50 of the 100.00 that were paid go back."""

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    async def test_a_customer_refund_pays_the_memo_back_once(self, books, order):
        """Nothing stays open; in any order, repeated, over a connection that loses responses."""
        await books.after(*(PAID_BACK[place] for place in order), repeats=3, faults=0.3, **PAYS_BACK)

        [refund] = books.refunds()
        assert books.rejections == []
        assert (refund["externalid"], refund["total"]) == (f"lago-ref-{NOTE}", "59.50")
        assert (refund["trandate"], refund["account"], refund["paymentmethod"]) == ("2026-08-05", "110", "5")
        assert books.one(f"lago-cn-{NOTE}") == (Decimal("59.50"), 0)
        assert books.balance == "0.00"

    async def test_by_hand_it_stays_open_and_the_result_says_so(self, books):
        """Until a person has written it."""
        await books.after(*PAID_BACK, repeats=1)

        assert books.refunds() == []
        assert books.one(f"lago-cn-{NOTE}") == (Decimal("59.50"), Decimal("59.50"))
        assert (
            sum(b'"action_needed":"refund","action_amount":"59.50"' in one.value for one in books.events) == 1
        )

    async def test_a_note_that_stands_already_is_paid_back_by_a_replay(self, books):
        """As after a kill between memo and refund, or when a connection begins to book refunds."""
        await books.after(*PAID_BACK)
        await books.after(PAID_BACK[2], **PAYS_BACK)

        assert [one["total"] for one in books.refunds()] == ["59.50"]
        assert books.balance == "0.00"

    async def test_an_offset_and_a_credit_stay_what_they_are(self, books):
        """20.00 settle the note's own invoice, 19.50 are spent later, 20.00 go back."""
        split = {"offset": 2000, "credit": 1950, "refund": 2000}
        webhooks = (billed(FIRST, "ACM-1", "100"), paid(8_000), note(**split))
        await books.after(*webhooks, billed(SECOND, "ACM-2", "80", 1950), **PAYS_BACK)

        assert books.rejections == []
        assert [one["total"] for one in books.refunds()] == ["20.00"]
        assert books.one(f"lago-inv-{SECOND}") == (Decimal("80.00"), Decimal("60.50"))
        assert books.balance == "60.50"

    @pytest.mark.parametrize("settings", [PAYS_BACK | UNAPPLY, UNAPPLY])
    async def test_a_void_after_a_refund_leaves_the_rest_to_the_customer(self, books, settings):
        """Of 100.00 paid 59.50 went back, or will by hand; 40.50 stay the customer's."""
        void = voided(FIRST, "ACM-1", "100", total_paid_amount_cents=10_000, payment_status="succeeded")
        await books.after(*PAID_BACK, void, **settings)

        owed = Decimal("40.50") if "refunds" in settings else Decimal("100.00")
        assert books.rejections == []
        assert Decimal(books.balance) == -owed


async def test_an_invoice_below_zero_is_refused_and_others_are_not(books):
    """The message names invoice and amount; the next invoices are booked."""
    fee = lago.fee(unit_price="10") | {"amount_cents": -1000, "total_amount_cents": -1000}
    negative = lago.invoice([fee], number="ACM-0") | {"total_amount_cents": -1000}
    await books.after(told("invoice.created", negative), billed(FIRST, "ACM-1", "100"), repeats=1)

    [(code, message, _)] = books.rejections
    assert code == "negative_total"
    assert message.startswith("invoice ACM-0 comes to -10.00 EUR")
    assert books.balance == "100.00"
