"""What a backfill sends, and in which order: what others depend on first, the oldest first."""

import json
from datetime import date

import pytest

from consumer.backfill import plan as plans
from consumer.backfill import progress
from consumer.backfill.kinds import ORDER, kinds_of
from consumer.backfill.plan import BackfillPlan
from consumer.backfill.progress import Sending
from consumer.events.lago_webhook import webhook_of
from schemas import envelope
from schemas.audit import AuditRecord
from tests.support import lago
from tests.support.mapping_results import mapped

ORGANIZATION = lago.ORGANIZATION_ID


def invoice(lago_id, day, **changes):
    return lago.invoice(lago_id=lago_id, number=f"N-{lago_id}", issuing_date=day, **changes)


def planned(**rows):
    plan = BackfillPlan()
    for kind, listed in rows.items():
        plan.add(kind, listed)
    return plan


def test_what_others_depend_on_comes_first_and_within_a_kind_the_oldest():
    """Lago's lists begin with the newest."""
    plan = planned(
        payment=[lago.payment(lago_id="p")],
        credit_note=[lago.credit_note(lago_id="n")],
        invoice=[invoice("b", "2026-08-02"), invoice("c", "2026-08-01"), invoice("a", "2026-08-02")],
        customer=[lago.customer(lago_id="k")],
    )

    assert [row.lago_id for row in plan.ordered(ORDER)] == ["k", "c", "a", "b", "n", "p"]


def test_a_voided_invoice_is_sent_as_issued_and_last_of_all_as_voided():
    """The void finds everything that was booked on it."""
    plan = planned(invoice=[invoice("v", "2026-08-01", status="voided")], payment=[lago.payment(lago_id="p")])

    assert [(row.kind, row.lago_id) for row in plan.ordered(ORDER)] == [
        ("invoice", "v"),
        ("payment", "p"),
        ("void", "v"),
    ]


@pytest.mark.parametrize("status", ["draft", "failed", "pending", "generating"])
def test_an_invoice_that_is_not_finalised_is_left_out_and_counted(status):
    """It comes by its own webhook once it is."""
    plan = planned(invoice=[invoice("d", "2026-08-01", status=status)])

    assert plan.ordered(ORDER) == []
    assert plan.left_out == {f"invoice {status}": 1}


def test_only_payments_that_have_arrived_are_sent_and_only_those_of_the_window():
    """Lago's list of payments has neither filter."""
    plan = BackfillPlan()
    listed = [
        lago.payment(lago_id="ok", created_at="2026-08-31T23:00:00Z"),
        lago.payment(lago_id="early", created_at="2026-07-31T23:59:59Z"),
        lago.payment(lago_id="late", created_at="2026-09-01T00:00:00Z"),
        lago.payment(lago_id="open", payment_status="pending"),
    ]

    plan.add("payment", listed, since=date(2026, 8, 1), until=date(2026, 8, 31))

    assert [row.lago_id for row in plan.rows["payment"]] == ["ok"]
    assert plan.left_out == {"payment after --until": 1, "payment before --since": 1, "payment pending": 1}


def test_what_another_connection_books_is_left_out_and_counted():
    """Neither its sums nor its voids are in the plan; a page that repeats a row counts it once."""
    plan = BackfillPlan()
    rows = [invoice("mine", "2026-08-01"), invoice("theirs", "2026-08-01", status="voided")]

    for _ in range(2):
        plan.add("invoice", rows, foreign=["theirs"])

    assert [(row.kind, row.lago_id) for row in plan.ordered(ORDER)] == [("invoice", "mine")]
    assert plan.left_out == {"invoice not of this connection": 1}


def test_of_some_days_only_customers_come_that_have_a_document_or_are_new():
    """Lago's list of customers has no filter for days."""
    plan = planned(
        customer=[
            lago.customer(lago_id="k1", external_id="bills", created_at="2020-01-01T00:00:00Z"),
            lago.customer(lago_id="k2", external_id="pays", created_at="2020-01-01T00:00:00Z"),
            lago.customer(lago_id="k3", external_id="new", created_at="2026-08-31T23:59:59Z"),
            lago.customer(lago_id="k4", external_id="idle", created_at="2020-01-01T00:00:00Z"),
            lago.customer(lago_id="k5", external_id="later", created_at="2026-09-01T00:00:00Z"),
        ],
        invoice=[invoice("a", "2026-08-01", customer=lago.customer(external_id="bills"))],
        payment=[lago.payment(lago_id="p", external_customer_id="pays")],
    )

    plan.drop_idle_customers(None, None)
    assert len(plan.rows["customer"]) == 5
    plan.drop_idle_customers(date(2026, 8, 1), date(2026, 8, 31))

    assert [row.customer for row in plan.rows["customer"]] == ["bills", "pays", "new"]
    assert plan.left_out == {"customer without a document of these days": 2}


def test_a_plan_sums_up_by_kind_and_currency():
    """In subunits; customers have no amount."""
    plan = planned(
        customer=[lago.customer()],
        invoice=[
            invoice("a", "2026-08-01", total_amount_cents=100),
            invoice("b", "2026-08-01", total_amount_cents=20),
            invoice("c", "2026-08-01", total_amount_cents=5, currency="USD"),
        ],
    )

    assert plan.sums("invoice") == {"EUR": 120, "USD": 5}
    assert plan.sums("customer") == {}
    assert plan.requests_to_come(ORDER) == 3


def test_an_interrupted_run_continues_behind_the_last_row_that_kafka_has():
    """Kinds that had not begun are whole."""
    plan = planned(
        invoice=[invoice("a", "2026-08-01"), invoice("b", "2026-08-02")], payment=[lago.payment(lago_id="p")]
    )
    first = plan.rows["invoice"][0]

    left = plans.after(plan.ordered(ORDER), {"invoice": first.key})

    assert [row.lago_id for row in left] == ["b", "p"]


