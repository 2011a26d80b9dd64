"""The demo's month has the same webhooks every time, billed and announced by the emulated Lago."""

import json
from collections import Counter, defaultdict
from string import Template

import pytest

from consumer.config import connections_file
from consumer.demo import connections, customers, run_report, scenario
from consumer.demo.lago_month import LagoMonth
from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored
from consumer.pipeline import ownership, routing
from schemas import envelope
from schemas.envelope import Envelope


@pytest.fixture(scope="module")
def steps():
    return scenario.steps(1)


@pytest.fixture(scope="module")
def files(steps, tmp_path_factory):
    """The connections file of the demo, and its corrected copy."""
    file = tmp_path_factory.mktemp("demo") / "connections.yaml"
    file.write_text(
        Template(connections.TEMPLATE.read_text()).substitute(
            FACTS, organization_id=next(event.organization_id for event in events(steps))
        )
    )
    return file, connections.fix(file)


@pytest.fixture(scope="module")
def plans(files):
    """What each pipeline of the demo's worker makes of a scene."""
    return planner(files[0])


@pytest.fixture(scope="module")
def plan(plans):
    """What the first pipeline makes of it, which also answers for orphans."""
    return lambda step: plans(step)[0]


def planner(file):
    found = connections_file.load(file)
    owners = [
        ownership.Ownership(connection=each, all_connections=found, reports_orphans=each is found[0])
        for each in found
    ]
    return lambda step: [routing.plan(envelope.decode(step.value), owner) for owner in owners]


FACTS = {
    "account_id": "1234567_SB1",
    "restlet_url": "http://127.0.0.1:1/restlet.nl?script=1&deploy=1",
    "client_id": "client",
    "certificate_id": "certificate",
    "private_key_file": "/does/not/matter",
    "tba_client_id": "client",
    "tba_client_secret": "client secret",
    "tba_token_id": "token",
    "tba_token_secret": "token secret",
    "lago_url": "http://127.0.0.1:3",
    "lago_api_key": "lago key",
    "hmac_key": "key",
    "public_key_file": "/does/not/matter",
    "issuer": "https://api.getlago.com",
    "webhook_url": "http://127.0.0.1:2/hooks",
    "webhook_secret": "whsec_AAAA",
}


def events(steps):
    decoded = (envelope.decode(step.value) for step in steps)
    return [event for event in decoded if isinstance(event, Envelope)]


def test_the_same_seed_tells_the_same_bytes(steps):
    """No clock and no chance is in it, so that two runs can be compared."""
    assert scenario.steps(1) == steps


def test_what_comes_later_has_not_happened_before_it_is_asked_for():
    """So that whoever reads Lago meanwhile finds it as it is then."""
    month = LagoMonth(seed=1)
    events = scenario.events(month)

    first = next(events)

    assert first.title == "customer.created cus_borealis"
    assert month.organization.invoices == {}
    list(events)
    assert len(month.organization.invoices) > 30
    assert month.organization.outbox == []


def test_another_seed_tells_the_same_month_with_other_amounts(steps):
    other = scenario.steps(2)

    assert [step.title for step in other if step.ending == "booked"] == [
        step.title for step in steps if step.ending == "booked"
    ]
    assert [step.total for step in other] != [step.total for step in steps]


def test_it_is_a_month_of_twelve_customers_in_four_currencies(steps):
    """Enough to be worth looking at, and every shape of invoice Lago makes."""
    invoices = [event.object for event in events(steps) if event.object_type == "invoice"]

    assert len(steps) >= 60
    assert len({invoice["customer"]["external_id"] for invoice in invoices}) == 12
    assert {invoice["currency"] for invoice in invoices} == {"EUR", "USD", "JPY", "KWD"}
    assert {invoice["invoice_type"] for invoice in invoices} >= {
        "subscription", "one_off", "credit", "progressive_billing",
    }  # fmt: skip
    assert {fee["item"]["type"] for invoice in invoices for fee in invoice.get("fees", [])} == {
        "subscription", "charge", "fixed_charge", "commitment", "add_on", "credit",
    }  # fmt: skip
    for kind in ("coupons", "prepaid_credit", "progressive_billing_credit"):
        assert any(invoice[f"{kind}_amount_cents"] for invoice in invoices)
    assert any(len(invoice["applied_taxes"]) > 1 for invoice in invoices)
    assert len({invoice["customer"]["timezone"] for invoice in invoices}) >= 7


