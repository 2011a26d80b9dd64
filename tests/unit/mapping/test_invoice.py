"""Lago's invoice as NetSuite's: every figure as Lago has it, or a sentence that says why not."""

import pytest

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, LINE_MODE, connection
from tests.support.lago import Discounts
from tests.support.mapping_results import columns, document, ignored, items, lines, mapped, plan, refused

LINKED = lago.customer(integration_customers=[lago.link()])
NOTHING_MAPPED = connection(mapping={"currencies": {"USD": "1"}})


def event_of(*fees, **changes):
    return lago.invoice_event(content=lago.invoice(fees or None, **changes))


def test_the_columns_name_the_invoice_the_day_and_the_customer():
    """ISO dates, Lago's number, Lago's id, and how to get back to Lago."""
    found = columns(lago.invoice_event(purchase_order_number="PO-77"))

    assert found == {
        "entity": {"externalId": f"lago-cus-{lago.CUSTOMER_ID}"},
        "currency": "2",
        "trandate": "2026-08-01",
        "duedate": "2026-08-31",
        "tranid": "ACM-3F21-202608-057",
        "otherrefnum": "PO-77",
        "custbody_lago_id": lago.INVOICE_ID,
        "custbody_lago_invoice_link": (
            f"{lago.CUSTOMER_FACING_URL}/customer/{lago.CUSTOMER_ID}/invoice/{lago.INVOICE_ID}/overview"
        ),
        "custbody_ava_disable_tax_calculation": True,
        "lago_plan_codes": "enterprise",
        "taxregoverride": True,
        "taxdetailsoverride": True,
        "nexus": "9",
    }


def test_what_lago_does_not_know_is_no_column():
    """No due date, no due date; no nulls."""
    assert "duedate" not in columns(lago.invoice_event(payment_due_date=None))
    assert "otherrefnum" not in columns(lago.invoice_event())


def test_the_link_is_lagos_own_else_made_of_the_configured_address():
    """Lago sends it since July 2026 only, and never for invisible invoices."""
    elsewhere = connection(lago={"front_url": "https://billing.example/", "organization_slug": "acme"})
    unknown = connection(lago={"front_url": None})

    own = columns(lago.invoice_event(), elsewhere)
    made = columns(lago.invoice_event(web_url=None), elsewhere)
    none = columns(lago.invoice_event(web_url=None), unknown)

    assert own["custbody_lago_invoice_link"].startswith(lago.CUSTOMER_FACING_URL)
    assert made["custbody_lago_invoice_link"] == (
        f"https://billing.example/acme/customer/{lago.CUSTOMER_ID}/invoice/{lago.INVOICE_ID}/overview"
    )
    assert "custbody_lago_invoice_link" not in none


def test_plan_codes_are_listed_in_lagos_order():
    """An invoice over several subscriptions names every plan; a nameless one adds none."""
    several = [lago.subscription(), lago.subscription(plan_code=None), lago.subscription(plan_code="addon")]

    assert columns(lago.invoice_event(subscriptions=several))["lago_plan_codes"] == "enterprise,addon"
    assert columns(lago.invoice_event(subscriptions=None))["lago_plan_codes"] == ""


def test_a_billing_entity_can_have_its_own_subsidiary():
    """Otherwise NetSuite takes the customer's."""
    mapping = FULL_MAPPING | {"billing_entities": {lago.BILLING_ENTITY: {"subsidiary": "4"}}}

    assert columns(lago.invoice_event(), connection(mapping=mapping))["subsidiary"] == "4"
    assert "subsidiary" not in columns(lago.invoice_event())


def test_without_mapped_currencies_netsuite_takes_the_customers():
    """An account with one currency needs no table."""
    mapping = {key: value for key, value in FULL_MAPPING.items() if key != "currencies"}

    assert "currency" not in columns(lago.invoice_event(), connection(mapping=mapping))


def test_a_currency_that_is_missing_from_the_table_is_refused():
    """Booking it in another currency would change the amount."""
    rejection = refused(event_of(currency="GBP"))

    assert rejection.code == "unknown_currency"
    assert rejection.message == "invoice ACM-3F21-202608-057: no NetSuite currency is mapped for GBP"
    assert rejection.hint.startswith("add GBP to mapping.currencies")


