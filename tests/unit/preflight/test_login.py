"""Clock, login, certificate and script: what a refusal means, and what is worth a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from consumer.preflight import login
from consumer.preflight.account_facts import Facts
from schemas import wire
from schemas.reading import Health, User
from tests.support.connection_files import connection

TODAY = date(2026, 8, 1)
FACTS = Facts(
    health=Health(),
    lists={},
    script=wire.ScriptInfo(version=wire.SCRIPT_VERSION),
    account=wire.AccountInfo(id="1234567_SB1", environment="SANDBOX"),
    today=TODAY,
    skew_s=0.0,
)
OAUTH2 = connection(
    auth={
        "type": "oauth2",
        "client_id": "env:ID",
        "certificate_id": "env:CERTIFICATE",
        "private_key": "file:/key.pem",
    }
)


def _of(facts=FACTS, to=OAUTH2):
    return {one.id: one for one in login.findings(to, facts)}


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("INVALID_LOGIN_ATTEMPT", "login"),
        ("invalid_grant", "login"),
        ("HTTP_403", "login"),
        ("wrong_account", "account"),
        ("SSS_INVALID_SCRIPTLET_ID", "script.deployment"),
        ("SSS_METHOD_NOT_IMPLEMENTED", "script.deployment"),
        ("LAGO_UNKNOWN_OPERATION", "script.version"),
        ("CONTRACT", "script.version"),
        ("ConnectTimeout", "connection"),
    ],
)
def test_a_refusal_is_named_after_what_has_to_be_mended(code, finding):
    found = login.of_refusal(connection(), code, "the reason", 0.0)

    assert [(one.id, one.status) for one in found] == [("clock", "ok"), (finding, "fail")]
    assert found[1].says == "the reason"
    assert found[1].fix


def test_a_refusal_without_a_date_says_nothing_of_the_clock():
    found = login.of_refusal(connection(), "ConnectTimeout", "the reason", None)

    assert [one.id for one in found] == ["connection"]


def test_a_login_that_fails_by_the_clock_is_a_matter_of_the_clock():
    """Nobody should go looking for a wrong secret."""
    found = login.of_refusal(connection(), "INVALID_LOGIN_ATTEMPT", "the reason", -400.0)

    assert [(one.id, one.status) for one in found] == [("clock", "fail")]


@pytest.mark.parametrize(
    ("skew_s", "status"),
    [(0.0, "ok"), (59.0, "ok"), (60.0, "warn"), (-300.0, "warn"), (301.0, "fail"), (None, "unknown")],
)
def test_a_clock_is_judged_by_how_far_it_is_off(skew_s, status):
    """NetSuite refuses signatures beyond five minutes."""
    assert _of(replace(FACTS, skew_s=skew_s))["clock"].status == status


@pytest.mark.parametrize(
    ("days", "status"), [(-1, "fail"), (0, "warn"), (30, "warn"), (31, "ok"), (None, "unknown")]
)
def test_a_certificate_is_warned_of_a_month_ahead(days, status):
    ends = None if days is None else TODAY + timedelta(days=days)

    assert _of(replace(FACTS, certificate_ends=ends))["login.certificate"].status == status


def test_an_access_token_has_no_certificate():
    assert "login.certificate" not in _of(to=connection())


@pytest.mark.parametrize(("version", "status"), [(wire.SCRIPT_VERSION, "ok"), ("0.9.0", "warn")])
def test_another_version_of_the_script_is_warned_of(version, status):
    assert _of(replace(FACTS, script=wire.ScriptInfo(version=version)))["script.version"].status == status


@pytest.mark.parametrize(("version", "is_old"), [("1.0.0", True), ("unknown", True), ("99.0.0", False)])
def test_a_script_that_is_too_old_is_said_to_lack_something(version, is_old):
    """A newer one is only another one."""
    says = _of(replace(FACTS, script=wire.ScriptInfo(version=version)))["script.version"].says

    assert ("too old" in says) == is_old


@pytest.mark.parametrize(
    ("user", "said"),
    [
        (User(role="administrator", role_id="3"), {"login.role": "warn"}),
        (User(role="3"), {"login.role": "warn"}),
        (User(role="customrole_lago_netsuite", role_id="1042"), {}),
    ],
)
def test_a_login_as_administrator_is_warned_of(user, said):
    """An older script tells the role only once."""
    found = _of(replace(FACTS, health=Health(user=user, language="en_US")))

    assert {name: one.status for name, one in found.items() if one.status in ("warn", "fail")} == said


@pytest.mark.parametrize(
    ("language", "status"), [("en_US", None), ("en_GB", None), ("de_DE", "warn"), (None, "unknown")]
)
def test_a_language_other_than_english_is_warned_of(language, status):
    found = _of(replace(FACTS, health=Health(language=language))).get("login.language")

    assert (found and found.status) == status
