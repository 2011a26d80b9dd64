"""Why a document differs: an open failure, or what it waits for."""

import json
from dataclasses import replace
from pathlib import Path

from consumer.reconcile.difference import Difference
from consumer.reconcile.explanation import known_causes
from schemas import waiting
from schemas.waiting import WaitingRecord
from tests.unit.failures.errors import failure, mark

EXAMPLE = Path(waiting.__file__).parent / "examples" / "waiting_record.json"
WAITING = WaitingRecord.model_validate(json.loads(EXAMPLE.read_text()))


def failed(**changes):
    known = {"connection": "netsuite-eu", "object": "invoice", "object_id": "i", "code": "x", "message": "no"}
    return replace(failure(), **known | changes)


def test_failures_and_what_waits_are_causes_of_their_documents():
    """A receipt is that of its payment; what is no document, and other connections' are left out."""
    causes = known_causes(
        "netsuite-eu",
        [
            failed(),
            failed(object="payment_receipt", object_id="p"),
            failed(connection="netsuite-us", object_id="j"),
            failed(object=""),
        ],
        [WAITING, WAITING.model_copy(update={"connection": "netsuite-us", "lago_id": "k"})],
    )

    assert causes == {
        ("invoice", "i"): "x: no",
        ("payment", "p"): "x: no",
        (
            "payment",
            WAITING.lago_id,
        ): f"it waits since {WAITING.since}, at most until {WAITING.until}: {WAITING.reason}",
    }


def test_what_waits_is_later_than_what_has_failed():
    """A replay of the failure has begun to wait."""
    later = WAITING.model_copy(update={"object": "invoice", "lago_id": "i", "until": None})

    assert known_causes("netsuite-eu", [failed()], [later])["invoice", "i"].startswith("it waits since")


def test_what_has_failed_is_not_just_sent_again():
    """It fails again until the cause is removed; what only got lost can be sent at once."""
    lost = Difference(what="missing", kind="invoice", number="ACM-1")

    assert lost.act == "send it again: lago-netsuite reconcile --repair --go"
    assert replace(lost, cause="x: no").act == f"remove the cause, then {lost.act}"


def test_what_a_person_has_closed_is_a_cause_with_the_reason():
    """Nobody has to guess whether its webhook got lost; what failed again afterwards is later."""
    said = {"reason": "billed twice", "marked_at": "2026-08-03T09:00:00Z"}
    closed = [(failed(), mark(1, "ignored").model_copy(update=said))]
    why = "a person has closed its failure at 2026-08-03T09:00:00Z: billed twice (x: no)"

    assert known_causes("netsuite-eu", [], [], closed) == {("invoice", "i"): why}
    assert known_causes("netsuite-eu", [failed()], [], closed) == {("invoice", "i"): "x: no"}
