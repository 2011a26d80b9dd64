"""Two configurations over the same events: exactly what differs is named, by document, line and sum."""

import copy
from decimal import Decimal

import pytest

from consumer.backtest import event_pair
from consumer.backtest.totals import BacktestTotals
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection

ALONE = (connection(),)
FEES = [
    lago.fee("subscription", units="1", unit_price="100"),
    lago.fee("charge", code="api_calls", units="10", unit_price="2.5"),
    lago.fee("charge", code="gpu", units="1", unit_price="7"),
]
TAXED = [lago.fee("charge", code="api_calls", units="10", unit_price="2.5", tax_rate=19)]


def billed(fees, webhook_type="invoice.created"):
    """An invoice with these fees."""
    return lago.invoice_event(webhook_type, content=lago.invoice(copy.deepcopy(fees)))


def mapped(**changes):
    """The full mapping with some of its settings replaced."""
    return (connection(mapping=copy.deepcopy(FULL_MAPPING) | changes),)


def run(before, after, *values):
    """The totals, and every difference of a document that counts."""
    totals, found = BacktestTotals(), []
    for value in values:
        totals.events += 1
        for pair in event_pair.of(envelope.decode(value), before, after):
            for document in event_pair.compared(pair):
                name = event_pair.name_of(pair, document)
                if totals.add(name, document):
                    found += [(name, each) for each in document.differences]
    return totals, found


def sums(totals, aspect):
    """What moves: before and after, by value."""
    return {key.value: (sum_.before, sum_.after) for key, sum_ in totals.changed() if key.aspect == aspect}


def test_one_changed_account_shows_exactly_its_lines_and_no_change_of_totals():
    """The lines of that metric move from one account to the other; nothing else differs."""
    metrics = {"api_calls": {"id": "811", "account": "4099"}}

    totals, found = run(ALONE, mapped(billable_metrics=metrics), billed(FEES))

    [(name, difference)] = found
    assert (name.type, difference.aspect, difference.line) == ("invoice", "account", "Api calls")
    assert (difference.before, difference.after, difference.amount) == ("4010", "4099", "25.00")
    assert sums(totals, "account") == {
        "4010": (Decimal("25.00"), Decimal(0)),
        "4099": (Decimal(0), Decimal("25.00")),
    }
    assert [key.aspect for key, _ in totals.changed()] == ["account", "account"]
    assert [amounts.change for _, amounts in totals.totals()] == [Decimal(0)]
    assert (totals.documents, totals.differing) == (2, 1)


def test_the_same_configuration_makes_no_difference():
    """Whatever the events are."""
    values = [
        billed(FEES),
        lago.body(lago.event("payment.succeeded", lago.payment())),
        lago.body(lago.event("credit_note.created", lago.credit_note())),
        lago.invoice_event(currency="GBP"),
        b"{garbage}",
    ]

    totals, found = run(ALONE, (connection(),), *values)

    assert (found, totals.differing, dict(totals.differences)) == ([], 0, {})
    assert not list(totals.changed())
    assert totals.rejected == 2


def test_an_item_without_an_account_of_its_own_moves_that_of_the_item():
    """NetSuite takes the item's where the line names none."""
    totals, found = run(ALONE, mapped(plans={"enterprise": {"id": "822"}}), billed(FEES))

    assert {(each.aspect, each.before, each.after) for _, each in found} == {
        ("account", "of item 810", "of item 822"),
        ("item", "810", "822"),
    }
    assert sums(totals, "item") == {
        "810": (Decimal("100.00"), Decimal(0)),
        "822": (Decimal(0), Decimal("100.00")),
    }


def test_another_tax_code_is_a_difference_of_every_taxed_line():
    """The tax's amount moves with it."""
    tax = {"mode": "suitetax", "nexus": "9", "type": "5", "code": "7"}

    totals, found = run(ALONE, mapped(tax=tax), billed(TAXED))

    assert {each.aspect for _, each in found} == {"tax"}
    before, after = sums(totals, "tax")["5/6"], sums(totals, "tax")["5/7"]
    assert before == (after[1], Decimal(0))
    assert after[1] > 0