def test_configured_fields_stand_at_the_head_and_on_every_line():
    """Location, class and custom fields; those of the billing entity win."""
    mapping = FULL_MAPPING | {
        "fields": {"invoice": {"location": "3", "custbody_x": True}, "invoice_line": {"class": "7"}},
        "billing_entities": {lago.BILLING_ENTITY: {"fields": {"invoice": {"location": "8"}}}},
    }
    chosen = connection(mapping=mapping)

    assert columns(lago.invoice_event(), chosen)["location"] == "8"
    assert columns(lago.invoice_event(), chosen)["custbody_x"] is True
    assert lines(lago.invoice_event(), chosen)[0]["class"] == "7"
    decision = next(
        each for each in mapped(lago.invoice_event(), chosen).decisions if "location" in each.subject
    )
    assert decision.rule == f"mapping.billing_entities.{lago.BILLING_ENTITY}.fields.invoice.location"


def test_a_line_says_what_was_sold_how_much_and_when():
    """Quantity and rate inform, the amount stands last and decides."""
    fee = lago.fee("charge", "api_calls", units="1250000", unit_price="0.00023")

    [line] = lines(event_of(fee))

    assert line == {
        "item": "811",
        "account": "4010",
        "quantity": "1250000.0",
        "rate": "0.00023",
        "amount": "287.50",
        "description": "Api calls",
        "custcol_service_period_date_from": "2026-07-01",
        "custcol_service_period_date_to": "2026-07-31",
        "item_source": "enterprise",
        "taxdetailsreference": fee["lago_id"],
    }
    assert list(line).index("amount") > list(line).index("rate") > list(line).index("quantity")


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("charge", "enterprise"),
        ("subscription", "enterprise"),
        ("commitment", "enterprise"),
        ("fixed_charge", "seats"),
        ("add_on", "seats"),
        ("credit", "consumed_credits"),
        ("product", "seats"),
    ],
)
def test_the_source_of_a_line_is_its_plan_or_its_code(kind, source):
    """As Lago derives it."""
    assert lines(event_of(lago.fee(kind, "seats")))[0]["item_source"] == source


def test_a_charge_without_a_subscription_names_its_metric():
    """There is no plan to name."""
    assert lines(event_of(lago.fee("charge", "seats"), subscriptions=[]))[0]["item_source"] == "seats"


@pytest.mark.parametrize(
    ("units", "price", "quantity", "rate", "amount"),
    [
        ("9999999999", "0.000001", "9999999999.0", "0.000001", "10000.00"),
        ("10000000000", "0.000001", "1", "10000.00", "10000.00"),
        ("1e12", "0.000000001", "1", "1000.00", "1000.00"),
        # fifteen characters round this one up to the limit
        ("9999999999.99999999", "0.000001", "1", "10000.00", "10000.00"),
        ("1000000000", "0.00000000004", "1000000000.0", "0.00000000004", "0.04"),
    ],
)
def test_quantity_and_rate_stay_within_netsuites_limits(units, price, quantity, rate, amount):
    """Where they cannot, the line states its amount once."""
    [line] = lines(event_of(lago.fee(units=units, unit_price=price)))

    assert (line["quantity"], line["rate"], line["amount"]) == (quantity, rate, amount)


def test_a_rate_that_is_lost_to_rounding_gives_way_to_the_amount():
    """NetSuite would multiply by zero."""
    fee = lago.fee(units="9000000000", unit_price="0.00000000000004", amount_cents=4)

    [line] = lines(event_of(fee))

    assert (line["quantity"], line["rate"], line["amount"]) == ("1", "0.04", "0.04")


def test_a_rate_whose_whole_part_is_too_long_gives_way_to_the_amount():
    """NetSuite refuses numbers of more than fifteen characters."""
    fee = lago.fee(units="0.000000000001", unit_price="1234567890123456.7")

    [line] = lines(event_of(fee))

    assert (line["quantity"], line["rate"], line["amount"]) == ("1", "1234.57", "1234.57")