def record(state, filters="f", **details):
    position = json.dumps({"invoice": ["2026-08-01", "t", "a"]})
    known = {"state": state, "filters": filters, "position": position} | details
    return AuditRecord(connection="eu", act="backfill", actor="ada", at="t", details=known)


def test_the_last_run_of_the_same_scope_says_where_to_continue():
    """Whether it was interrupted or killed."""
    for state in ("started", "running", "interrupted"):
        found = progress.position_of([record("done"), record(state)], "eu", "f")
        assert found == {"invoice": ("2026-08-01", "t", "a")}


@pytest.mark.parametrize("position", ["", "{", "[]", "null", '{"invoice": null}', '{"invoice": ["a"]}', "é"])
def test_a_position_that_nobody_can_read_is_none(position):
    """Then everything is sent again, which changes nothing."""
    assert progress.position_of([record("running", position=position)], "eu", "f") == {}


def test_a_row_that_two_pages_show_is_sent_once():
    """A new document pushes the last row of a page to the next one; amounts count once, too."""
    row = invoice("a", "2026-08-01", status="voided", total_amount_cents=100)
    plan = BackfillPlan()
    for _ in range(2):
        plan.add("invoice", [row, invoice("d", "2026-08-01", status="draft")])

    assert [each.kind for each in plan.ordered(ORDER)] == ["invoice", "void"]
    assert plan.sums("invoice") == {"EUR": 100}
    assert plan.left_out == {"invoice draft": 1}


@pytest.mark.parametrize("value", [None, "x", [], {}, 1.5, True, 10**30])
@pytest.mark.parametrize(
    ("kind", "row"),
    [
        ("customer", lago.customer()),
        ("invoice", lago.invoice()),
        ("credit_note", lago.credit_note()),
        ("payment", lago.payment()),
    ],
)
def test_no_odd_row_ends_a_plan(kind, row, value):
    """It is sent as it is, and refused on its way; then the others have been sent."""
    plan = BackfillPlan()
    plan.add(kind, [row | {name: value, "lago_id": f"{name}"} for name in row], until=date(2026, 12, 31))
    plan.add(kind, [{}, {"lago_id": value}])

    assert [webhook_of(row.kind, row.content or {}, ORGANIZATION).topic for row in plan.ordered(ORDER)]
    assert plan.sums(kind) is not None


def test_half_of_a_surrogate_pair_does_not_end_a_run():
    """The document is refused on its way, as its own webhook is; the others are sent."""
    customer = lago.customer(name="x\ud800", external_id="y\udc00")

    webhook = webhook_of("customer", customer, ORGANIZATION)

    assert json.loads(webhook.value)["customer"] == customer
    assert webhook.key == f"{ORGANIZATION}:y?".encode()


def test_a_run_that_came_to_its_end_is_begun_anew():
    """And so is one of another scope or connection."""
    assert progress.position_of([record("running"), record("done")], "eu", "f") == {}
    assert progress.position_of([record("running", filters="other")], "eu", "f") == {}
    assert progress.position_of([record("running")], "us", "f") == {}
    assert progress.position_of([], "eu", "f") == {}


def test_the_audit_of_a_run_says_how_far_it_came():
    """As texts, so that the record is read by anything."""
    sending = Sending(total=10, sent=4, position={"invoice": ("d", "t", "a")})

    assert sending.details("f", "running") == {
        "filters": "f",
        "state": "running",
        "sent": "4",
        "total": "10",
        "position": '{"invoice": ["d", "t", "a"]}',
    }


def test_kinds_are_chosen_by_their_plural_and_keep_their_order():
    """As the option is written."""
    assert kinds_of(iter(["payments", "customers"])) == ("customer", "payment")
    assert kinds_of(None) == ORDER


@pytest.mark.parametrize(
    ("invoice_type", "webhook_type"),
    [
        ("subscription", "invoice.created"),
        ("progressive_billing", "invoice.created"),
        ("one_off", "invoice.one_off_created"),
        ("credit", "invoice.paid_credit_added"),
    ],
)
def test_an_invoice_is_announced_by_the_webhook_of_its_type(invoice_type, webhook_type):
    """So that everything behind sees what it knows."""
    webhook = webhook_of("invoice", lago.invoice(invoice_type=invoice_type), ORGANIZATION)

    assert (webhook.webhook_type, webhook.topic) == (webhook_type, "lago.invoices")


@pytest.mark.parametrize(
    ("kind", "webhook_type", "content", "extra"),
    [
        ("invoice", "invoice.created", lago.invoice(), {"metadata": [], "error_details": []}),
        ("credit_note", "credit_note.created", lago.credit_note(), {"error_details": []}),
        ("payment", "payment.succeeded", lago.payment(), {}),
        ("customer", "customer.updated", lago.customer(integration_customers=[]), {"taxes": []}),
        ("void", "invoice.voided", lago.invoice(status="voided", voided_at="2026-08-02T10:00:00Z"), {}),
    ],
)
def test_a_backfilled_document_becomes_the_request_of_its_live_event(kind, webhook_type, content, extra):
    """The same ids and fingerprints: what is in NetSuite is found there."""
    live = lago.body(lago.event(webhook_type, content))
    backfilled = webhook_of(kind, content | extra, ORGANIZATION)

    assert mapped(backfilled.value).request == mapped(live).request
    assert backfilled.key.decode().startswith(f"{ORGANIZATION}:cus_")
    decoded = envelope.decode(backfilled.value)
    assert decoded.webhook_type == backfilled.webhook_type
