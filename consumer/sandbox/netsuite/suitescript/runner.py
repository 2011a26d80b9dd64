"""One call of a deployed RESTlet, from query and body to NetSuite's response."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict, Unpack

import quickjs

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import Script
from consumer.sandbox.netsuite.suitescript import engine
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.host_calls import Host
from consumer.sandbox.netsuite.suitescript.response import Answer, refusal

_ENTRY_POINTS = {"GET": "get", "POST": "post", "PUT": "put", "DELETE": "delete"}
_NO_SCRIPT = "That Suitelet is invalid, disabled, or no longer exists."
_MS_PER_HOUR = 3_600_000


class ScriptCall(TypedDict):
    """
    A call of a script.

    Attributes:
        script: the script's id; `deploy` is that of its deployment.
        verb: the HTTP method.
        params: parameters of the query, without `script` and `deploy`.
        body: the body as text; None without one.
    """

    script: str
    deploy: str
    verb: str
    params: Mapping[str, str]
    body: str | None


def call(account: Account, **requested: Unpack[ScriptCall]) -> Answer:
    """
    Run a script and wait for it; several threads may do so at once, each with an engine of its own.

    Errors are responses: 400 with NetSuite's error body, 405 when the script has no entry point for the verb.
    """
    verb = requested["verb"]
    found = _deployment(account, requested["script"], requested["deploy"])
    if found is None:
        return refusal("SSS_INVALID_SCRIPTLET_ID", _NO_SCRIPT)
    argument = _argument(verb, requested["params"], requested["body"])
    profile = account.profile
    meter = Meter(units=profile.units, time_limit_s=profile.time_limit_s, clock=account.clock)
    try:
        outcome = engine.of_this_thread().run(
            Host(account, meter), _settings(account, found), found.file, _ENTRY_POINTS[verb], argument
        )
    except quickjs.JSException as error:
        return refusal("UNEXPECTED_ERROR", str(error))
    if meter.stopped is not None:  # a script cannot catch this in NetSuite
        return refusal(meter.stopped.name, meter.stopped.message)
    return _answer(account, outcome)


def _deployment(account: Account, script: str, deploy: str) -> Script | None:
    matching = (one for one in account.profile.scripts if one.id == script and one.deploy == deploy)
    role = account.profile.user.role
    released = (one for one in matching if one.status == "RELEASED")
    return next((one for one in released if one.roles is None or role in one.roles), None)


def _argument(verb: str, params: Mapping[str, str], body: str | None) -> str:
    if verb in ("GET", "DELETE"):
        return json.dumps({key: value for key, value in params.items() if key not in ("script", "deploy")})
    return body or "null"


def _settings(account: Account, script: Script) -> dict[str, Any]:
    profile = account.profile
    return {
        "catalogue": account.catalogue.number,
        "accountId": profile.account_id,
        "environment": profile.environment,
        "version": "2026.2",
        "script": script.id,
        "deploy": script.deploy,
        "features": sorted(profile.features),
        "permissions": profile.permissions,
        "preferences": profile.preferences,
        "user": {"id": profile.user.id, "email": profile.user.email, "role": profile.user.role},
        "utcOffsetMs": profile.switches.utc_offset_h * _MS_PER_HOUR,
    }


def _answer(account: Account, outcome: dict[str, Any]) -> Answer:
    match outcome:
        case {"unreadable": str(reason)}:
            return refusal("INVALID_REQUEST", f"The request body is not JSON: {reason}")
        case {"json": str(text)} | {"text": str(text)}:
            return Answer(status=200, content_type="application/json", body=text)
        case {"thrown": {"name": str(name), "message": str(message), "json": str(whole)}}:
            return refusal(name, whole if account.profile.switches.error_message == "json" else message)
        case _:
            refused = refusal("SSS_METHOD_NOT_IMPLEMENTED", "The script has no entry point for this method.")
            return Answer(status=405, content_type=refused.content_type, body=refused.body)