def test_another_subsidiary_is_a_difference_of_its_billing_entity_alone():
    """Documents and the customers that they create."""
    after = mapped(billing_entities={"acme-eu": {"subsidiary": "4"}})
    elsewhere = lago.invoice_event(
        content=lago.invoice(lago_id=lago.id_of("backtest", "us"), billing_entity_code="acme-us")
    )

    totals, found = run(ALONE, after, lago.invoice_event(), elsewhere)

    of_documents = [each for name, each in found if name.type == "invoice"]
    assert [(each.aspect, each.before, each.after) for each in of_documents] == [("subsidiary", "", "4")]
    [moved] = [sums_ for value, sums_ in sums(totals, "subsidiary").items() if value == "4"]
    assert moved[0] == 0
    assert moved[1] > 0


def test_a_document_that_the_change_makes_bookable_is_an_outcome_with_its_amount():
    """And one that it makes refused, with the reason."""
    without = mapped(currencies={"USD": "1"})

    gained, of_gained = run(without, ALONE, lago.invoice_event())
    lost, of_lost = run(ALONE, without, lago.invoice_event())

    assert gained.outcomes == {("rejected: unknown_currency", "written"): 2}
    assert lost.outcomes == {("written", "rejected: unknown_currency"): 2}
    [amount] = [each.amount for name, each in of_gained if name.type == "invoice"]
    assert [(s.before, s.after) for _, s in gained.totals()] == [(Decimal(0), Decimal(amount))]
    assert [(s.before, s.after) for _, s in lost.totals()] == [(Decimal(amount), Decimal(0))]
    assert {each.aspect for _, each in of_lost} == {"outcome"}


def test_a_document_that_moves_between_connections_differs_at_both():
    """It leaves one account and comes to the other."""
    eu = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
    us = connection(code="netsuite-us", select={"billing_entities": ["acme-us"]})
    moved = (eu.model_copy(update={"select": us.select}), us.model_copy(update={"select": eu.select}))

    totals, found = run((eu, us), moved, lago.invoice_event())

    invoices = {name.connection: (each.before, each.after) for name, each in found if name.type == "invoice"}
    assert invoices == {
        "netsuite-eu": ("written", "not written"),
        "netsuite-us": ("not written", "written"),
    }
    assert sum(amounts.change for _, amounts in totals.totals()) == 0


def test_a_field_of_a_line_is_named():
    """Class, department and custom fields by their names."""
    after = mapped(fields={"invoice_line": {"class": "7"}})

    _, found = run(ALONE, after, billed(FEES[:1]))

    assert [(each.aspect, each.name, each.before, each.after) for _, each in found] == [
        ("field", "class", "", "7")
    ]


def test_an_additional_line_is_named_and_changes_the_total_only_where_it_does():
    """A tax line in place of tax details: the total is Lago's in both."""
    after = mapped(tax={"mode": "tax_line", "item": "899"})

    totals, found = run(ALONE, after, billed(TAXED))

    lines = [each for _, each in found if each.aspect == "line"]
    assert [(each.before, each.after, each.line) for each in lines] == [("", "item 899", "Tax")]
    assert [amounts.change for _, amounts in totals.totals()] == [Decimal(0)]


def test_a_document_counts_once_however_often_it_is_announced():
    """A second event about it adds nothing."""
    metrics = {"api_calls": {"id": "811", "account": "4099"}}
    again = billed(FEES, "invoice.resynced")

    once, _ = run(ALONE, mapped(billable_metrics=metrics), billed(FEES))
    twice, _ = run(ALONE, mapped(billable_metrics=metrics), billed(FEES), again)

    assert (once.documents, once.differing, once.sums) == (twice.documents, twice.differing, twice.sums)


@pytest.mark.parametrize("settings", [{"sync": {"payments": False}}, {"start_date": "2030-01-01"}])
def test_what_a_rule_ignores_now_is_no_longer_written(settings):
    """And an event that is ignored by two different rules is no difference."""
    paid = lago.body(lago.event("payment.succeeded", lago.payment()))
    after = (connection(**settings),)

    totals, found = run(ALONE, after, paid)
    nothing, _ = run((connection(sync={"payments": False}),), (connection(start_date="2030-01-01"),), paid)

    assert [(each.before, each.after) for _, each in found] == [("written", "not written")]
    assert (totals.differing, nothing.differing, nothing.documents) == (1, 0, 0)
