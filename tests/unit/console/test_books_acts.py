"""Differences are accepted and months signed off on pages, as commands do: by role, with an audit record."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands import audit_trail, reconciliation_log
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.console_acts import ConsoleActs
from consumer.config.settings import Settings
from consumer.console import application
from consumer.console.context import AcceptanceAct, SignOffAct
from consumer.errors import ContractError, StartupError
from consumer.reconcile.sign_off import Month
from schemas.reconciliation import Reconciliation
from tests.support import topic_records as topics
from tests.support.console_app import ORIGIN

CODE, KEY = "netsuite-eu", "5d1f0c9a7e42"
DIFFERENCE = {"connection": CODE, "key": KEY, "reason": "agreed with ACME"}
MONTH = {"connection": CODE, "month": "2026-08", "reason": "checked"}
AGREES = {"outcome": "in_balance", "differences": [], "difference_count": 0, "differences_by_kind": {}}
ACTS = [
    ("accept", DIFFERENCE, "operator"),
    ("take_back", DIFFERENCE, "operator"),
    ("sign_off", MONTH, "admin"),
]
PATHS = ["/acts", "/api/v1/acts"]


def run(**changes):
    return Reconciliation.model_validate(topics.example("reconciliation") | changes)


class Books:
    """A console that does its acts, with runs and an audit topic of the test."""

    def __init__(self, console, monkeypatch):
        self.console, self.runs, self.failing = console, [run()], None
        self.trail = AuditTrail(publish=self._publish, clock=FakeClock())
        monkeypatch.setattr(reconciliation_log, "read", self._runs)
        monkeypatch.setattr(audit_trail, "read", self._records)
        monkeypatch.setattr(audit_trail, "opened", self._opened)
        zones = {CODE: ZoneInfo("America/Los_Angeles")}
        acts = ConsoleActs(Settings(), console.clock, console.context.file, asyncio.Lock(), None, zones)
        app = application.create_app(replace(console.context, act=acts.do))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)

    @property
    def records(self):
        return self.trail.records

    async def send(self, act, fields=None, *, role="admin", path="/api/v1/acts"):
        headers = {"x-csrf-token": self.console.log_in(role)}
        self.http.cookies = self.console.http.cookies
        known = next(form for name, form, _ in ACTS if name == act)
        return await self.http.post(f"{path}/{act}", json=known | (fields or {}), headers=headers)

    async def _publish(self, _):
        if isinstance(self.failing, ContractError):
            raise self.failing

    async def _runs(self, _):
        if isinstance(self.failing, StartupError):
            raise self.failing
        return self.runs

    async def _records(self, _):
        return self.trail.records

    @asynccontextmanager
    async def _opened(self, *_):
        yield self.trail


@pytest.fixture
def books(console, monkeypatch):
    return Books(console, monkeypatch)


async def test_a_difference_is_accepted_with_who_why_and_what_on_record(books):
    """Twice is once."""
    answer = await books.send("accept", role="operator")
    again = await books.send("accept", role="operator")

    assert (answer.status_code, again.status_code) == (200, 200)
    assert answer.json()["said"].endswith(": accepted")
    assert "is accepted already" in again.json()["said"]
    [record] = books.records
    assert (record.connection, record.act, record.actor, record.reason) == (
        CODE, "accept", "ada", "agreed with ACME",
    )  # fmt: skip
    found = run().differences[0]
    assert record.details == {
        "difference": KEY, "what": "missing", "document": f"invoice {found.number}",
        "customer": found.customer, "currency": "EUR",
        "lago": "156.00 EUR", "netsuite": "", "digest": found.digest,
    }  # fmt: skip


async def test_an_acceptance_is_taken_back_on_record(books):
    """What is not accepted needs none."""
    early = await books.send("take_back")
    await books.send("accept")

    answer = await books.send("take_back", {"reason": "it was wrong"}, role="operator")

    assert "it is not accepted" in early.json()["said"]
    assert answer.json()["said"].endswith(": no longer accepted")
    assert [(each.act, each.reason) for each in books.records] == [
        ("accept", "agreed with ACME"),
        ("reopen", "it was wrong"),
    ]
    assert books.records[1].details["difference"] == KEY


@pytest.mark.parametrize("act", ["accept", "take_back"])
async def test_a_key_of_no_difference_is_refused_with_the_sentence_of_the_command(books, act):
    """Nothing goes on record."""
    answer = await books.send(act, {"key": "0" * 12})

    assert answer.status_code == 409
    assert f"no difference of the latest comparison of {CODE} has this key" in answer.json()["error"]
    assert books.records == []


@pytest.mark.parametrize("path", PATHS)
async def test_a_month_is_signed_off_with_its_comparison_on_record(books, path):
    """By a page and by a program."""
    books.runs = [run(**AGREES, started_at="2026-09-02T02:00:00Z")]

    answer = await books.send("sign_off", path=path)

    assert answer.status_code == 200
    assert "Signed off by ada: checked" in answer.text
    assert f"{CODE}, 2026-08: 2209 documents were compared" in answer.text
    [record] = books.records
    assert (record.connection, record.act, record.actor, record.reason) == (
        CODE,
        "sign_off",
        "ada",
        "checked",
    )
    assert (record.details["month"], record.details["run_id"]) == ("2026-08", run().run_id)
    assert (record.details["documents"], record.details["differences"]) == ("2209", "0")


@pytest.mark.parametrize(
    ("runs", "month", "sentence"),
    [
        ([{"started_at": "2026-09-02T02:00:00Z"}], "2026-08", "Not signed off: 1 difference. End or accept"),
        ([AGREES | {"started_at": "2026-09-01T06:59:59Z"}], "2026-08", "began after its last day in America"),
        ([AGREES | {"until": None}], "2026-09", "No comparison covers 2026-09"),
        ([AGREES | {"customers": ["acme"]}], "2026-07", "No comparison covers 2026-07"),
        ([], "2026-08", f"lago-netsuite reconcile --connection {CODE} --until 2026-08-31"),
    ],
)
async def test_a_month_is_not_signed_off_where_the_command_refuses(books, runs, month, sentence):
    """The books disagree; the month is not over where the connection is; nobody has compared all of it."""
    books.runs = [run(**each) for each in runs]

    answer = await books.send("sign_off", {"month": month})

    assert (answer.status_code, books.records) == (409, [])
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize("fault", [StartupError("Kafka does not answer"), ContractError("not acknowledged")])
@pytest.mark.parametrize("act", ["accept", "sign_off"])
async def test_what_kafka_does_not_take_is_not_done_and_says_so(books, act, fault):
    """The sentence is the command's."""
    books.failing = fault
    if act == "sign_off":
        books.runs = [run(**AGREES, started_at="2026-09-02T02:00:00Z")]

    answer = await books.send(act)

    assert (answer.status_code, books.records) == (503, [])
    assert answer.json() == {"error": "It was not done", "lines": [str(fault)]}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
