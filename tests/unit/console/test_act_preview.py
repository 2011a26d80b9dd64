"""Before an act on failures is done, its figures are on a page and in JSON; it is done as it was shown."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from consumer.console import application
from consumer.failures.closed_periods import ClosedPeriod, ClosedPeriods
from tests.support import topic_records as topics

QUERIES = ("error_id=error-1", "connection=netsuite-eu", "number=ACME-1", "object=invoice&assigned=nobody")
AUGUST = ClosedPeriods(periods=(ClosedPeriod(name="Aug 2026", first="2026-08-01", last="2026-08-31"),))


@pytest.fixture
def closed(console):
    """The console of an account that has closed August."""
    console.app = application.create_app(replace(console.context, closed_at=lambda _: AUGUST))
    console.http._transport.app = console.app
    return console


def failed(number, **changes):
    return topics.failed(number, offset=number, at_ms=1_000 + number, **changes)


@pytest.mark.parametrize("act", ["replay", "synced", "ignore"])
@pytest.mark.parametrize("query", QUERIES)
async def test_an_act_is_shown_with_its_figures_before_it_is_done(closed, act, query):
    """Count, sums, closed periods, time; the same on the page and in JSON, and nothing is done."""
    closed.log_in("operator")

    page = (await closed.http.get(f"/acts/{act}?{query}")).text
    found = (await closed.http.get(f"/api/v1/acts/{act}?{query}")).json()

    assert (found["act"], found["documents"], found["amounts"]) == (act, 1, {"EUR": "26.40"})
    assert found["closed_periods"]["periods"] == ["Aug 2026"]
    assert found["takes_s"] > 0
    for each in found["said"]:
        assert each in page
    assert f'action="/acts/{act}"' in page
    assert closed.acts == []


async def test_what_was_shown_is_what_is_done(console):
    """By the form as the page has it."""
    console.log_in("operator")
    console.take(failed(8), failed(9))
    page = (await console.http.get("/acts/replay?connection=netsuite-eu&code=invalid_mapping")).text
    form = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))

    answer = await console.http.post("/acts/replay", data=form | {"reason": "mapped now", "rate": "2.5"})

    assert answer.status_code == 200
    [act] = console.acts
    assert (act.error_ids, act.rate_per_s) == (["error-1", "error-8", "error-9"], 2.5)
    assert act.selection.codes == {"invalid_mapping"}


async def test_what_has_changed_since_it_was_shown_is_shown_again(console):
    """Nobody replays three documents who has looked at two."""
    token = console.log_in("operator")
    plan = (await console.http.get("/api/v1/acts/replay?connection=netsuite-eu")).json()["plan"]
    console.take(failed(8))
    form = {"token": token, "connection": "netsuite-eu", "plan": plan, "reason": "mapped now"}

    answer = await console.http.post("/api/v1/acts/replay", data=form)

    assert (answer.status_code, console.acts) == (409, [])
    assert answer.json()["lines"] == ["Now it would be: Replay 2 documents."]


async def test_a_program_may_act_without_having_looked(console):
    """As before."""
    form = {"token": console.log_in("operator"), "connection": "netsuite-eu", "reason": "mapped now"}

    assert (await console.http.post("/api/v1/acts/replay", data=form)).status_code == 200


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "inf", "1001", "fast"])
async def test_a_rate_that_is_none_is_refused(console, rate):
    """Before anything is done."""
    form = {"token": console.log_in("operator"), "error_id": "error-1", "reason": "x", "rate": rate}

    assert (await console.http.post("/acts/replay", data=form)).status_code == 422
    assert (await console.http.get(f"/api/v1/acts/replay?error_id=error-1&rate={rate}")).status_code == 422
    assert console.acts == []


@pytest.mark.parametrize("path", ["/acts/replay", "/api/v1/acts/replay", "/acts/no", "/api/v1/acts/no"])
async def test_an_address_that_names_no_failures_is_refused(console, path):
    """It would mean all of them."""
    assert (await console.http.get(path)).status_code in {404, 422}


@pytest.mark.parametrize("path", ["/failures", "/api/v1/failures", "/acts/replay", "/api/v1/acts/replay"])
async def test_a_time_that_is_none_is_refused_with_a_sentence(console, path):
    """As at the command line."""
    answer = await console.http.get(f"{path}?since=whenever")

    assert answer.status_code == 422
    assert "since is no time like 2026-08-01" in answer.text


async def test_a_viewer_sees_the_figures_and_no_form(console):
    """The sentence says which role it needs."""
    console.log_in("viewer")

    page = (await console.http.get("/acts/ignore?error_id=error-1")).text

    assert "26.40 EUR" in page
    assert "needs the role operator" in page
    assert 'action="/acts/ignore"' not in page


async def test_failures_are_listed_by_filters_page_by_page(console):
    """On the page and in JSON; the acts are about all that fit."""
    console.take(*(failed(10 + each) for each in range(60)))
    console.log_in("operator")

    page = (await console.http.get("/failures?code=invalid_mapping")).text
    first = (await console.http.get("/api/v1/failures?code=invalid_mapping")).json()
    second = (await console.http.get(first["next"])).json()

    assert page.count('data-label="Document"') == 50
    assert '/acts/replay?code=invalid_mapping">Replay 61 failures' in page
    assert len(first["failures"]) == 50
    assert len(second["failures"]) == 11
    assert "next" not in second
    assert {each["assignee"] for each in first["failures"]} == {""}


async def test_the_page_of_a_failure_says_what_a_replay_would_do(closed):
    """Before its buttons."""
    closed.log_in("operator")

    assert "1 of them lies in a closed period (Aug 2026)" in (await closed.http.get("/failures/error-1")).text
