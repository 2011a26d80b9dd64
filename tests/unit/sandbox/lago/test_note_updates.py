"""Changes of a credit note over REST: its metadata and the status of its refund."""

from datetime import timedelta

import pytest


@pytest.fixture
def path(lago):
    note = lago.act("credit_notes", invoice_id=lago.bill()["lago_id"])
    lago.send(
        "POST", f"credit_notes/{note['lago_id']}/metadata", {"metadata": {"owner": "Ada", "team": "AR"}}
    )
    return f"credit_notes/{note['lago_id']}"


def shown(lago, path):
    return lago.get(path).json()["credit_note"]


def test_metadata_is_replaced_by_post(lago, path):
    """Other keys are gone."""
    answer = lago.send("POST", f"{path}/metadata", {"metadata": {"netsuite": "1"}})

    assert answer.json() == {"metadata": {"netsuite": "1"}}
    assert shown(lago, path)["metadata"] == {"netsuite": "1"}


def test_metadata_is_deleted_key_by_key_or_whole(lago, path):
    """Without any, the note has no such member."""
    lago.send("DELETE", f"{path}/metadata/owner", None)
    assert shown(lago, path)["metadata"] == {"team": "AR"}

    assert lago.send("DELETE", f"{path}/metadata", None).json() == {"metadata": None}
    assert "metadata" not in shown(lago, path)


def test_a_refund_status_is_set_by_hand_without_a_webhook(lago, path):
    """Metadata that comes with it is merged."""
    before = lago.outbox
    content = {"refund_status": "succeeded", "metadata": {"team": "Treasury"}}

    note = lago.send("PUT", path, {"credit_note": content}).json()["credit_note"]

    assert (note["refund_status"], note["metadata"]) == ("succeeded", {"owner": "Ada", "team": "Treasury"})
    assert lago.outbox == before


def test_an_unknown_refund_status_is_refused(lago, path):
    """422, by the member's name."""
    refused = lago.send("PUT", path, {"credit_note": {"refund_status": "paid"}})

    assert (refused.status_code, refused.json()["error_details"]) == (
        422,
        {"refund_status": ["value_is_invalid"]},
    )


@pytest.mark.parametrize(("value", "is_newer"), [("Ada", False), ("Bob", True)])
def test_only_a_change_makes_a_note_newer(lago, path, value, is_newer):
    """The same value again is no change."""
    before = shown(lago, path)["updated_at"]
    lago.now += timedelta(minutes=1)

    lago.send("PATCH", f"{path}/metadata", {"metadata": {"owner": value}})

    assert (shown(lago, path)["updated_at"] > before) is is_newer


@pytest.mark.parametrize(
    "sent",
    [
        {f"k{number}": "v" for number in range(51)},
        {"k" * 101: "v"},
        {"k": "v" * 256},
        {"k": {"nested": "v"}},
        ["k"],
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_metadata_of_a_note_beyond_lagos_limits_is_refused(lago, path, method, sent):
    """A flat object of 50 keys of 100 characters, with texts of 255."""
    assert lago.send(method, f"{path}/metadata", {"metadata": sent}).status_code == 422
    assert shown(lago, path)["metadata"] == {"owner": "Ada", "team": "AR"}


def test_a_note_is_voided_by_hand_without_a_webhook(lago, path):
    """Nothing is left of it; a second time is refused."""
    before = list(lago.outbox)

    note = lago.send("PUT", f"{path}/void", None).json()["credit_note"]
    again = lago.send("PUT", f"{path}/void", None)

    assert (note["credit_status"], note["balance_amount_cents"]) == ("voided", 0)
    assert (again.status_code, again.json()["code"]) == (405, "no_voidable_amount")
    assert lago.outbox == before