@pytest.mark.parametrize(("act", "form", "needed"), ACTS)
async def test_an_act_on_the_books_needs_its_role(console, path, role, act, form, needed):
    """Operators accept, admins sign off; a refusal is 403 and on the audit."""
    may = role in {needed, "admin"}

    answer = await console.http.post(f"{path}/{act}", data=form | {"token": console.log_in(role)})

    assert answer.status_code == (200 if may else 403)
    assert len(console.acts) == may
    assert [(each.name, each.details["act"]) for each in console.audited] == [("act_refused", act)] * (
        not may
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("act", "change", "status"),
    [
        ("accept", {"reason": " "}, 422),
        ("accept", {"key": " "}, 422),
        ("accept", {"connection": "netsuite-us"}, 422),
        ("take_back", {"key": ""}, 422),
        ("sign_off", {"reason": ""}, 422),
        ("sign_off", {"month": "2026-13"}, 422),
        ("sign_off", {"connection": ""}, 422),
        ("sign_off", {"token": "wrong"}, 403),
    ],
)
async def test_a_form_without_its_fields_is_no_act(console, path, act, change, status):
    """Nor one of another session, or about a connection that is not ours."""
    form = next(form for name, form, _ in ACTS if name == act)
    answer = await console.http.post(f"{path}/{act}", data=form | {"token": console.log_in("admin")} | change)

    assert (answer.status_code, console.acts) == (status, [])


async def test_a_form_becomes_the_act_it_names(console):
    """By whom comes from the session."""
    token = console.log_in("admin")
    for act, form, _ in ACTS:
        await console.http.post(f"/acts/{act}", data=form | {"token": token, "actor": "eve"})

    known = {"connection": CODE, "actor": "ada"}
    accepted = AcceptanceAct(**known, key=KEY, reason="agreed with ACME")
    assert console.acts == [
        accepted,
        replace(accepted, undo=True),
        SignOffAct(**known, month=Month.of("2026-08"), reason="checked"),
    ]


@pytest.mark.parametrize(
    ("role", "shown"), [("viewer", set()), ("operator", {"accept"}), ("admin", {"accept", "sign_off"})]
)
async def test_the_page_has_the_forms_that_the_role_allows(console, role, shown):
    """With the differences that nobody has accepted."""
    console.log_in(role)

    text = (await console.http.get("/reconciliation")).text

    assert {act for act, _, _ in ACTS if f'action="/acts/{act}"' in text} == shown
    assert (f'<option value="{KEY}">' in text) is ("accept" in shown)


async def test_what_is_accepted_since_the_comparison_is_said_and_can_be_taken_back(console):
    """It still counts there."""
    found = run().differences[0]
    details = {"difference": KEY, "digest": found.digest}
    console.take(
        topics.acted(offset=7, connection=CODE, act="accept", actor="grace", reason="ok", details=details)
    )
    console.log_in("operator")

    text = (await console.http.get("/reconciliation")).text

    assert "Accepted by grace" in text
    assert 'action="/acts/accept"' not in text
    assert f'<option value="{KEY}">' in text.partition('action="/acts/take_back"')[2]


async def test_values_that_have_changed_can_be_accepted_anew(console):
    """The acceptance was of other values."""
    details = {"difference": KEY, "digest": "another"}
    console.take(topics.acted(offset=7, connection=CODE, act="accept", reason="ok", details=details))
    console.log_in("operator")

    text = (await console.http.get("/reconciliation")).text

    assert "Accepted by" not in text
    assert f'<option value="{KEY}">' in text.partition('action="/acts/accept"')[2]