@pytest.mark.parametrize("missing", [{"units": None}, {"precise_unit_amount": None}, {"units": "0.0"}])
def test_a_fee_without_units_or_unit_price_states_its_amount_once(missing):
    """A minimum or a flat fee has an amount though nothing was used."""
    [line] = lines(event_of(lago.fee(amount_cents=1234) | missing))

    assert line["amount"] == "12.34"
    assert (line["quantity"], line["rate"]) == ("1", "12.34")


def test_fees_that_cost_nothing_are_no_lines():
    """NetSuite drops lines of zero by itself, and then misses their tax details."""
    free = lago.fee("charge", "free", unit_price=0)

    assert len(lines(event_of(free, lago.fee()))) == 1


def test_lines_stand_in_the_order_in_which_lago_made_the_fees():
    """The event lists them in any order; equal moments keep the event's."""
    fees = [
        lago.fee("charge", "third", created_at="2026-08-01T00:05:03Z"),
        lago.fee("charge", "first", created_at=None),
        lago.fee("charge", "second", created_at="2026-08-01T00:05:01Z"),
    ]

    assert [line["description"] for line in lines(event_of(*fees))] == ["First", "Second", "Third"]


def test_netsuite_is_told_what_it_must_compute():
    """Subtotal, tax and total of a full invoice: fees, coupons, progressive and prepaid credits, tax."""
    fees = [
        lago.fee("subscription", unit_price=499, tax_rate=19),
        lago.fee("charge", units=1_250_000, unit_price="0.00023", tax_rate=19),
    ]
    value = event_of(
        *fees, discounts=Discounts(coupons=8602, progressive=15_000, prepaid=20_000, credit_notes=5000)
    )

    assert document(value, connection(**LINE_MODE))["expect"] == {
        "subtotal": "300.48",
        "tax": "104.59",
        "total": "405.07",
    }
    assert document(value, connection(credits="apply"))["expect"]["total"] == "455.07"


def test_an_invoice_paid_in_full_by_prepaid_credits_has_a_total_of_zero():
    """It is booked all the same: revenue and the use of credits."""
    value = event_of(lago.fee(unit_price=10), discounts=Discounts(prepaid=1000))

    assert document(value)["expect"] == {"subtotal": "0.00", "tax": "0.00", "total": "0.00"}


def test_an_invoice_over_nothing_is_ignored_by_name():
    """NetSuite refuses an invoice without lines."""
    assert ignored(event_of(lago.fee(unit_price=0))) == "zero_amount"
    assert ignored(lago.invoice_event(content=lago.invoice([]))) == "zero_amount"


def test_lines_that_do_not_make_lagos_total_are_refused_with_both_sums():
    """A fee is missing from the event; nothing is posted."""
    content = lago.invoice([lago.fee(unit_price=10), lago.fee("add_on", "setup", unit_price=5)])
    content["fees"].pop()

    rejection = refused(lago.invoice_event(content=content))

    assert rejection.code == "total_mismatch"
    assert rejection.message == (
        "invoice ACM-3F21-202608-057: lines and taxes add up to 10.00 EUR, Lago's total is 15.00 EUR"
    )
    assert rejection.details == {
        "lago_number": "ACM-3F21-202608-057",
        "amount": "15.00",
        "currency": "EUR",
        "issuing_date": "2026-08-01",
    }


def test_a_total_without_any_fee_that_costs_something_is_refused():
    """Not ignored: money is at stake."""
    content = lago.invoice([lago.fee(unit_price=0)], total_amount_cents=100)

    assert refused(lago.invoice_event(content=content)).code == "total_mismatch"


