"""What people do to our documents in NetSuite is seen, with who and when; what was deleted can come back."""

from __future__ import annotations

import asyncio
import json

import pytest

from consumer.sandbox.lago import billing, settlement
from consumer.sandbox.netsuite.profile import Profile
from schemas import audit
from tests.contract.compared_world import command
from tests.contract.planted_differences import BY_JANE, books

RESTORE = ("--repair", "--restore-deleted")


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    made = asyncio.run(books(tmp_path_factory.mktemp("books") / "clean.sqlite"))
    settlement.pay(made.world.lago, [made.documents["not_applied"]["lago_id"]], how="settled_later")
    assert asyncio.run(made.world.carry()).rejections == []
    yield made
    made.world.close()


@pytest.fixture
def made(clean, tmp_path, monkeypatch):
    copied = clean.copied(tmp_path / "books.sqlite")
    copied.call = command(copied.world, monkeypatch, tmp_path)
    yield copied
    copied.world.close()


@pytest.fixture
def reconcile(made, capsys):
    """The differences that the command prints."""

    def run(*arguments):
        made.call("--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def differences(report):
    return [(each["what"], each["lago"], each["netsuite"]) for each in report["differences"]]


@pytest.mark.parametrize(
    ("name", "kind", "edit", "said"),
    [
        ("number", "invoice", {"fields": {"tranid": "INV-7"}}, (None, "number INV-7")),
        ("date", "invoice", {"fields": {"trandate": "2026-07-31"}}, ("date 2026-08-01", "date 2026-07-31")),
        ("total", "creditmemo", {"lines": {0: {"rate": 40, "amount": 40}}}, ("total 59.50", "total 49.50")),
    ],
)
def test_an_edited_document_is_reported_with_its_editor(made, reconcile, name, kind, edit, said):
    """What we wrote was right, and nothing writes it again."""
    made.world.by_hand("edit", kind, made.external_id(name), **edit)

    [found] = reconcile()["differences"]

    assert (found["what"], found["netsuite"]) == ("edited", said[1])
    assert said[0] in {found["lago"], None}
    assert found["cause"].startswith(f"last changed in NetSuite {BY_JANE}")
    assert reconcile("--repair", "--restore-deleted", "--go")["repaired"] == 0


def test_a_change_of_nothing_that_is_compared_is_none(made, reconcile):
    """A note for a colleague, for example."""
    made.world.by_hand("edit", "invoice", made.external_id("edited"), fields={"memo": "called them"})

    assert differences(reconcile()) == []


def test_a_deleted_payment_is_reported_beside_its_invoice(made, reconcile):
    """Which is open again because of it."""
    payment = payment_of(made)
    made.world.by_hand("delete", "customerpayment", payment)

    found = reconcile()["differences"]

    assert [(each["what"], each["kind"]) for each in found] == [
        ("deleted", "payment"),
        ("open_balance", "invoice"),
    ]
    assert found[0]["cause"].startswith(f"deleted in NetSuite {BY_JANE}")


def payment_of(made):
    invoice = made.documents["not_applied"]["lago_id"]
    [payment] = [one for one in made.world.lago.payments.values() if invoice in one["invoice_ids"]]
    return f"lago-pay-{payment['lago_id']}"


def test_a_role_without_deleted_records_sees_what_is_missing_only(made, capsys):
    """And why it sees no more."""
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))
    made.world.permit(ADMI_DELETEDRECORD=0)

    made.call("--json")

    printed = capsys.readouterr()
    assert [each["what"] for each in json.loads(printed.out)["differences"]] == ["missing"]
    assert "What was deleted in NetSuite is not known" in printed.err


def arriving(made):
    """What was sent again."""
    return [each.value for each in made.world.topics if each.topic.startswith("lago.inv")]


def standing(made):
    """How many records there are of the deleted invoice."""
    key = made.external_id("deleted")
    return sum(one.get("externalid") == key for one in made.world.records("invoice"))


def carried(made, *values, repeats=1):
    return asyncio.run(made.world.carry(*values, repeats=repeats))


def test_a_deleted_document_is_sent_again_only_where_that_is_asked_for(made, reconcile, capsys):
    """First a plan; twice is once; then the books agree, and the act is on record."""
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))

    assert reconcile("--repair", "--go")["repaired"] == 0
    made.call(*RESTORE)
    assert "1 documents would be sent again; --go sends them." in capsys.readouterr().out
    assert arriving(made) == []

    assert [reconcile(*RESTORE, "--go")["repaired"] for _ in range(2)] == [1, 1]
    sent = arriving(made)
    assert len(sent) == 2
    assert carried(made, *sent).rejections == []
    assert differences(reconcile()) == []
    assert standing(made) == 1
    acts = [json.loads(each.value) for each in made.world.topics if each.topic == audit.TOPIC]
    assert [(each["act"], each["details"]["documents"]) for each in acts] == [
        ("repair", "0"),
        ("repair", "1"),
        ("repair", "1"),
    ]


def test_a_deleted_payment_comes_back_on_its_invoice(made, reconcile):
    """Where its invoice is open again."""
    made.world.by_hand("delete", "customerpayment", payment_of(made))

    assert reconcile(*RESTORE, "--go")["repaired"] == 1
    sent = [each.value for each in made.world.topics if each.topic == "lago.payments"]
    assert carried(made, *sent).rejections == []

    assert differences(reconcile()) == []


def kept_back(report):
    return [each["reason"] for each in report["kept_back"]]


def test_what_was_entered_anew_by_hand_is_not_booked_twice(made, reconcile, capsys):
    """A record with the same number and no mark stands in its place."""
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))
    made.entered(made.documents["deleted"], made.customer_in_netsuite("acme"), is_marked=False)

    report = reconcile(*RESTORE, "--go")

    [reason] = kept_back(report)
    assert reason.endswith("stands in NetSuite with its number")
    assert (report["repaired"], arriving(made)) == (0, [])
    made.call(*RESTORE)
    assert "is not sent again: the record" in capsys.readouterr().out


def test_a_deleted_payment_whose_invoice_somebody_else_has_paid_stays_away(made, reconcile):
    """The money came once."""
    made.world.by_hand("delete", "customerpayment", payment_of(made))
    made.world.by_hand("pay", "invoice", made.external_id("not_applied"))

    report = reconcile(*RESTORE, "--go")

    assert "deleted" in [each["what"] for each in report["differences"]]
    assert kept_back(report) == ["something else has settled what it had paid"]
    assert report["repaired"] == 0


def test_a_deleted_invoice_that_lago_has_voided_stays_away(made, reconcile):
    """Nothing is owed on either side."""
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))
    billing.void(made.world.lago, made.documents["deleted"]["lago_id"])
    made.world.lose_webhooks()

    report = reconcile(*RESTORE, "--go")

    assert kept_back(report) == ["Lago has voided it"]
    assert report["repaired"] == 0


def test_a_document_of_a_closed_period_follows_the_connections_policy(made, reconcile):
    """It is rejected, or held; it never gets into the closed period."""
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))
    reconcile(*RESTORE, "--go")
    made.world.under(Profile.load("closed-period"))
    made.world.change(closed_period="reject")

    [rejected] = carried(made, *arriving(made)).rejections

    assert rejected.code == "period_closed"
    made.world.change(closed_period="hold")
    with pytest.raises(TimeoutError, match="period"):
        carried(made, *arriving(made))
    assert standing(made) == 0
