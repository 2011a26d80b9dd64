"""Connections as values and as the text of a `connections.yaml`, complete unless a test says otherwise."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from consumer.config.connection import Connection
from tests.support.lago import ORGANIZATION_ID

Settings = dict[str, Any]

BARE_MAPPING: Settings = {}

FULL_MAPPING: Settings = {
    "fallback_item": {"id": "801", "account": "4000"},
    "subscription_fee": {"id": "802"},
    "minimum_commitment": {"id": "803"},
    "coupon": {"id": "804"},
    "prepaid_credit": {"id": "805"},
    "progressive_billing": {"id": "807"},
    "credit_note": {"id": "806"},
    "plans": {"enterprise": {"id": "810"}},
    "billable_metrics": {"api_calls": {"id": "811", "account": "4010"}},
    "add_ons": {"setup": {"id": "812"}},
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6"},
    "currencies": {"EUR": "2", "USD": "1", "JPY": "3", "KWD": "4", "HUF": "5"},
}

DEFAULTS: Settings = {
    "code": "netsuite-eu",
    "name": "NetSuite Europe",
    "account_id": "1234567_SB1",
    "environment": "sandbox",
    "restlet_url": "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
    "?script=customscript_lago_netsuite&deploy=customdeploy_lago_netsuite",
    "auth": {
        "type": "tba",
        "client_id": "env:NETSUITE_CLIENT_ID",
        "client_secret": "env:NETSUITE_CLIENT_SECRET",
        "token_id": "env:NETSUITE_TOKEN_ID",
        "token_secret": "env:NETSUITE_TOKEN_SECRET",
    },
    "lago": {
        "organization_id": ORGANIZATION_ID,
        "organization_slug": "acme",
        "front_url": "https://app.getlago.example",
    },
    "customers": {"subsidiary": "1"},
    "mapping": FULL_MAPPING,
}
LINE_MODE: Settings = {"credits": "line", "sync": {"credit_notes": False}}
"""Spent credit notes as negative lines, where no memos are booked that would count the credit once more."""


def settings(**changes: Any) -> Settings:
    """
    One entry of the file as plain values.

    A mapping given replaces the whole mapping; of other sections, single keys are replaced. Keys given as
    None are left out.
    """
    merged = DEFAULTS | {key: _merged(key, value) for key, value in changes.items()}
    return {key: value for key, value in merged.items() if value is not None}


def _merged(key: str, value: Any) -> Any:
    before = DEFAULTS.get(key)
    is_section = key not in {"mapping", "auth"} and isinstance(before, dict) and isinstance(value, dict)
    return before | value if is_section else value


def connection(**changes: Any) -> Connection:
    """A connection, with the changes of `settings`."""
    return Connection.model_validate(settings(**changes))


def yaml_text(*entries: Settings) -> str:
    """The file that holds these entries; one of defaults when none is given."""
    text = StringIO()
    YAML().dump({"connections": list(entries or (settings(),))}, text)
    return text.getvalue()
