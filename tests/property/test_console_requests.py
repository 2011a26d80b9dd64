"""Any request to the console has an answer of ours: no 500, no act without role, token and audit record."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Mount

from consumer.console import act_roles, act_subject, acts, job_acts, login_pages, routes
from consumer.console.access import HEADERS
from consumer.console.context import ACTS, Act
from consumer.console.login.registration import CALLBACK
from consumer.console.mapping import draft
from consumer.console.mapping.configuration_file import Current
from consumer.console.mapping.draft import Draft
from consumer.console.person import Person
from tests.support import topic_records as topics
from tests.support.console_app import ORIGIN, Console, filled, unasked_login

ROUTES = [each for each in (*routes.PAGES, *routes.ACTS, *routes.PUBLIC) if not isinstance(each, Mount)]
KNOWN = (
    "error-1",
    "netsuite-eu",
    "invoice",
    "inv-1",
    "replay",
    "logout",
    "ACME-1",
    "-1",
    "9" * 30,
    "draft-1",
)
TEXTS = st.sampled_from(KNOWN) | st.text(max_size=20) | st.text(string.printable, max_size=20)
OF_ACTS = (*act_subject.FIELDS, "plan", "rate", "reason", "token", "key", "month", "assignee", "run", "job")
OF_DRAFTS = ("text", "base", "events")
OF_JOBS = ("customers", "objects", "object_invoices")
OF_PAGES = ("q", "before", "before_ms", "after", "after_ms", "since", "at", "seen", "connection")
OF_LOGINS = ("back", "code", "state", "iss", "error")
FIELDS = st.sampled_from((*OF_ACTS, *OF_DRAFTS, *OF_JOBS, *OF_PAGES, *OF_LOGINS))
FORMS = st.dictionaries(FIELDS | st.text(max_size=5), TEXTS, max_size=6)
SITES = st.sampled_from(["", "same-origin", "same-site", "cross-site", "none", "\x7f"])


WHOLE = {
    "error_id": "error-1", "reason": "mapped now", "connection": "netsuite-eu", "key": "5d1f0c9a7e42",
    "month": "2026-08", "job": "job-1", "plan": "job-1", "run": "r1", "text": "connections: []",
}  # fmt: skip
OF_MAPPING = {"backtest", "backtest_stopped", "download"}
"""Acts on a draft that the audit keeps."""
ACT_PATHS = ("/acts/", "/api/v1/acts/")


def _whole(act: str) -> dict[str, str]:
    """All fields of an act; the plan of an act on failures is that of what it is about now."""
    return {name: value for name, value in WHOLE.items() if act not in ACTS or name != "plan"}


@st.composite
def requests(draw: Any) -> dict[str, Any]:
    """A request for any route, by anybody, with any fields; half of them are meant to do something."""
    is_act = draw(st.booleans())
    route = draw(st.sampled_from(routes.ACTS if is_act else ROUTES))
    path = {name: draw(TEXTS.filter(bool)) for name in route.param_convertors}
    if "act" in path:
        path["act"] = draw(st.sampled_from([*act_roles.ROLES, "unknown"]))
    address = route.path
    for name, value in path.items():
        address = address.replace(f"{{{name}}}", quote(value, safe=""))
    method = st.sampled_from(["GET", "POST", "HEAD", "DELETE", "PUT", "OPTIONS"])
    return {
        "method": draw(st.just("POST") if is_act else method),
        "path": address,
        "act": path.get("act", ""),
        "query": draw(FORMS),
        "form": draw(FORMS) | (draw(st.just(_whole(path.get("act", ""))) | st.just({})) if is_act else {}),
        "is_json": draw(st.booleans()),
        "role": draw(st.sampled_from([None, "viewer", "operator", "admin"])),
        "has_token": draw(st.booleans()),
        "site": draw(SITES),
    }


@pytest.fixture(scope="module", params=["login", "this machine only"])
def console(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    login = unasked_login if request.param == "login" else None
    file = tmp_path_factory.mktemp("console") / "console.sqlite"
    with filled(file, login=login, origin=ORIGIN) as made:
        made.context.changes.end()
        base = made.context.mapping.file.current()
        assert isinstance(base, Current)
        found = draft.of(base.masked.text + "# more\n", base, actor="ada", made_ms=0)
        assert isinstance(found, Draft)
        found.id = "draft-1"
        made.context.mapping.drafts.keep(found)
        yield made


@pytest.fixture(scope="module")
def runner(console: Console) -> Iterator[asyncio.Runner]:
    """One loop for all requests, as the connections of the login's client are of one."""
    with asyncio.Runner() as made:
        yield made
        if console.context.login is not None:
            made.run(console.context.login.provider._http.aclose())


