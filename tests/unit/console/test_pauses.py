"""A connection is paused and resumed on pages as by the command, and its pages say so."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.commands import audit_trail
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.console_acts import ConsoleActs
from consumer.config.settings import Settings
from consumer.console import application, pause_list
from consumer.console.context import PauseAct
from consumer.limits.pause import Pause
from tests.support import topic_records as topics
from tests.support.console_app import ORIGIN

CODE = "netsuite-eu"
FORM = {"connection": CODE, "reason": "month end"}
PATHS = ["/acts", "/api/v1/acts"]


def paused(console, *, offset=1, act="pause", **changes):
    given = {"connection": CODE, "actor": "bob", "at": "2026-11-30T09:00:00Z", "reason": "month end"}
    console.take(topics.acted(offset=offset, act=act, details={}, **given | changes))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
@pytest.mark.parametrize("act", ["pause", "resume"])
async def test_a_pause_needs_an_operator_and_a_refusal_is_on_the_audit(console, path, role, act):
    """By a form and by a program."""
    answer = await console.http.post(f"{path}/{act}", data=FORM | {"token": console.log_in(role)})

    may = role != "viewer"
    assert answer.status_code == (200 if may else 403)
    wish = PauseAct(connection=CODE, actor="ada", reason="month end", undo=act == "resume")
    assert console.acts == [wish] * may
    assert [each.details["act"] for each in console.audited] == [act] * (not may)


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"reason": ""}, 422, "A reason is needed"),
        ({"connection": "of-others"}, 422, "names no connection of this console"),
        ({"token": "guessed"}, 403, "The page was too old"),
    ],
)
async def test_a_form_that_is_none_pauses_nothing(console, changes, status, sentence):
    """And says why."""
    answer = await console.http.post("/acts/pause", data=FORM | {"token": console.log_in("admin")} | changes)

    assert (answer.status_code, console.acts) == (status, [])
    assert sentence in answer.text


async def test_the_act_goes_on_the_audit_record_once(console, monkeypatch):
    """Paused twice is paused once, by the first; the answers are the command's."""
    trail = AuditTrail(publish=_acknowledged, clock=FakeClock())

    @asynccontextmanager
    async def opened(*_):
        yield trail

    monkeypatch.setattr(audit_trail, "opened", opened)
    acts = ConsoleActs(Settings(), console.clock, console.context.file, asyncio.Lock(), None)
    app = application.create_app(replace(console.context, act=acts.do))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)
    headers = {"x-csrf-token": console.log_in("operator")}
    http.cookies = console.http.cookies

    said = []
    for act in ("pause", "pause", "resume", "resume"):
        answer = await http.post(f"/api/v1/acts/{act}", json=FORM, headers=headers)
        said.append((answer.status_code, answer.json()["said"].split(" since ")[0]))

    assert said == [
        (200, f"Connection {CODE} is paused"),
        (200, f"Connection {CODE} is paused by ada"),
        (200, f"Connection {CODE} goes on within seconds"),
        (200, f"Connection {CODE} is not paused"),
    ]
    assert [(each.act, each.connection, each.actor, each.reason) for each in trail.records] == [
        ("pause", CODE, "ada", "month end"),
        ("resume", CODE, "ada", "month end"),
    ]


async def _acknowledged(_):
    return None


@pytest.mark.parametrize("path", ["/", "/waiting", "/connections"])
async def test_a_page_says_that_a_connection_is_paused_by_whom_since_when_and_why(console, path):
    """And no longer when it is resumed."""
    paused(console, reason="<b>month end</b>")
    console.log_in("viewer")

    during = (await console.http.get(path)).text
    paused(console, offset=2, act="resume")
    after = (await console.http.get(path)).text

    assert "&lt;b&gt;month end&lt;/b&gt;." in during
    assert "y bob, <time datetime=" in during
    assert "Nothing of it is sent to NetSuite" in during
    assert "Nothing of it is sent to NetSuite" not in after


async def test_the_page_of_connections_offers_to_operators_what_fits(console):
    """A viewer sees no form."""
    console.log_in("viewer")
    assert "/acts/pause" not in (await console.http.get("/connections")).text
    console.log_in("operator")
    running = (await console.http.get("/connections")).text
    paused(console)
    held = (await console.http.get("/connections")).text

    assert ("/acts/pause" in running, "/acts/resume" in running) == (True, False)
    assert ("/acts/pause" in held, "/acts/resume" in held) == (False, True)


async def test_the_waiting_page_does_not_promise_that_what_is_paused_goes_on_by_itself(console):
    """Only a person ends it."""
    console.log_in("viewer")
    assert "Nobody has to do anything" in (await console.http.get("/waiting")).text
    paused(console)

    assert "Nobody has to do anything" not in (await console.http.get("/waiting")).text


async def test_programs_read_the_pause_as_json(console):
    """Null while the connection runs."""
    console.log_in("viewer")
    before = (await console.http.get("/api/v1/connections")).json()
    paused(console)
    [found] = (await console.http.get("/api/v1/connections")).json()["connections"]
    overview = (await console.http.get("/api/v1/overview")).json()

    said = {"by": "bob", "since": "2026-11-30T09:00:00Z", "reason": "month end"}
    assert before["connections"][0]["paused"] is None
    assert found == {
        "connection": CODE, "account": "1234567_SB1", "environment": "sandbox", "paused": said,
    }  # fmt: skip
    assert overview["paused"] == {CODE: said}


def test_the_pause_is_found_by_its_index_among_any_number_of_acts(console):
    """Acts of other people about other things come after it."""
    paused(console)
    for number in range(2, 30):
        paused(console, offset=number, act="close", at=f"2026-11-30T10:00:{number:02}Z")

    found = pause_list.paused(console.connection, [CODE, "netsuite-us"])
    plan = console.connection.execute(f"EXPLAIN QUERY PLAN {pause_list._LAST}", (CODE,)).fetchall()

    assert found == {CODE: Pause(actor="bob", at="2026-11-30T09:00:00Z", reason="month end")}
    assert "acts_of_pauses" in json.dumps([list(each) for each in plan])
