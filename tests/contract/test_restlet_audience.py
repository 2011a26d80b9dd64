"""Who may call the script at all: the deployment's audience, and roles that are for web services only."""

from __future__ import annotations

import json

from consumer.outcome import AccountDown
from consumer.sandbox.netsuite.profile import Profile
from tests.contract import sandbox_server
from tests.support.restlet import NetSuite

DEFAULT = Profile.load()


def _deployed_to(*roles):
    return tuple(script.model_copy(update={"roles": roles}) for script in DEFAULT.scripts)


def test_row_13_a_role_outside_of_the_audience_finds_no_script():
    answer = NetSuite(scripts=_deployed_to(3)).call({"v": 1, "op": "health"})

    assert json.loads(answer.body)["error"]["code"] == "SSS_INVALID_SCRIPTLET_ID"


def test_row_13_a_role_of_the_audience_is_answered():
    answer = NetSuite(scripts=_deployed_to(3, DEFAULT.user.role)).call({"v": 1, "op": "health"})

    assert answer.status == 200


async def test_row_14_a_role_for_web_services_only_cannot_log_in():
    """Whatever its credentials are."""
    user = DEFAULT.user.model_copy(update={"web_services_only": True})

    with sandbox_server.running(DEFAULT.model_copy(update={"user": user})) as box:
        answered = await box.ping()

    assert isinstance(answered, AccountDown)
    assert "INVALID_LOGIN_CREDENTIALS" in answered.reason
