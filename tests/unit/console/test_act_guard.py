"""An act is done by those who may, from a page of ours, at a human pace; what is refused is audited."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Mount, Route

from consumer.console import act_roles, acts, context, routes
from consumer.console.person import Person
from tests.support.console_app import ORIGIN

FORM = {"error_id": "error-1", "reason": "mapped now"}
ROLES = ("viewer", "operator", "admin")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("act", context.ACTS)
async def test_an_act_is_done_by_those_whose_role_allows_it(console, act, role):
    """The others get a sentence, and the audit an entry."""
    token, may = console.log_in(role), Person(name="ada", role=role).may(act_roles.ROLES[act])

    answer = await console.http.post(f"/acts/{act}", data=FORM | {"token": token})

    assert answer.status_code == (200 if may else 403)
    assert len(console.acts) == may
    assert [(each.name, each.details["act"]) for each in console.audited] == [("act_refused", act)] * (
        not may
    )
    if not may:
        assert f"this needs the role {act_roles.ROLES[act]}" in answer.text


def test_every_act_has_a_role():
    """One without could not be done by anybody."""
    assert set(act_roles.ROLES) >= acts.NAMES


def test_only_acts_change_anything():
    """A page that took another method would need no token."""
    for route in (*routes.PAGES, *routes.PUBLIC):
        if not isinstance(route, Mount):
            assert isinstance(route, Route)
            assert route.methods == {"GET", "HEAD"}


@pytest.mark.parametrize("route", routes.ACTS, ids=lambda route: route.path)
async def test_no_act_is_done_without_the_token_of_the_session(console, route):
    """Whatever the route."""
    console.log_in("admin")

    answer = await console.http.post(route.path.format(act="replay", draft_id="none"), data=FORM)

    assert answer.status_code == 403
    assert console.acts == []


async def test_a_form_of_a_lost_session_is_filled_in_again(console):
    """The reason that somebody has written is not lost, and nothing is done before they look again."""
    old = console.log_in("operator")
    console.log_in("operator")

    answer = await console.http.post(
        "/acts/replay", data=FORM | {"token": old}, headers={"sec-fetch-site": "same-origin"}
    )

    assert (answer.status_code, console.acts) == (403, [])
    again = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', answer.text))
    assert {name: again[name] for name in FORM} == FORM
    assert (await console.http.post("/acts/replay", data=again)).status_code == 200
    assert [each.reason for each in console.acts] == ["mapped now"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
    ],
)
async def test_what_another_site_sends_is_refused_before_it_is_read(console, headers):
    """Also with a token that is right."""
    form = FORM | {"token": console.log_in("admin")}

    answer = await console.http.post("/acts/replay", data=form, headers=headers)

    assert (answer.status_code, console.acts) == (403, [])
    assert "mapped now" not in answer.text


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": ORIGIN}, {}])
async def test_what_a_page_of_ours_or_a_program_sends_is_done(console, headers):
    """Browsers say where a form comes from; programs do not."""
    form = FORM | {"token": console.log_in("operator")}

    assert (await console.http.post("/acts/replay", data=form, headers=headers)).status_code == 200


async def test_a_program_sends_json_and_the_token_as_a_header(console):
    """The same act."""
    token = console.log_in("operator")

    answer = await console.http.post("/acts/replay", json=FORM, headers={"x-csrf-token": token})

    assert answer.status_code == 200
    assert [each.error_ids for each in console.acts] == [["error-1"]]


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'{"reason": 1}', b'{"reason": {"a": "b"}}', b"[" * 60_000, b""]
)
async def test_json_that_is_no_form_is_refused(console, body):
    """With a sentence."""
    headers = {"content-type": "application/json", "x-csrf-token": console.log_in("operator")}

    answer = await console.http.post("/acts/replay", content=body, headers=headers)

    assert (answer.status_code, console.acts) == (422, [])


async def test_a_form_of_too_many_fields_is_refused(console):
    """Before they are taken apart."""
    body = "&".join(f"a{number}=1" for number in range(5_000))

    assert (await console.http.post("/acts/replay", content=body)).status_code == 413


async def test_a_person_acts_at_a_bounded_rate(console):
    """And waits for as long as the answer says; others do not wait."""
    form = FORM | {"token": console.log_in("operator")}
    answers = [await console.http.post("/acts/replay", data=form) for _ in range(61)]

    assert [each.status_code for each in answers] == [200] * 60 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    other = FORM | {"token": console.log_in("operator", name="grace")}
    assert (await console.http.post("/acts/replay", data=other)).status_code == 200
    console.clock.advance(1)
    form = FORM | {"token": console.log_in("operator")}
    assert (await console.http.post("/acts/replay", data=form)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_no_act_is_not_found(console, role):
    """Nobody may do it."""
    answer = await console.http.post("/acts/delete", data=FORM | {"token": console.log_in(role)})

    assert answer.status_code == 404
