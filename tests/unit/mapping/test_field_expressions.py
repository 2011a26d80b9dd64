"""A field's value may be an expression over the event, its customer and, on a line, its fee."""

from pathlib import Path

import pytest

from consumer.config import connections_file
from consumer.errors import ConfigurationError
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection, settings, yaml_text
from tests.support.mapping_results import columns, items, lines, mapped, refused


def with_fields(**fields):
    return connection(mapping=FULL_MAPPING | {"fields": fields})


def expr(text):
    return {"expr": text}


def loaded(tmp_path: Path, **fields):
    file = tmp_path / "connections.yaml"
    file.write_text(yaml_text(settings(mapping=FULL_MAPPING | {"fields": fields})))
    [found] = connections_file.load(file)
    return found


def line_of(connection_, path):
    return connection_.at(path).partition(":")[2]


def test_a_head_field_is_computed_from_the_event_and_its_customer():
    """By the names of Lago's JSON, known to the schemas or not."""
    chosen = with_fields(
        invoice={
            "class": expr("event.currency == 'EUR' ? '7' : '8'"),
            "memo": expr("customer.name + ' ' + string(event.sequence)"),
            "custbody_paid": expr("event.payment_status == 'succeeded'"),
            "custbody_cents": expr("event.total_amount_cents"),
        }
    )
    value = lago.invoice_event(sequence=3, payment_status="succeeded", total_amount_cents=1000)

    found = columns(value, chosen)

    assert (found["class"], found["custbody_paid"], found["custbody_cents"]) == ("7", True, "1000")
    assert found["memo"] == f"{lago.customer()['name']} 3"


def test_a_line_field_is_computed_from_the_fee_of_the_line():
    """Each line from its own."""
    chosen = with_fields(invoice_line={"class": expr("fee.item.code"), "memo": expr("event.number")})
    fees = [lago.fee("charge", "api_calls"), lago.fee("add_on", "setup")]
    value = lago.invoice_event(content=lago.invoice(fees))

    found = lines(value, chosen)

    assert [line["class"] for line in found] == ["api_calls", "setup"]
    assert {line["memo"] for line in found} == {lago.invoice()["number"]}


def test_a_discount_line_looks_like_a_fee_of_its_kind():
    """An expression over fees need not know whether the invoice has a coupon."""
    chosen = with_fields(
        invoice_line={
            "class": expr("fee.item.type == 'coupon' ? '9' : '7'"),
            "memo": expr("fee.item.code"),
            "custcol_subscription": expr("fee.lago_subscription_id"),
        }
    )
    content = lago.invoice([lago.fee("charge", "api_calls")], discounts=lago.Discounts(coupons=500))
    value = lago.invoice_event(content=content)

    charge, coupon = lines(value, chosen)

    assert (charge["class"], charge["memo"]) == ("7", "api_calls")
    assert coupon["class"] == "9"
    assert not {"memo", "custcol_subscription"} & set(coupon)


def test_a_credit_note_line_is_computed_from_the_fee_it_credits():
    """It stands in the item."""
    chosen = with_fields(
        credit_note_line={"class": expr("fee.item.type")}, credit_note={"memo": expr("event.reason")}
    )
    value = lago.body(lago.event("credit_note.created", lago.credit_note()))

    assert [line["class"] for line in lines(value, chosen)] == ["charge"]
    assert columns(value, chosen)["memo"] == lago.credit_note()["reason"]


def test_payment_fields_are_the_same_from_a_payment_and_from_a_receipt():
    """A receipt is what a manual payment is announced by."""
    chosen = with_fields(payment={"memo": expr("event.payment_status + string(event.amount_cents)")})
    payment = lago.body(lago.event("payment.succeeded", lago.payment()))
    receipt = lago.payment_receipt()
    announced = lago.body(lago.event("payment_receipt.created", receipt))

    assert columns(payment, chosen)["memo"] == "succeeded1000"
    amount = receipt["payment"]["amount_cents"]
    assert columns(announced, chosen)["memo"] == f"{receipt['payment']['payment_status']}{amount}"


def test_a_receipts_own_members_are_there_too():
    """Its number among them."""
    chosen = with_fields(payment={"memo": expr("event.number")})
    announced = lago.body(lago.event("payment_receipt.created", lago.payment_receipt(number="RCPT-7")))

    assert columns(announced, chosen)["memo"] == "RCPT-7"


def test_customer_fields_are_the_same_from_a_customer_event_and_from_a_document():
    """The customer is `customer` in both."""
    chosen = with_fields(customer={"comments": expr("customer.external_id")})

    [updated] = items(lago.customer_event(), chosen)
    embedded = items(lago.invoice_event(), chosen)[0]

    assert updated["record"]["columns"]["comments"] == lago.customer()["external_id"]
    assert embedded["record"]["columns"]["comments"] == lago.customer()["external_id"]


def test_null_leaves_the_field_out():
    """What NetSuite holds there is left alone."""
    chosen = with_fields(invoice={"memo": expr("has(event.remark) ? event.remark : null")})

    assert "memo" not in columns(lago.invoice_event(), chosen)


def test_a_billing_entitys_expression_wins_over_the_organisations_constant():
    """As its constants do."""
    entity = {"fields": {"invoice": {"location": expr("event.billing_entity_code")}}}
    mapping = FULL_MAPPING | {
        "fields": {"invoice": {"location": "3"}},
        "billing_entities": {lago.BILLING_ENTITY: entity},
    }

    assert columns(lago.invoice_event(), connection(mapping=mapping))["location"] == lago.BILLING_ENTITY


def test_the_decisions_show_what_an_expression_came_to():
    """And which setting it is."""
    chosen = with_fields(invoice={"class": expr("event.currency")})

    decision = next(d for d in mapped(lago.invoice_event(), chosen).decisions if d.subject == "invoice class")

    assert (decision.choice, decision.rule) == ("EUR", "mapping.fields.invoice.class")


def test_an_expression_that_does_not_suit_the_event_refuses_it_by_field_expression_and_line(tmp_path):
    """Nothing is sent with a guess in it."""
    chosen = loaded(tmp_path, invoice={"class": expr("event.departmnt")})
    place = "mapping.fields.invoice.class"

    rejection = refused(lago.invoice_event(), chosen)

    assert rejection.code == "invalid_expression"
    assert rejection.message == (
        f"{place}: the expression 'event.departmnt' does not suit this event: there is no departmnt"
    )
    assert f"connections.yaml:{line_of(chosen, place)}" in rejection.hint
    assert rejection.details["lago_number"] == lago.invoice()["number"]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"invoice": {"class": expr("1 +")}}, "class.expr: '1 +' is no CEL expression: Syntax error"),
        ({"invoice": {"class": expr("fee.code")}}, "class.expr: looks at fee, which invoice has none of"),
        ({"invoice": {"class": {"exrp": "1"}}}, "class.exrp: is not a known key, did you mean 'expr'?"),
    ],
)
def test_an_expression_that_can_never_work_is_a_fault_of_the_file(tmp_path, fields, complaint):
    """Said with its line before anything starts."""
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, **fields)

    [said] = [one for one in caught.value.problems if complaint in one]
    assert said.startswith("connections.yaml:")
