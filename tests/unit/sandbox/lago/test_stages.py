"""Stages of an invoice: unfinished, final, voided with notes, and made again."""

from datetime import timedelta

import pytest

UNFINISHED = ["draft", "pending", "failed"]


def refused(lago, what, **sent):
    answer = lago.request("POST", f"/sandbox/{what}", json=sent)
    assert answer.status_code == 422
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("status", "webhooks"), [("draft", ["invoice.drafted"]), ("pending", []), ("failed", [])]
)
def test_an_unfinished_invoice_is_listed_and_has_no_number(lago, status, webhooks):
    """Its amounts are there, the amount due too."""
    invoice = lago.bill(status=status)

    [row] = lago.get("invoices", status=status).json()["invoices"]

    assert (row["number"], row["sequential_id"]) == (f"{invoice['customer']['slug']}-DRAFT", None)
    assert row["total_due_amount_cents"] == 393
    assert lago.outbox == ["customer.created", *webhooks]


@pytest.mark.parametrize(
    ("status", "expected"),
    [("draft", (405, "metadata_on_draft_invoice")), ("pending", None), ("failed", None)],
)
def test_a_draft_takes_no_metadata_and_other_unfinished_invoices_do(lago, status, expected):
    """405 with a code of its own."""
    path = f"invoices/{lago.bill(status=status)['lago_id']}"

    answer = lago.send("PUT", path, {"invoice": {"metadata": [{"key": "k", "value": "v"}]}})

    assert expected == (None if answer.status_code == 200 else (answer.status_code, answer.json()["code"]))


@pytest.mark.parametrize("status", UNFINISHED)
def test_finalisation_gives_a_number_and_keeps_the_issuing_date(lago, status):
    """Weeks later, with ``invoice.created`` for every type of invoice."""
    unfinished = lago.bill(status=status, invoice_type="one_off")
    lago.bill()
    lago.now += timedelta(days=45)

    final = lago.act("finalizations", invoice_id=unfinished["lago_id"])

    assert final["status"] == "finalized"
    assert final["number"].endswith("-202609-002")
    assert final["issuing_date"] == unfinished["issuing_date"] == "2026-08-01"
    assert lago.outbox[-1] == "invoice.created"


def test_a_credit_note_is_spent_at_finalisation_and_not_before(lago):
    """A draft leaves it open."""
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])
    draft = lago.bill(status="draft")
    assert draft["credits"] == []

    final = lago.act("finalizations", invoice_id=draft["lago_id"])

    assert [entry["item"]["code"] for entry in final["credits"]] == [note["number"]]
    assert (final["total_amount_cents"], final["payment_status"]) == (0, "succeeded")


@pytest.mark.parametrize("status", UNFINISHED)
@pytest.mark.parametrize("what", ["payments", "credit_notes", "voids"])
def test_nothing_settles_an_unfinished_invoice(lago, status, what):
    """Neither payment, credit note nor void."""
    lago_id = lago.bill(status=status)["lago_id"]
    sent = {"invoice_ids": [lago_id]} if what == "payments" else {"invoice_id": lago_id}

    assert f"is {status}" in refused(lago, what, **sent)


def test_an_invoice_is_finalised_once(lago):
    """A final one is refused."""
    assert "is finalized" in refused(lago, "finalizations", invoice_id=lago.bill()["lago_id"])


def test_a_void_may_issue_a_credit_note_for_the_customer(lago):
    """It is open, and names the invoice."""
    invoice = lago.bill()

    voided = lago.act("voids", invoice_id=invoice["lago_id"], generate_credit_note=True)

    [note] = lago.get("credit_notes").json()["credit_notes"]
    assert (voided["status"], voided["total_due_amount_cents"]) == ("voided", 0)
    assert (note["credit_status"], note["balance_amount_cents"]) == ("available", 393)
    assert invoice["lago_id"] in note["description"]


def test_what_a_void_forfeits_is_a_note_that_is_voided_at_once(lago):
    """No money moves by it: its balance is 0."""
    invoice = lago.bill()

    lago.act("voids", invoice_id=invoice["lago_id"], generate_credit_note=True, share="0.5")

    kept, forfeited = sorted(
        lago.get("credit_notes").json()["credit_notes"], key=lambda note: note["credit_status"]
    )
    assert (kept["credit_status"], forfeited["credit_status"]) == ("available", "voided")
    assert (kept["balance_amount_cents"], forfeited["balance_amount_cents"]) == (196, 0)
    assert forfeited["credit_amount_cents"] == forfeited["total_amount_cents"] == 197
    assert [name for name in lago.outbox if "voided" in name] == ["invoice.voided"]


def test_a_regenerated_invoice_has_the_creation_date_of_the_voided_one(lago):
    """A number and an id of its own, and an issuing date long past."""
    old = lago.bill()
    lago.now += timedelta(days=60)
    lago.act("voids", invoice_id=old["lago_id"])

    new = lago.act("regenerations", invoice_id=old["lago_id"])

    assert new["lago_id"] != old["lago_id"]
    assert new["number"].endswith("-202609-002")
    assert (new["issuing_date"], new["created_at"]) == (old["issuing_date"], old["created_at"])
    assert new["total_amount_cents"] == old["total_amount_cents"]
    assert lago.outbox[-2:] == ["invoice.voided", "invoice.created"]


@pytest.mark.parametrize("invoice_type", ["one_off", "credit"])
def test_one_off_and_credit_invoices_are_not_regenerated(lago, invoice_type):
    """Lago makes a plain new invoice."""
    invoice = lago.bill(invoice_type=invoice_type)
    lago.act("voids", invoice_id=invoice["lago_id"])

    assert "can not be regenerated" in refused(lago, "regenerations", invoice_id=invoice["lago_id"])


def test_only_a_voided_invoice_is_regenerated(lago):
    """A final one stands as it is."""
    assert "can not be regenerated" in refused(lago, "regenerations", invoice_id=lago.bill()["lago_id"])


@pytest.mark.parametrize("status", ["generating", "open", "closed"])
def test_an_invisible_invoice_is_neither_listed_nor_shown(lago, status):
    """Nor is any payment of it."""
    hidden = lago.bill(status=status)["lago_id"]
    shown = lago.bill()["lago_id"]
    lago.act("payments", invoice_ids=[shown])
    lago.server.organization.invoices[shown]["status"] = status

    assert lago.get("invoices").json()["invoices"] == []
    assert lago.get(f"invoices/{hidden}").status_code == 404
    assert lago.send("PUT", f"invoices/{hidden}", {"invoice": {}}).status_code == 404
    assert lago.get("payments").json()["payments"] == []


def test_prepaid_credit_that_is_paid_for_is_announced_as_such(lago):
    """Its invoice is open until then, and has no webhook before."""
    open_ = lago.bill(fees=[{"kind": "credit"}], invoice_type="credit", status="open")
    assert lago.outbox == ["customer.created"]

    lago.act("finalizations", invoice_id=open_["lago_id"])

    assert lago.outbox[-1] == "invoice.paid_credit_added"


def test_a_deleted_draft_vanishes_with_a_webhook(lago):
    """Only drafts are deleted; the others are voided."""
    draft, final = lago.bill(status="draft")["lago_id"], lago.bill()["lago_id"]

    answer = lago.send("DELETE", f"invoices/{final}", None)
    assert (answer.status_code, answer.json()["code"]) == (405, "not_deletable")

    assert lago.send("DELETE", f"invoices/{draft}", None).json()["invoice"]["status"] == "deleted"
    assert lago.get(f"invoices/{draft}").status_code == 404
    assert lago.outbox[-1] == "invoice.deleted"
