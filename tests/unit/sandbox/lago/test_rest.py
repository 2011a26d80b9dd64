"""The emulated Lago's REST API, with the traps of the real one."""

from datetime import timedelta

import pytest

from consumer.sandbox.lago.listings import COUNT_TTL_S
from tests.support.lago_server import Lago


@pytest.fixture
def lago():
    return Lago()


def test_an_invoice_is_computed_as_lago_computes_it(lago):
    """3 times 1.10 with 19 %."""
    lago.customer()

    invoice = lago.bill()

    amounts = ("fees_amount_cents", "taxes_amount_cents", "total_amount_cents", "total_due_amount_cents")
    assert [invoice[name] for name in amounts] == [330, 63, 393, 393]
    assert lago.outbox == ["customer.created", "invoice.created"]


def test_a_list_lacks_what_only_the_object_shows(lago):
    """One request an invoice is needed for its fees."""
    lago.customer()
    shown = lago.bill()

    [row] = lago.get("invoices").json()["invoices"]

    assert shown.keys() - row.keys() == {
        "fees", "credits", "subscriptions", "billing_periods", "error_details",
        "applied_invoice_custom_sections",
    }  # fmt: skip
    assert row["customer"]["integration_customers"] == []
    assert lago.get(f"invoices/{shown['lago_id']}").json()["invoice"] == shown


def test_a_count_is_old_and_that_of_all_customers(lago):
    """Pages are promised that are empty."""
    lago.customer("acme")
    lago.customer("globex")
    for name in ("acme", "acme", "globex"):
        lago.bill(name)
    assert lago.get("invoices", per_page=2).json()["meta"]["total_count"] == 3

    of_globex = lago.get("invoices", per_page=2, external_customer_id="globex").json()
    assert (len(of_globex["invoices"]), of_globex["meta"]["total_count"]) == (1, 3)
    assert of_globex["meta"]["next_page"] == 2
    assert lago.get("invoices", per_page=2, external_customer_id="globex", page=2).json()["invoices"] == []

    lago.seconds += COUNT_TTL_S
    fresh = lago.get("invoices", per_page=2, external_customer_id="globex").json()
    assert fresh["meta"]["total_count"] == 1


def test_a_date_that_does_not_parse_filters_nothing_and_an_unknown_status_is_refused(lago):
    """The first gives no error."""
    lago.customer()
    lago.bill(issuing_date="2026-07-01")
    lago.bill(issuing_date="2026-08-01")

    assert len(lago.get("invoices", issuing_date_from="2026-08-01").json()["invoices"]) == 1
    assert len(lago.get("invoices", issuing_date_from="August").json()["invoices"]) == 2
    assert lago.get("invoices", status="paid").status_code == 422
    assert lago.get("credit_notes", credit_status="spent").status_code == 200


def test_invoices_come_newest_issuing_date_first_and_payments_by_the_day_typed_in(lago):
    """A payment recorded today for a day in March stands among March's."""
    lago.customer()
    june, august = lago.bill(issuing_date="2026-06-30"), lago.bill(issuing_date="2026-08-01")
    lago.now += timedelta(days=3)
    late = lago.act("payments", invoice_ids=[august["lago_id"]])
    typed = lago.act("payments", invoice_ids=[june["lago_id"]], created_at="2026-03-05T00:00:00Z")

    invoices = [row["lago_id"] for row in lago.get("invoices").json()["invoices"]]
    payments = [row["lago_id"] for row in lago.get("payments").json()["payments"]]

    assert invoices == [august["lago_id"], june["lago_id"]]
    assert payments == [late["lago_id"], typed["lago_id"]]
    found = lago.get("payments", invoice_id=june["lago_id"]).json()["payments"]
    assert [row["lago_id"] for row in found] == [typed["lago_id"]]


def test_a_deleted_customer_is_gone_and_its_documents_stay(lago):
    """The external id is free again, so a later customer may have it."""
    old = lago.customer()
    invoice = lago.bill()
    lago.act("customers/delete", external_id="acme")

    assert lago.get("customers/acme").json()["code"] == "customer_not_found"
    assert lago.get("customers").json()["customers"] == []
    assert (
        lago.get(f"invoices/{invoice['lago_id']}").json()["invoice"]["customer"]["lago_id"] == old["lago_id"]
    )
    assert lago.customer()["lago_id"] != old["lago_id"]