def test_all_problems_are_told_at_once():
    """One round of corrections is enough; the first problem gives the code."""
    content = lago.invoice([lago.fee("charge", "a"), lago.fee("charge", "b"), lago.fee("charge", "b")])
    content["total_amount_cents"] += 1

    rejection = refused(lago.invoice_event(content=content), NOTHING_MAPPED)

    assert rejection.code == "invalid_mapping"
    for part in ("charge 'a'", "charge 'b'", "Lago's total is 30.01 EUR", "currency is mapped for EUR"):
        assert rejection.message.count(part) == 1
    for part in ("mapping.billable_metrics.a", "mapping.billable_metrics.b", "mapping.currencies"):
        assert part in rejection.hint


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["customer"], "the event carries no customer"),
        (["fees"], "the event carries no fees"),
        (["issuing_date"], "the event carries no issuing_date"),
        (["customer", "fees"], "the event carries no customer and no fees"),
    ],
)
def test_an_event_without_what_it_takes_is_incomplete(missing, said):
    """Lago leaves fees out of activity logs and customers out of lists; half a body cannot be booked."""
    content = {key: value for key, value in lago.invoice().items() if key not in missing}

    rejection = refused(lago.invoice_event(content=content))

    assert rejection.code == "incomplete_event"
    assert said in rejection.message
    assert rejection.details["lago_number"] == "ACM-3F21-202608-057"


def test_what_was_decided_until_a_refusal_is_kept():
    """A preview shows how far it came."""
    fees = [lago.fee("charge", "api_calls"), lago.fee("charge", "unmapped")]
    mapping = {key: value for key, value in FULL_MAPPING.items() if key != "fallback_item"}

    planned = plan(event_of(*fees), connection(mapping=mapping))

    assert "line api_calls" in {decision.subject for decision in planned.decisions}


def test_a_document_brings_its_customer_along_where_that_may_be_missing():
    """In one call, the customer first."""
    first, second = items(lago.invoice_event())

    assert (first["ref"], first["record"]["type"]) == ("1", "customer")
    assert (second["ref"], second["record"]["type"]) == ("2", "invoice")
    assert second["record"]["columns"]["entity"] == {"externalId": first["external_id"]}


@pytest.mark.parametrize("create", ["on_event", "never"])
def test_a_document_comes_alone_where_customers_are_made_otherwise(create):
    """It waits for its customer instead."""
    [item] = items(lago.invoice_event(), connection(customers={"create": create}))

    assert item["record"]["type"] == "invoice"


def test_a_linked_customer_is_referred_to_and_not_created():
    """The link names NetSuite's internal id."""
    [item] = items(event_of(customer=LINKED))

    assert item["record"]["columns"]["entity"]["internalId"] == "48213"


@pytest.mark.parametrize(
    "changes", [{"type": "xero"}, {"integration_code": "other"}, {"external_customer_id": None}]
)
def test_a_link_to_something_else_is_none(changes):
    """Of another kind, at another connection, or not made yet."""
    customer = lago.customer(integration_customers=[lago.link(**changes)])

    assert columns(event_of(customer=customer))["entity"] == {"externalId": f"lago-cus-{lago.CUSTOMER_ID}"}


def test_an_invoice_is_addressed_by_lagos_id_and_version():
    """With a prefix, since all transactions share their external ids."""
    item = document(lago.invoice_event())

    assert (item["mode"], item["external_id"]) == ("create_or_get", f"lago-inv-{lago.INVOICE_ID}")
    assert (item["lago_id"], item["version"]) == (lago.INVOICE_ID, "2026-08-01T00:05:06Z")
    assert document(lago.invoice_event(updated_at=None))["version"] == "2026-08-01T00:05:01Z"


FEES = [lago.fee("charge", "a", tax_rate=19), lago.fee("charge", "b", tax_rate=19)]


@pytest.mark.parametrize(
    "harmless",
    [
        {"payment_status": "succeeded", "total_paid_amount_cents": 2380, "total_due_amount_cents": 0},
        {"updated_at": "2026-09-01T00:00:00Z"},
        {"web_url": None, "file_url": "https://files.example/1.pdf"},
        {"payment_overdue": True, "status": "voided", "voided_at": "2026-09-01T00:00:00Z"},
        {"customer": lago.customer(name="Renamed", updated_at="2026-09-01T00:00:00Z")},
    ],
)
def test_what_may_change_after_finalisation_does_not_change_the_fingerprint(harmless):
    """Lago serialises when it delivers; a second event of the same invoice is no conflict."""
    before, after = event_of(*FEES), event_of(*FEES, **harmless)

    assert document(before)["fingerprint"] == document(after)["fingerprint"]