async def _answer(console: Console, asked: dict[str, Any]) -> httpx.Response:
    transport = httpx.ASGITransport(console.app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http:
        form, headers = dict(asked["form"]), {}
        if asked["role"]:
            token = console.log_in(asked["role"])
            http.cookies = console.http.cookies
            if asked["has_token"]:
                form["token"] = token
        if asked["site"]:
            headers["sec-fetch-site"] = asked["site"]
        body = {"json": form} if asked["is_json"] else {"data": form}
        sent = {} if asked["method"] in {"GET", "HEAD", "OPTIONS"} else body
        return await http.request(
            asked["method"], asked["path"], params=asked["query"], headers=headers, **sent
        )


@given(asked=requests())
def test_any_request_is_answered_and_no_act_is_done_that_may_not_be(
    console: Console, runner: asyncio.Runner, asked: dict[str, Any]
):
    """Whoever asks, for whatever, from wherever."""
    console.acts.clear()
    console.job_acts.clear()
    console.audited.clear()
    # Rates are another test's subject.
    console.clock.advance(60)

    answer = runner.run(_answer(console, asked))

    assert answer.status_code < 500 or _asks_the_provider(console, asked), answer.text
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "Traceback" not in answer.text
    _is_allowed(console, asked, answer)


def _asks_the_provider(console: Console, asked: dict[str, Any]) -> bool:
    """It does not answer here."""
    return console.context.login is not None and asked["path"] in {login_pages.LOGIN, CALLBACK}


def _is_allowed(console: Console, asked: dict[str, Any], answer: httpx.Response) -> None:
    """What was done, its sender may do; what the role forbids is audited."""
    role = asked["role"] or (None if console.context.login else "admin")
    person = Person(name="ada", role=role) if role else None
    is_act = asked["method"] == "POST" and asked["path"].startswith(ACT_PATHS)
    needed = act_roles.ROLES.get(asked["act"])
    if console.acts or console.job_acts:
        [act] = [*console.acts, *console.job_acts]
        assert isinstance(act, Act) is (asked["act"] in ACTS)
        assert bool(console.job_acts) is (asked["act"] in job_acts.NAMES)
        assert is_act
        assert needed is not None
        assert asked["act"] in acts.NAMES
        assert person is not None
        assert person.may(needed)
        assert asked["has_token"]
        assert asked["role"]
        assert asked["site"] in {"", "same-origin", "none"}
        assert act.reason
        is_shown = bool(console.job_acts) and asked["path"].startswith("/acts/")
        assert (act.actor, answer.status_code) == ("ada", 303 if is_shown else 200)
    for each in console.audited:
        assert each.name in {"act_refused", "logout", "login_refused", *OF_MAPPING}
        assert each.name != "act_refused" or answer.status_code == 403
        if each.name in OF_MAPPING:
            assert person is not None
            assert person.may("operator")
            assert asked["has_token"]
            assert each.reason
    if is_act and answer.status_code == 403 and "needs the role" in answer.text:
        assert [each.name for each in console.audited] == ["act_refused"]


PLANTED = "planted-s3cret-of-another-connection"


@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_what_is_of_another_connection_is_on_no_page_of_this_one(tmp_path, role):
    """Also where both have a document of the same id."""
    with filled(tmp_path / "console.sqlite", login=unasked_login, origin=ORIGIN) as console:
        elsewhere = topics.example("error_event")["accounting_provider_customer_error"]
        elsewhere["accounting_provider_code"] = "netsuite-us"
        console.take(
            topics.failed(
                1,
                id="error-9",
                offset=50,
                accounting_provider_customer_error=elsewhere,
                hint=PLANTED,
                at_ms=9_000,
            ),
            topics.written(2, offset=51, connection="netsuite-us", lago_number=PLANTED),
        )
        console.log_in(role)
        pages = [
            "/records?connection=netsuite-eu", "/records/netsuite-eu/invoice/inv-1",
            "/records/netsuite-eu/invoice/inv-2", "/failures/error-1", "/reconciliation", "/audit",
            "/api/v1/records/netsuite-eu/invoice/inv-1", "/api/v1/records/netsuite-eu/invoice/inv-2",
        ]  # fmt: skip
        for path in pages:
            answer = await console.http.get(path)
            assert answer.status_code == 200, path
            assert PLANTED not in answer.text, path
        assert PLANTED in (await console.http.get("/api/v1/records/netsuite-us/invoice/inv-1")).text