def test_keys_are_known_and_may_be_limited(lago):
    """By resource and by mode; receipts count as invoices."""
    assert lago.get("invoices", key="unknown").status_code == 401
    limited = "lago-sandbox-no-payments"
    refused = lago.get("payments", key=limited)
    assert (refused.status_code, refused.json()["code"]) == (403, "read_action_not_allowed_for_payment")
    assert lago.get("payment_receipts", key=limited).status_code == 200
    assert lago.get("activity_logs").json()["code"] == "feature_unavailable"


def test_fifty_requests_a_second_and_no_more(lago):
    """Every answer says what is left."""
    answers = [lago.get("payments") for _ in range(51)]

    assert [answer.status_code for answer in answers] == [200] * 50 + [429]
    assert answers[0].headers["x-ratelimit-remaining"] == "49"
    assert answers[-1].headers["x-ratelimit-reset"] == "1"
    lago.seconds += 1
    assert lago.get("payments").status_code == 200


def test_metadata_that_is_not_sent_again_is_deleted(lago):
    """Five entries, keys of 20 and values of 140 characters; no webhook, but a newer ``updated_at``."""
    lago.customer()
    path = f"invoices/{lago.bill()['lago_id']}"
    before = lago.outbox
    lago.now += timedelta(minutes=1)

    entries = [{"key": "owner", "value": "Ada"}, {"key": "netsuite", "value": "x" * 140}]
    first = lago.send("PUT", path, {"invoice": {"metadata": entries}}).json()["invoice"]
    kept = [{"id": first["metadata"][1]["lago_id"], "key": "netsuite", "value": "y"}]
    second = lago.send("PUT", path, {"invoice": {"metadata": kept}}).json()["invoice"]

    assert [entry["key"] for entry in second["metadata"]] == ["netsuite"]
    assert lago.outbox == before
    assert second["updated_at"] > second["created_at"]


@pytest.mark.parametrize(
    "entries",
    [
        [{"key": f"k{number}", "value": "v"} for number in range(6)],
        [{"key": "k" * 21, "value": "v"}],
        [{"key": "k", "value": "v" * 141}],
        [{"key": "", "value": "v"}],
        [{"key": "k", "value": ""}],
        [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}],
    ],
)
def test_metadata_beyond_lagos_limits_is_refused(lago, entries):
    """422, and nothing has changed."""
    lago.customer()
    path = f"invoices/{lago.bill()['lago_id']}"

    assert lago.send("PUT", path, {"invoice": {"metadata": entries}}).status_code == 422
    assert lago.get(path).json()["invoice"]["metadata"] == []


def test_a_voided_invoice_takes_no_metadata_and_keeps_its_amounts(lago):
    """405; due is 0."""
    lago.customer()
    invoice = lago.bill()
    voided = lago.act("voids", invoice_id=invoice["lago_id"])

    assert (voided["total_due_amount_cents"], voided["total_amount_cents"]) == (0, 393)
    refused = lago.send("PUT", f"invoices/{invoice['lago_id']}", {"invoice": {"metadata": []}})
    assert (refused.status_code, refused.json()["code"]) == (405, "update_on_voided_invoice")


def test_metadata_of_a_credit_note_is_merged_key_by_key(lago):
    """It is shown only when there is any."""
    lago.customer()
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])
    path = f"credit_notes/{note['lago_id']}"
    assert "metadata" not in note

    lago.send("PATCH", f"{path}/metadata", {"metadata": {"owner": "Ada"}})
    lago.send("PATCH", f"{path}/metadata", {"metadata": {"netsuite": "1"}})

    assert lago.get(path).json()["credit_note"]["metadata"] == {"owner": "Ada", "netsuite": "1"}


def test_a_page_of_another_origin_can_not_act(lago):
    """Only JSON is taken, which a browser does not send to another origin without asking."""
    response = lago.request("POST", "/sandbox/customers", content=b'{"external_id": "x"}')

    assert response.status_code == 415
    assert lago.request("GET", "/sandbox").json()["documents"]["customers"] == 0


def test_an_act_that_lago_refuses_is_refused(lago):
    """With the reason."""
    lago.customer()
    invoice = lago.bill()
    lago.act("payments", invoice_ids=[invoice["lago_id"]])

    again = lago.request("POST", "/sandbox/payments", json={"invoice_ids": [invoice["lago_id"]]})

    assert (again.status_code, again.json()["error"]) == (422, "ImpossibleError: 0 subunits are due")
