"""Pages, sessions and acts, over HTTP in this process."""

from __future__ import annotations

import re

import pytest

from consumer.console import waiting_list
from consumer.console.context import Act
from consumer.console.live import Changes
from consumer.console.person import Person
from consumer.console.session import COOKIE, Sessions
from tests.support import topic_records as topics

HOSTILE = '<script>alert("x")</script>\u202e\x1b[31m'
PAGES = (
    "/", "/needs-action", "/waiting", "/records", "/records/netsuite-eu/invoice/inv-2", "/search?q=ACME",
    "/reconciliation", "/backfill", "/connections", "/audit", "/failures/error-1",
)  # fmt: skip
QUERIES = (
    "overview",
    "causes",
    "waiting",
    "records/netsuite-eu/invoice/inv-2",
    "search?q=ACME",
    "audit",
    "jobs",
)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_answers_with_strict_headers(console, path):
    """Nothing on them may come from elsewhere, be framed or be cached."""
    answer = await console.http.get(path)

    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
    assert not re.search(r"(src|href)=\"https?://(?!1234567)", answer.text)


@pytest.mark.parametrize("path", ["/", "/needs-action", "/failures/error-1", "/search?q=ACME"])
async def test_hostile_texts_are_shown_as_text(console, path):
    """Whatever Lago's customers call themselves."""
    console.take(topics.failed(1, offset=5, at_ms=9_000, hint=HOSTILE, id="error-1"))

    answer = await console.http.get(path)

    assert "<script>alert" not in answer.text
    assert answer.text.count("<script ") == 3


async def test_the_first_page_says_what_is_missing_and_what_to_do(console):
    """In money, and by cause."""
    text = (await console.http.get("/")).text

    assert "NetSuite is missing 26.40 EUR" in text
    assert "gpu_hours" in text
    assert "SANDBOX 1234567_SB1" in text


async def test_without_failures_the_reconciliation_decides(console):
    """In balance, or not."""
    console.take(topics.written(1, offset=2, at_ms=5_000))
    assert "do not agree" in (await console.http.get("/")).text

    console.take(
        topics.reconciled(
            offset=1, run_id="later", ended_at="2027-01-01T00:00:00Z", outcome="in_balance", since=None,
            until=None, customers=[], differences=[], difference_count=0,
        )
    )  # fmt: skip
    assert "Lago and NetSuite agree" in (await console.http.get("/")).text


async def test_accepted_differences_are_listed_apart_with_who_and_why(console):
    """The open ones have the key by which they can be accepted."""
    text = (await console.http.get("/reconciliation")).text

    left, accepted = text.split("Accepted differences")
    assert "<code>5d1f0c9a7e42</code>" in left
    assert "agreed with the customer" not in left
    assert "agreed with the customer" in accepted
    assert "ada, " in accepted


@pytest.mark.parametrize("query", QUERIES)
async def test_every_page_is_also_json(console, query):
    """With amounts as decimal strings."""
    answer = await console.http.get(f"/api/v1/{query}")

    assert answer.status_code == 200
    assert answer.json()


@pytest.mark.parametrize(("failures", "refunds"), [(0, 0), (1, 0), (0, 2), (2, 1)])
async def test_the_menu_counts_what_its_page_counts(console, failures, refunds):
    """Documents that failed, and refunds that a person makes."""
    console.take(topics.written(1, offset=2, at_ms=5_000))
    console.take(*(topics.failed(10 + each, offset=10 + each) for each in range(failures)))
    note = {"object": "credit_note", "action_needed": "refund", "action_amount": "5.00"}
    console.take(*(topics.written(20 + each, offset=20 + each, **note) for each in range(refunds)))

    text = (await console.http.get("/needs-action")).text

    count = failures + refunds
    badge = re.search(r"Needs action(?: <b class=\"bad\">(\d+)</b>)?</a>", text)
    assert badge is not None
    assert badge[1] == (str(count) if count else None)
    headline = re.search(r"<h1[^>]*>(.*?)</h1>", text)
    assert headline is not None
    assert headline[1].startswith(f"{count} document" if count else "Nothing needs you")


async def test_the_cause_page_leads_from_the_first_page_to_its_documents(console):
    """Every number is a link to its rows."""
    link = re.search(r'href="(/causes/\w+)"', (await console.http.get("/")).text)
    assert link is not None

    text = (await console.http.get(link[1])).text

    assert "ACME-1" in text
    assert "Replay 1 document" in text


