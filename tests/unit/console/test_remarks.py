"""People write notes on failures and say whose they are; pages and lists show it."""

from __future__ import annotations

import pytest

from consumer.console import acts
from consumer.console.context import RemarkAct
from tests.support import topic_records as topics

AT = "2026-08-01T10:00:{:02}Z"
PATHS = ["/acts", "/api/v1/acts"]
FORMS = {"note": {"reason": "asked ACME"}, "assign": {"reason": "knows it", "assignee": "grace"}}


def said(act, second, *ids, reason, **details):
    return topics.acted(
        offset=20 + second, act=act, actor="ada", at=AT.format(second), reason=reason,
        details={"errors": " ".join(ids)} | details,
    )  # fmt: skip


@pytest.fixture
def remarked(console):
    console.take(
        topics.failed(8, offset=8, at_ms=2_000),
        said("assign", 1, "error-1", reason="knows it", assignee="grace"),
        said("note", 2, "error-1", reason="<b>asked ACME</b>"),
    )
    return console


async def test_a_failure_shows_its_notes_and_whose_it_is(remarked):
    """On its page, on its document's, in its cause's list, and in JSON; a text is text."""
    page = (await remarked.http.get("/failures/error-1")).text
    record = (await remarked.http.get("/records/netsuite-eu/invoice/inv-1")).text
    listed = (await remarked.http.get("/failures")).text
    found = (await remarked.http.get("/api/v1/failures/error-1")).json()
    document = (await remarked.http.get("/api/v1/records/netsuite-eu/invoice/inv-1")).json()
    [cause] = (await remarked.http.get("/api/v1/causes")).json()["causes"]
    rows = (await remarked.http.get(f"/api/v1/causes/{cause['id']}")).json()["failures"]

    assert "Assigned to grace" in page
    assert "ada: &lt;b&gt;asked ACME&lt;/b&gt;" in page
    assert "<dd>grace</dd>" in record
    assert "Note by ada: &lt;b&gt;asked ACME" in record
    assert listed.count(">grace<") == 1
    assert [each["text"] for each in found["notes"]] == ["<b>asked ACME</b>"]
    assert (found["assignment"]["assignee"], found["assignment"]["reason"]) == ("grace", "knows it")
    assert "Note by ada: <b>asked ACME</b>" in [each["said"] for each in document["moments"]]
    assert [each["assignee"] for each in rows] == ["grace", ""]


@pytest.mark.parametrize(
    ("name", "assigned", "ids"),
    [
        ("grace", "me", ["error-1"]),
        ("bob", "me", []),
        ("bob", "nobody", ["error-8"]),
        ("bob", "grace", ["error-1"]),
    ],
)
async def test_lists_are_filtered_by_whose_they_are(remarked, name, assigned, ids):
    """By a name, or the own one, or nobody's."""
    remarked.log_in("operator", name=name)

    found = (await remarked.http.get(f"/api/v1/failures?assigned={assigned}")).json()["failures"]

    assert [each["id"] for each in found] == ids


async def test_an_assignment_that_is_read_before_its_failure_counts(console):
    """Topics are read side by side; the later of two counts, whichever is read last."""
    console.take(
        said("assign", 5, "error-9", reason="x", assignee="grace"),
        said("assign", 4, "error-9", reason="x", assignee="bob"),
    )
    console.take(topics.failed(9, offset=9))

    found = (await console.http.get("/api/v1/failures?assigned=grace")).json()["failures"]

    assert [each["id"] for each in found] == ["error-9"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
@pytest.mark.parametrize("act", acts.REMARKS)
async def test_a_remark_needs_its_role(console, path, role, act):
    """A refusal is on the audit."""
    form = {"error_id": "error-1", "token": console.log_in(role)} | FORMS[act]

    answer = await console.http.post(f"{path}/{act}", data=form)

    may = role != "viewer"
    assert answer.status_code == (200 if may else 403)
    expected = RemarkAct(
        name=act, error_ids=["error-1"], actor="ada", reason=FORMS[act]["reason"],
        assignee=FORMS[act].get("assignee", ""),
    )  # fmt: skip
    assert console.acts == [expected] * may
    assert [each.details["act"] for each in console.audited] == [act] * (not may)


async def test_a_whole_cause_is_assigned_to_oneself(remarked):
    """What is open of it."""
    [cause] = (await remarked.http.get("/api/v1/causes")).json()["causes"]
    form = {"cause": cause["id"], "assignee": "me", "reason": "mine", "token": remarked.log_in("operator")}

    assert (await remarked.http.post("/acts/assign", data=form)).status_code == 200
    [act] = remarked.acts
    assert (act.error_ids, act.assignee) == (["error-1", "error-8"], "ada")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reason": " "}, 422),
        ({"assignee": ""}, 422),
        ({"error_id": ""}, 422),
        ({"error_id": "", "connection": "elsewhere"}, 422),
        ({"token": "wrong"}, 403),
    ],
)
async def test_a_form_without_its_fields_says_nothing(console, change, status):
    """And why."""
    form = {"error_id": "error-1", "assignee": "grace", "reason": "x", "token": console.log_in("operator")}

    assert (await console.http.post("/acts/assign", data=form | change)).status_code == status
    assert console.acts == []