def test_the_order_of_fees_does_not_change_the_fingerprint():
    """Lago lists them in any order."""
    assert document(event_of(*FEES))["fingerprint"] == document(event_of(*FEES[::-1]))["fingerprint"]


def test_a_changed_mapping_does_not_change_the_fingerprint():
    """Replaying old invoices after a change of items must not end in conflicts."""
    other = connection(mapping=FULL_MAPPING | {"fallback_item": {"id": "999"}})

    assert document(event_of(*FEES))["fingerprint"] == document(event_of(*FEES), other)["fingerprint"]


@pytest.mark.parametrize(
    "changed",
    [
        event_of(lago.fee("charge", "a", tax_rate=19), lago.fee("charge", "b", unit_price=11, tax_rate=19)),
        event_of(*FEES, discounts=Discounts(prepaid=1)),
        event_of(*FEES, number="other"),
        event_of(*FEES, issuing_date="2026-08-02"),
        event_of(*FEES, customer=lago.customer(lago_id="other")),
        event_of(*FEES, currency="USD"),
    ],
)
def test_a_changed_figure_changes_the_fingerprint(changed):
    """Amount, discount, number, day, customer, currency: another document."""
    assert document(changed)["fingerprint"] != document(event_of(*FEES))["fingerprint"]


def test_the_same_event_always_gives_the_same_bytes():
    """Only a repeat of the same call shows whether one without a response was executed."""
    first, second = mapped(event_of(*FEES)).request, mapped(event_of(*FEES)).request

    assert first.body() == second.body()
    assert first.request_id == second.request_id
    assert mapped(event_of(*FEES, number="other")).request.request_id != first.request_id


def test_a_sales_order_goes_before_its_invoice_where_that_is_wanted():
    """A document of its own, with the same lines and totals, an id of its own and no due date."""
    order, invoice = items(lago.invoice_event(), connection(sync={"sales_orders": True}))[1:]

    assert order["external_id"] == f"lago-so-{lago.INVOICE_ID}"
    assert order["record"]["type"] == "salesorder"
    assert order["record"]["lines"] == invoice["record"]["lines"]
    assert (order["expect"], order["fingerprint"]) == (invoice["expect"], invoice["fingerprint"])
    assert "duedate" not in order["record"]["columns"]
    assert len(items(lago.invoice_event())) == 2


def test_spent_credit_notes_are_named_with_what_they_pay():
    """So that their memos can be applied; the others stay open."""
    spent = [
        lago.credit("credit_note", "CN-1", "ACM-1", 300),
        lago.credit("credit_note", "CN-2", "ACM-1", 0),
        lago.credit("coupon", "summer", "Summer", 100),
    ]
    value = event_of(lago.fee(), discounts=Discounts(credit_notes=300), credits=spent)

    applied = document(value, connection(credits="apply"))["apply_credits"]

    note_id = spent[0]["item"]["lago_item_id"]
    assert applied == [{"doc": {"externalId": f"lago-cn-{note_id}"}, "amount": "3.00"}]
    assert "apply_credits" not in document(value, connection(**LINE_MODE))
    assert "apply_credits" not in document(event_of(lago.fee()))


@pytest.mark.parametrize("named", [0, 200])
def test_an_invoice_that_does_not_name_the_notes_it_spent_is_incomplete(named):
    """Nothing could be applied, and the customer would owe too much."""
    spent = [lago.credit("credit_note", "CN-1", "ACM-1", named)] if named else []
    value = event_of(lago.fee(), discounts=Discounts(credit_notes=300), credits=spent)

    rejection = refused(value, connection(credits="apply"))

    assert rejection.code == "incomplete_event"
    assert rejection.message == (
        "invoice ACM-3F21-202608-057 spends credit notes over 3.00 EUR, but its credits name "
        f"{named / 100:.2f} EUR of them"
    )
