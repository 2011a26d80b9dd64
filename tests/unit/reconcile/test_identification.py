"""A record is found for a document by what it carries, whoever wrote it; what is in doubt by none."""

from dataclasses import replace
from decimal import Decimal

from consumer.reconcile.expected import Expected
from consumer.reconcile.identification import Identification
from schemas.ledger import LedgerRow

INVOICE = Expected(
    kind="invoice", lago_id="5f", external_id="lago-inv-5f", number="ACME-1", date="2026-08-01",
    currency="EUR", total=Decimal("119.00"), open=Decimal(0),
)  # fmt: skip


def payment(lago_id, total="119.00"):
    return Expected(
        kind="payment", lago_id=lago_id, external_id=f"lago-pay-{lago_id}", number="payment of ACME-1",
        settles=("lago-inv-5f",), currency="EUR", total=Decimal(total),
    )  # fmt: skip


def row(internal_id, record_type="invoice", **values):
    return LedgerRow.model_validate(
        {"type": record_type, "internalId": internal_id, "currency": "EUR", "total": "119.00"} | values
    )


def identified(*documents):
    return Identification(documents={each.external_id: each for each in documents})


def meet_unmarked(made, *rows):
    return [row for named in made.by_number(100) for row in made.meet_unmarked(named, rows)]


def how(made):
    return {key: (each.internal_id, each.how) for key, each in made.found.items()}


def test_our_external_id_wins_over_lagos_id():
    """Two records of one document are no reason to adopt the wrong one."""
    made = identified(INVOICE)

    made.meet(row("1", lagoId="5f"))
    made.meet(row("2", externalId="LAGO-INV-5f"))

    assert how(made) == {"lago-inv-5f": ("2", "external_id")}


def test_a_record_beside_a_foreign_external_id_is_adopted_by_lagos_id():
    """A replay finds it by that."""
    made = identified(INVOICE)
    made.meet(row("1", lagoId="5f", externalId="crm-1"))

    assert [each.is_adopted for each in made.found.values()] == [True]


def test_a_number_finds_its_document_in_its_currency_only():
    """Whatever the case and the spaces around it."""
    made = identified(INVOICE)
    meet_unmarked(made, row("1", number="ACME-1", currency="USD"), row("2", number=" acme-1 "))

    assert how(made) == {"lago-inv-5f": ("2", "number")}


def test_a_number_is_enough_in_an_account_that_names_no_currency():
    """It has only one."""
    made = identified(INVOICE)
    found = meet_unmarked(made, row("2", number="ACME-1", currency=None))

    assert how(made) == {"lago-inv-5f": ("2", "number")}
    assert [each.lagoId for each in found] == ["5f"]


def test_a_number_that_two_records_have_finds_neither():
    """A person has to say which it is."""
    made = identified(INVOICE)
    meet_unmarked(made, row("1", number="ACME-1"), row("2", number="ACME-1"))

    assert (how(made), made.ambiguous) == ({}, {"lago-inv-5f"})


def test_a_record_stands_for_one_document_only():
    """Two of Lago's billing entities may have given the same number."""
    made = identified(INVOICE, replace(INVOICE, lago_id="6a", external_id="lago-inv-6a"))
    meet_unmarked(made, row("1", number="ACME-1"))

    assert how(made) == {"lago-inv-5f": ("1", "number")}


def test_a_payment_is_found_by_its_invoice_and_amount():
    """Not one of another invoice, nor one of another amount; each record for one payment."""
    made = identified(INVOICE, payment("a"), payment("b"), payment("c", "7.00"))
    made.meet(row("1", lagoId="5f"))
    [wanted] = made.by_invoice(100)
    assert list(wanted) == ["1"]

    paid = made.meet_payments(
        wanted,
        [
            row("7", "customerpayment", appliedTo=["2"]),
            row("8", "customerpayment", appliedTo=["1"]),
            row("8", "customerpayment", appliedTo=["1"]),
            row("9", "customerpayment", appliedTo=["1"], total="8.00"),
        ],
    )

    assert [(each.internalId, each.lagoId) for each in paid] == [("8", "a")]
    assert {key: each for key, each in how(made).items() if key != "lago-inv-5f"} == {
        "lago-pay-a": ("8", "applied_to")
    }
    assert [each.lago_id for each in made.missing()] == ["b", "c"]


def test_the_id_that_a_payment_got_from_its_invoice_is_no_mark():
    """NetSuite copies the field where a payment is made from an invoice."""
    made = identified(INVOICE, payment("a"))

    assert made.is_copied(row("8", "customerpayment", lagoId="5f"))
    assert not made.is_copied(row("8", "customerpayment", lagoId="a"))
    assert not made.is_copied(row("1", lagoId="5f"))


def test_what_is_asked_for_comes_in_parts_so_that_many_need_no_more_memory():
    """A hundred invoices a call; a payment of two invoices is asked for by both."""
    made = identified(
        *(replace(INVOICE, lago_id=f"{each}", external_id=f"lago-inv-{each}") for each in "abc")
    )
    for number, each in enumerate("abc"):
        made.meet(row(str(number), lagoId=each))
    paid = replace(payment("p"), settles=("lago-inv-a", "lago-inv-b"))
    other = replace(payment("q"), settles=("lago-inv-c",))
    made.documents |= {paid.external_id: paid, other.external_id: other}

    assert [list(part) for part in made.by_invoice(2)] == [["0", "1"], ["2"]]
