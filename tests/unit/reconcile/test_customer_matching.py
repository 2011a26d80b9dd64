"""A Lago customer is matched with one of NetSuite's by what both carry, and with none that is another's."""

from consumer.reconcile import customer_matching
from consumer.reconcile.customer_matching import CustomerMatching, LagoCustomer
from consumer.reconcile.expected import Expected
from schemas.ledger import LedgerCustomer


def of_lago(lago_id="9a", number="acme", linked="", **values):
    expected = Expected(
        kind="customer", lago_id=lago_id, external_id=f"lago-cus-{lago_id}", number=number,
        customer=number, customer_id=lago_id, linked_customer=linked,
    )  # fmt: skip
    return LagoCustomer(expected=expected, **({"name": number.title()} | values))


def record(internal_id, **values):
    return LedgerCustomer.model_validate({"internalId": internal_id} | values)


def matched(*customers, marked=(), records=(), owners=None):
    matching = CustomerMatching(owners=owners or {})
    for each in customers:
        matching.expect(each)
    for each in marked:
        matching.meet_marked(each)
    matching.meet(records)
    return list(matching.matches())


def found(match):
    return [(each.internalId, how) for each, how in match.records]


def test_a_mark_is_enough_and_two_records_with_marks_are_both_said():
    """Whatever else has the customer's entity id."""
    [one] = matched(of_lago(), marked=[record("1", lagoId="9a")], records=[record("2", name="acme")])
    [two] = matched(of_lago(), marked=[record("1", lagoId="9a"), record("2", externalId="lago-cus-9a")])

    assert found(one) == [("1", "lago_id")]
    assert found(two) == [("1", "lago_id"), ("2", "external_id")]
    assert [each.what for each in customer_matching.differences(two)] == ["customer_ambiguous"]


def test_a_link_of_lagos_goes_before_documents_and_entity_id():
    """It is what documents are booked by."""
    [match] = matched(
        of_lago(linked="3"),
        owners={"9a": {"1"}},
        records=[record("1"), record("2", name="acme"), record("3")],
    )

    assert found(match) == [("3", "link")]


def test_documents_and_entity_id_that_name_one_record_find_it():
    """Upper case and spaces make no other entity id."""
    [match] = matched(of_lago(), owners={"9a": {"1"}}, records=[record("1", name=" ACME ")])

    assert found(match) == [("1", "documents")]


def test_a_record_of_another_of_lagos_customers_is_nobody_elses():
    """Not by documents that were booked on the wrong customer, nor by name."""
    theirs = [record("1", lagoId="7b"), record("2", name="acme", externalId="lago-cus-7b", company="Acme")]
    [match] = matched(of_lago(), owners={"9a": {"1"}}, records=theirs)

    assert (found(match), match.alike) == ([], ())


def test_a_name_is_a_hint_alone():
    """Two companies may have one."""
    [match] = matched(of_lago(), records=[record("5", name="C-5", company="ACME")])

    assert found(match) == []
    assert customer_matching.hint(match) == "NetSuite's customer C-5 (5) has its name"


def test_only_what_both_sides_say_is_compared():
    """A person has no company name, an account of one currency names none."""
    lago = of_lago(name="Acme", currency="EUR", subsidiary="2")
    [same] = matched(lago, marked=[record("1", lagoId="9a", company=" acme", currency=None, subsidiary="2")])
    [other] = matched(lago, marked=[record("1", lagoId="9a", company="B", currency="USD", subsidiary="4")])

    assert list(customer_matching.differences(same)) == []
    assert [each.what for each in customer_matching.differences(other)] == [
        "customer_name", "customer_currency", "customer_subsidiary",
    ]  # fmt: skip