@pytest.mark.parametrize(
    "path",
    ["/causes/none", "/failures/none", "/records/a/b/c", "/reconciliation/none:1", "/api/v1/causes/none"],
)
async def test_what_does_not_exist_is_404(console, path):
    """With a page that says so."""
    assert (await console.http.get(path)).status_code == 404


@pytest.mark.parametrize(
    "query", ["before_ms=x&before=9", f"before_ms={'9' * 40}&before=1", "before_ms=-1&before=²"]
)
async def test_wrong_page_marks_are_no_errors(console, query):
    """They are typed by nobody but attackers."""
    assert (await console.http.get(f"/records?{query}")).status_code == 200


async def test_an_act_with_the_token_and_a_reason_is_done(console):
    """By whom and why goes with it."""
    token = console.log_in("operator")
    form = {"token": token, "error_id": "error-1", "reason": "mapped now"}

    answer = await console.http.post("/acts/replay", data=form)

    assert answer.status_code == 200
    assert console.acts == [Act(name="replay", error_ids=["error-1"], actor="ada", reason="mapped now")]


@pytest.mark.parametrize(
    ("role", "change", "status"),
    [
        ("viewer", {}, 403),
        ("operator", {"token": "wrong"}, 403),
        ("operator", {"token": "é"}, 403),
        ("operator", {"reason": "  "}, 422),
        ("operator", {"error_id": "", "cause": "none"}, 422),
        ("operator", {"reason": "x" * 70_000}, 413),
    ],
)
async def test_an_act_that_may_not_be_is_refused(console, role, change, status):
    """And nothing is done."""
    token = console.log_in(role)
    form = {"token": token, "error_id": "error-1", "reason": "mapped now"} | change

    answer = await console.http.post("/acts/replay", data=form)

    assert answer.status_code == status
    assert console.acts == []


async def test_an_act_that_kafka_does_not_take_says_so(console):
    """The sentence is the command's."""
    console.failing = "Kafka cannot be reached at localhost:9092"
    form = {"token": console.log_in("operator"), "error_id": "error-1", "reason": "mapped now"}

    answer = await console.http.post("/acts/ignore", data=form)

    assert answer.status_code == 503
    assert "Kafka cannot be reached" in answer.text


async def test_a_session_is_not_forged(console):
    """One that another key has signed is none; without a login another begins."""
    forged = Sessions(console.clock, life_s=60).begin(Person(name="eve", role="admin"))[1]
    console.http.cookies.set(COOKIE, forged)

    page = await console.http.get("/")

    assert "eve" not in page.text
    assert "set-cookie" in page.headers


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example:8082", ""])
async def test_without_login_another_host_name_is_refused(console, host):
    """A page of an attacker that rebinds its name to this machine reads nothing."""
    answer = await console.http.get("/", headers={"host": host})

    assert answer.status_code == 403


async def test_while_kafka_is_away_pages_say_how_old_they_are(console):
    """They stay readable."""
    console.context.progress.error = "Kafka cannot be reached"

    assert "Kafka does not answer" in (await console.http.get("/")).text


async def test_a_page_that_missed_a_change_is_notified_at_once():
    """One that came between its rendering and the beginning of its stream, or before a restart."""
    changes = Changes()
    shown = changes.number
    changes.happened()
    stream = changes.stream(shown)
    assert await anext(stream) == b"retry: 3000\n\n"

    assert (await anext(stream)).startswith(b"event: changed")
    await stream.aclose()


async def test_a_change_while_a_page_is_made_is_news_to_it(console, monkeypatch):
    """The page has read its rows already, so it must not count the change as seen."""
    count = waiting_list.count

    def counted(tables):
        console.context.changes.happened()
        return count(tables)

    monkeypatch.setattr(waiting_list, "count", counted)
    before = console.context.changes.number

    page = (await console.http.get("/waiting")).text

    assert console.context.changes.number > before
    assert f'sse-connect="/live?seen={before}"' in page


async def test_a_change_is_an_event_for_open_pages():
    """And the end of the process ends the stream."""
    changes = Changes()
    stream = changes.stream(changes.number)
    assert await anext(stream) == b"retry: 3000\n\n"

    changes.happened()
    assert (await anext(stream)).startswith(b"event: changed")
    changes.end()
    assert [each async for each in stream] == []
    assert changes.audience == 0