def test_customers_come_before_and_after_their_invoices(steps):
    """Kafka promises nothing about the order of different topics."""
    first = {}
    for place, event in enumerate(events(steps)):
        if event.webhook_type in {"customer.created", "invoice.created"}:
            customer = event.object.get("customer", event.object)["external_id"]
            first.setdefault((customer, event.object_type), place)

    orders = {
        first[customer, "customer"] < first[customer, "invoice"]
        for customer, kind in first
        if kind == "customer"
    }
    assert orders == {True, False}


def test_bodies_escape_what_rails_escapes(steps):
    """The signature is over these very bytes."""
    bodies = [step.value for step in steps if step.plant != "undecodable_bytes"]

    assert any(b"\\u0026" in body for body in bodies)
    assert not any(sign in body for body in bodies for sign in (b"&", b"<", b">"))
    assert all(json.loads(body)["organization_id"] for body in bodies)


def test_what_a_second_endpoint_sends_is_the_same_bytes_under_another_unique_key(steps):
    """Lago stores a webhook for each of its endpoints, so nobody but NetSuite can see that it is known."""
    for step in (step for step in steps if step.plant == "repeated"):
        [original] = [one for one in steps if one.value == step.value and one is not step]

        assert original.unique_key != step.unique_key


def test_every_webhook_has_a_unique_key_of_its_own(steps):
    """What arrives on Kafka is recognised by it."""
    assert len({step.unique_key for step in steps}) == len(steps)


def test_webhooks_are_signed_both_ways(steps):
    """All but what something else puts on the topics."""
    assert {step.algorithm for step in steps if step.way == "webhook"} == {"hmac", "jwt"}
    assert [step.plant for step in steps if step.way == "topic"] == ["undecodable_bytes"] * 2


def test_a_payment_without_an_event_follows_the_webhook_of_its_invoice(steps):
    """The worker reads it from Lago's API because of that webhook, and of no other."""
    [payment] = [step for step in steps if step.way == "lago_api"]
    before = steps[steps.index(payment) - 1]

    assert (payment.plant, payment.topic) == ("payment_without_event", "lago.payments")
    assert before.title.startswith("invoice.payment_status_updated")
    assert (before.ending, before.reads) == ("ignored", 1)
    assert payment.lago_id not in {step.lago_id for step in steps if step.way == "webhook"}


def test_the_webhooks_of_one_day_are_lost(steps):
    """No other document is of that day, so that a backfill of it brings these and nothing else."""
    issued = {step.lago_id for step in steps if b'"issuing_date":"2026-08-05"' in step.value}
    lost = [step for step in steps if step.way == "lost"]

    assert {step.topic for step in lost} == {"lago.invoices", "lago.credit_notes"}
    assert issued == {step.lago_id for step in lost}


def test_what_is_voided_has_its_link_before(steps):
    """Lago takes none afterwards."""
    voided = {step.lago_id for step in steps if step.is_void}
    [waiting] = [step for step in steps if step.linked_first]

    assert set(waiting.linked_first) == voided
    assert all(steps.index(step) > steps.index(waiting) for step in steps if step.is_void)


def test_every_planted_fault_is_in_the_story(steps):
    """As often as the verdict expects it."""
    planted = Counter(step.plant for step in steps if step.plant)

    assert planted == {name: plant.events for name, plant in run_report.PLANTED_FAULTS.items()}


