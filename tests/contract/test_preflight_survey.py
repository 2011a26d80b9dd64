"""`check --deep` over HTTP against the sandbox: what shows only on the wire, and settings flipped there."""

from __future__ import annotations

import asyncio

import pytest

from consumer.commands.check_account import of_account
from tests.contract import sandbox_server
from tests.support import preflight_account


@pytest.fixture(scope="module")
def netsuite():
    with sandbox_server.running() as made:
        yield made


@pytest.fixture(autouse=True)
def _restored(netsuite):
    """Every test begins with the account as it was."""
    netsuite.http.delete("/sandbox/settings").raise_for_status()


def _flip(netsuite, setting, value):
    return netsuite.http.post("/sandbox/settings", json={"setting": setting, "value": value})


def _connection(netsuite, auth="tba", **changes):
    fitting = preflight_account.connection()
    mine = {"customers": fitting.customers, "mapping": fitting.mapping, "sync": fitting.sync}
    return netsuite.connection(auth, **(mine | changes))


def _look(netsuite, auth="tba", **changes):
    found = asyncio.run(
        of_account(_connection(netsuite, auth, **changes), netsuite.clock, sandbox_server.no_sleep)
    )
    return {one.id: one for one in found}


def _said(found):
    return {one.id: one.status for one in found.values() if one.status in ("warn", "fail")}


@pytest.mark.parametrize("auth", ["tba", "oauth2"])
def test_an_account_that_fits_has_nothing_said_against_it(netsuite, auth):
    """Both ways to log in."""
    found = _look(netsuite, auth)

    assert _said(found) == {}
    assert {found[name].status for name in ("clock", "login", "account", "script.version")} == {"ok"}


def test_a_wrong_secret_is_a_matter_of_the_login(netsuite):
    found = _look(netsuite, netsuite.credentials["tba"] | {"token_secret": "another"})

    assert _said(found) == {"login": "fail"}
    assert found["login"].menu == "Setup > Users/Roles > Access Tokens"


def test_an_unknown_certificate_is_a_matter_of_the_login(netsuite):
    found = _look(netsuite, netsuite.credentials["oauth2"] | {"certificate_id": "another"})

    assert _said(found) == {"login": "fail"}
    assert "OAuth 2.0" in found["login"].menu


def test_a_secret_that_is_not_there_is_a_matter_of_the_login(netsuite, monkeypatch):
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)

    found = _look(netsuite, netsuite.credentials["tba"] | {"token_secret": "env:NO_SUCH_SECRET"})

    assert _said(found) == {"login": "fail"}
    assert "NO_SUCH_SECRET" in found["login"].says


@pytest.mark.parametrize("auth", ["tba", "oauth2"])
@pytest.mark.parametrize(("ahead_s", "status"), [(301, "fail"), (-301, "fail"), (120, "warn")])
def test_a_clock_that_differs_is_named_before_the_login_that_fails_by_it(netsuite, auth, ahead_s, status):
    """NetSuite says only "invalid login attempt"; the date of its answer says why."""
    _flip(netsuite, "switches.clock_ahead_s", ahead_s)

    found = _look(netsuite, auth)

    assert _said(found) == {"clock": status}
    assert f"{abs(ahead_s)} s {'behind' if ahead_s > 0 else 'ahead of'} NetSuite's" in found["clock"].says


def test_a_deployment_in_testing_is_named(netsuite):
    _flip(netsuite, "scripts.customscript_lago_netsuite.status", "TESTING")

    found = _look(netsuite)

    assert _said(found) == {"script.deployment": "fail"}
    assert "Released" in found["script.deployment"].fix


def test_a_role_outside_of_the_audience_is_named(netsuite):
    _flip(netsuite, "scripts.customscript_lago_netsuite.roles", [3])

    found = _look(netsuite)

    assert _said(found) == {"script.deployment": "fail"}
    assert "audience" in found["script.deployment"].fix


def test_a_role_for_web_services_only_is_a_matter_of_the_login(netsuite):
    _flip(netsuite, "user.web_services_only", True)

    assert _said(_look(netsuite)) == {"login": "fail"}


def test_another_environment_than_the_configured_one_is_named(netsuite):
    _flip(netsuite, "environment", "PRODUCTION")

    assert _said(_look(netsuite)) == {"account": "fail"}


def test_an_account_that_is_away_is_named(netsuite):
    """Three attempts, then the sentence."""
    netsuite.inject("503", times=3)

    assert _said(_look(netsuite)) == {"connection": "fail"}


def test_a_cap_below_the_configured_one_is_named(netsuite):
    _flip(netsuite, "latency", {"per_call_s": 0.05})
    _flip(netsuite, "concurrency", 2)

    assert _said(_look(netsuite, concurrency=5)) == {"concurrency": "warn"}


def test_a_flipped_setting_is_shown_and_restored(netsuite):
    _flip(netsuite, "preferences.LOCMANDATORY", "T").raise_for_status()
    flipped = netsuite.http.get("/sandbox/settings").json()
    netsuite.http.delete("/sandbox/settings").raise_for_status()
    restored = netsuite.http.get("/sandbox/settings").json()

    assert flipped["preferences"]["LOCMANDATORY"] == "T"
    assert restored == flipped | {"preferences": flipped["preferences"] | {"LOCMANDATORY": "F"}}
    assert "integrations" not in restored


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("unheard_of", 1, "unheard_of"),
        ("account_id", "7", "account_id"),
        ("items.4711.inactive", True, "4711"),
        ("concurrency", 0, "concurrency"),
        ("features.SUBSIDIARIES", "T", "features.NAME"),
        ("concurrency.most", 1, "concurrency.most"),
        ("switches.unheard_of", 1, "unheard_of"),
    ],
)
def test_what_cannot_be_flipped_is_refused_by_name(netsuite, setting, value, said):
    before = netsuite.http.get("/sandbox/settings").json()

    answer = _flip(netsuite, setting, value)

    assert answer.status_code == 400
    assert said in " ".join(answer.json()["error"])
    assert netsuite.http.get("/sandbox/settings").json() == before


def test_a_request_without_a_setting_is_refused(netsuite):
    answer = netsuite.http.post("/sandbox/settings", json={"value": 1})

    assert (answer.status_code, answer.json()["error"]) == (400, ["setting: Field required"])


@pytest.mark.parametrize(("name", "per_call_s"), [("fast", 0.0), ("typical", 0.6), ("slow", 4.0)])
def test_a_latency_goes_by_its_name(netsuite, name, per_call_s):
    _flip(netsuite, "latency", name).raise_for_status()

    assert netsuite.http.get("/sandbox/settings").json()["latency"]["per_call_s"] == per_call_s
