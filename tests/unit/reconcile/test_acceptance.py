"""An accepted difference does not count while it stays the same; any other value opens it again."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from consumer.reconcile import acceptance, drift
from consumer.reconcile.acceptance import digest_of, divided, key_of, listed, standing
from consumer.reconcile.difference import Difference
from schemas.audit import AuditRecord
from schemas.reconciliation import DocumentDifference, Reconciliation
from tests.unit.reconcile.test_drift import differing, evidence

CODE = "netsuite-eu"


def difference(**changes):
    known = {"what": "total", "kind": "invoice", "number": "N-1", "lago_id": "i", "currency": "EUR",
             "lago": "10.00", "netsuite": "9.00", "netsuite_number": "N-1"}  # fmt: skip
    return Difference(**known | changes)


def record(act, of, *, connection=CODE, digest=None, actor="ada"):
    details = {"difference": key_of(of), "digest": digest or digest_of(of)}
    return AuditRecord(
        connection=connection, act=act, actor=actor, at="2026-11-02T08:00:00Z", reason="ok", details=details
    )


def accepted(*found):
    return standing([record("accept", each) for each in found], CODE)


def test_an_accepted_difference_is_apart_with_who_when_and_why():
    """The others count."""
    other = difference(lago_id="j", number="N-2")

    division = divided([difference(), other], accepted(difference()))

    [same] = division.accepted
    assert list(division.open) == [other]
    assert same.difference == difference()
    assert (same.acceptance.actor, same.acceptance.at, same.acceptance.reason) == (
        "ada", "2026-11-02T08:00:00Z", "ok",
    )  # fmt: skip
    assert division.accepted_by_kind == {"total": 1}
    assert division.before == {}


@pytest.mark.parametrize(
    "changes",
    [{"netsuite": "8.00"}, {"lago": "11.00"}, {"currency": "USD"}],
)
def test_changed_values_open_it_again(changes):
    """With what was accepted before."""
    changed = difference(**changes)

    division = divided([changed], accepted(difference()))

    assert list(division.open) == [changed]
    assert division.accepted == []
    assert division.before[key_of(changed)].actor == "ada"


@pytest.mark.parametrize(
    "changes",
    [
        {"netsuite": "9.0"},
        {"cause": "somebody has a better idea"},
        {"url": "https://elsewhere"},
        {"number": "N-1b"},
    ],
)
def test_what_says_nothing_of_the_values_changes_nothing(changes):
    """Two decimals more, another cause."""
    assert divided([difference(**changes)], accepted(difference())).open == []


@pytest.mark.parametrize(
    "changes",
    [{"lago_id": "j"}, {"kind": "credit_note"}, {"what": "tax"}],
)
def test_another_difference_has_another_key(changes):
    """Of the same document, too."""
    other = difference(**changes)

    assert key_of(other) != key_of(difference())
    assert divided([other], accepted(difference())).open == [other]


def test_records_that_stand_for_one_document_are_differences_of_their_own():
    """Each is voided, or accepted, by itself."""
    first, second = (difference(what="duplicated", netsuite_number=number) for number in ("A", "B"))

    assert key_of(first) != key_of(second)
    assert key_of(difference(netsuite_number="A")) == key_of(difference(netsuite_number="B"))


def test_lines_of_one_document_are_differences_of_their_own():
    """What both sides say of a line is all that tells it from another."""
    first, second = (difference(what="line_amount", lago=f"{name}: 1.00") for name in ("Seats", "Setup"))

    assert key_of(first) != key_of(second)
    assert list(divided([first, second], accepted(first)).open) == [second]


@pytest.mark.parametrize("what", ["total", "date", "number"])
def test_it_stays_accepted_once_it_is_known_who_edited_it(what):
    """And when the role may no longer see that."""
    lago = {"total": "10.00", "date": "2026-08-01", "number": "N-1"}[what]
    before = differing(what, lago, "another")
    [edited] = drift.recognised([before], evidence())

    assert edited.what == "edited"
    assert (key_of(edited), digest_of(edited)) == (key_of(before), digest_of(before))


def test_a_deleted_document_is_another_difference_than_a_missing_one():
    """Whoever accepts that it never came has not accepted that it was deleted later."""
    missing = differing("missing", netsuite="")

    assert key_of(missing) != key_of(replace(missing, what="deleted"))


def test_two_edited_values_of_a_document_are_two_differences():
    """Each has its own key."""
    found = drift.recognised(
        [differing("total", "10.00", "9.00"), differing("tax", "1.60", "1.50")], evidence()
    )

    assert [each.what for each in found] == ["edited", "edited"]
    assert len({key_of(each) for each in found}) == 2


def test_a_key_is_easily_typed_whatever_the_texts_are():
    """And the same in every run."""
    hostile = difference(lago_id="\x1b[2J\ud800 'x'", number="[bold]" * 1_000, netsuite="=1+1\n")

    assert re.fullmatch("[0-9a-f]{12}", key_of(hostile))
    assert key_of(difference()) == key_of(difference())
    assert divided([hostile], accepted(hostile)).open == []


def test_what_is_taken_back_counts_again_until_it_is_accepted_once_more():
    """The last act counts; acts on failures and on other connections are none."""
    one = difference()
    reopened = [record("accept", one), record("reopen", one)]
    foreign = [
        record("accept", one, connection="netsuite-us"),
        record("close", one),
        AuditRecord(connection=CODE, act="reopen", actor="ada", at="x", details={"error": key_of(one)}),
    ]

    assert standing(reopened, CODE) == {}
    assert standing(foreign, CODE) == {}
    assert standing([*reopened, record("accept", one, actor="joe")], CODE)[key_of(one)].actor == "joe"
    assert list(standing([record("accept", one), *foreign], CODE)) == [key_of(one)]


def shown(key="k", digest="d"):
    return DocumentDifference(what="total", kind="invoice", number="N-1", key=key, digest=digest)


def run(*found, at="2026-11-02T08:00:00Z", **changes):
    known = {
        "connection": CODE, "run_id": at, "started_at": at, "ended_at": at, "actor": "ada",
        "outcome": "not_in_balance", "documents": {}, "difference_count": len(found), "differences": found,
    }  # fmt: skip
    return Reconciliation.model_validate(known | changes)


LATER = "2026-11-03T08:00:00Z"


@pytest.mark.parametrize(
    ("runs", "digest"),
    [
        ([run(shown())], "d"),
        ([run(shown()), run(shown(digest="e"), at=LATER)], "e"),
        ([run(shown()), run(at=LATER)], None),
        ([run(shown()), run(at=LATER, customers=["acme"])], "d"),
        ([run(shown()), run(at=LATER, difference_count=501)], "d"),
        ([run(shown()), run(at=LATER, connection="netsuite-us")], "d"),
        ([run(shown(key="other"))], None),
        ([], None),
    ],
)
def test_a_key_is_of_the_latest_comparison_that_could_list_it(runs, digest):
    """A later one over all documents that lists it no more has seen it end."""
    found = listed("k", CODE, reversed(runs))

    assert (found.digest if found else None) == digest


def test_an_accepted_one_is_found_too():
    """So that it can be taken back."""
    known = shown().model_dump() | {"accepted_by": "ada", "accepted_at": "x"}

    assert listed("k", CODE, [run(accepted=[known])]).digest == "d"


def test_the_acts_are_those_of_the_audit_record():
    """A later reader finds both by these names."""
    assert (acceptance.ACT, acceptance.UNDO) == ("accept", "reopen")