def test_what_must_be_booked_maps_to_a_request_with_lagos_total(steps, plans):
    """So that whatever else happens to it happens in NetSuite."""
    for step in (step for step in steps if step.ending == "booked"):
        [planned] = [each for each in plans(step) if not isinstance(each, Ignored)]

        assert isinstance(planned, Mapped), step.title
        if step.number:
            assert planned.request.items[-1].expect["total"] == step.total


def test_the_invoices_of_one_entity_are_sales_orders_too(steps, plans):
    """By the connection that says so, and by no other."""
    for step in (step for step in steps if step.topic == "lago.invoices" and step.ending == "booked"):
        items = [
            item for planned in plans(step) if isinstance(planned, Mapped) for item in planned.request.items
        ]
        types = [item.record["type"] for item in items]

        assert types.count("salesorder") == step.is_ordered, step.title
    assert any(step.is_ordered for step in steps)


def test_the_customer_who_stands_in_netsuite_is_adopted_before_anything_is_billed(steps, plan):
    """Nothing else is sent before that is done, so no document makes a second one."""
    [linked] = [step for step in steps if step.until == "published"]
    [item] = plan(linked).request.items

    assert steps[1] is linked
    assert steps[0].ending == "rejected"
    assert (item.mode, item.internal_id) == ("adopt", customers.EXISTING_CUSTOMER_ID)


def test_the_mended_copy_maps_what_nobody_had_mapped(steps, files):
    """Nothing else differs; the reported line is the line that was added."""
    file, fixed = files
    [unmapped] = [step for step in steps if step.plant == "unmapped_metric"]
    before, after = file.read_text().splitlines(), fixed.file.read_text().splitlines()

    assert isinstance(planner(fixed.file)(unmapped)[0], Mapped)
    assert after.pop(fixed.line - 1).strip() == fixed.text
    assert after == before


def test_every_kind_of_document_is_in_the_story(steps):
    """Notes that settle their invoice, stay for a later one or are paid back; payments; voids."""
    by_type = defaultdict(list)
    for event in events(steps):
        by_type[event.webhook_type].append(event.object)
    notes, receipts = by_type["credit_note.created"], by_type["payment_receipt.created"]

    for part in ("credit", "refund", "offset"):
        assert [note for note in notes if note[f"{part}_amount_cents"] == note["total_amount_cents"]]
    [spending] = [one for one in by_type["invoice.created"] if one["credit_notes_amount_cents"]]
    assert spending["credits"][-1]["item"]["lago_item_id"] in {note["lago_id"] for note in notes}
    assert any(len(receipt["payment"]["invoice_ids"]) > 1 for receipt in receipts)
    [without_event] = [step.lago_id for step in steps if step.way == "lago_api"]
    assert {one["lago_id"] for one in by_type["payment.succeeded"]} - {without_event} < {
        receipt["payment"]["lago_id"] for receipt in receipts
    }
    assert all(one["status"] == "voided" for one in by_type["invoice.voided"])
    assert len(by_type["invoice.voided"]) == 2


def test_what_must_be_ignored_is_ignored_by_a_named_rule(steps, plan):
    ignored = [plan(step) for step in steps if step.ending == "ignored"]

    assert all(isinstance(planned, Ignored) for planned in ignored)
    assert {planned.rule for planned in ignored} == {"event_type", "self_billed", "payments_read_from_lago"}


@pytest.mark.parametrize("plant", ["unmapped_metric", "undecodable_bytes"])
def test_what_cannot_be_mapped_is_refused_before_any_call(steps, plan, plant):
    planned = [plan(step) for step in steps if step.plant == plant]

    assert planned
    assert all(isinstance(one, Refused) for one in planned)


def test_the_cast_has_twelve_members_with_numbers_of_their_own():
    """Invoice numbers begin with the slug, so slugs must differ."""
    members = customers.read().members

    assert len(members) == len({member.slug for member in members.values()}) == 12
