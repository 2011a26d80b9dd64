"""An emulated account for `check` without a network, and a connection that fits it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.preflight import checks
from consumer.preflight.account_facts import Facts, Listed
from consumer.preflight.finding import Finding
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.account_setting import flipped
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript.runner import call
from schemas import wire
from schemas.reading import CatalogQuestion, Kind, Question
from tests.support import connection_files
from tests.support.restlet import DEPLOYMENT, SCRIPT

TODAY = date(2026, 8, 1)
ITEMS: dict[str, Any] = {
    "fallback_item": {"id": "801", "account": "4000"},
    "subscription_fee": {"id": "802"},
    "coupon": {"id": "804"},
    "prepaid_credit": {"id": "805"},
    "progressive_billing": {"id": "805"},
    "credit_note": {"id": "806"},
    "plans": {"enterprise": {"id": "810"}},
    "billable_metrics": {"storage_gb": {"id": "811", "account": "4010"}},
}
ONE_WORLD: dict[str, Any] = ITEMS | {
    "tax": {"mode": "suitetax", "nexus": "9", "type": "5", "code": "6", "taxes": {"vat_7": {"code": "7"}}},
    "currencies": {"EUR": "2", "USD": "1"},
    "payments": {"account": "110", "methods": {"manual": "9"}},
    "fields": {
        "invoice": {"location": "3", "department": "1"},
        "invoice_line": {"class": "7"},
    },
    "billing_entities": {
        "acme-fr": {
            "subsidiary": "4",
            "subscription_fee": {"id": "902"},
            "tax": {"mode": "suitetax", "nexus": "11", "type": "8", "code": "12"},
        }
    },
}
SINGLE_COMPANY: dict[str, Any] = ITEMS | {
    "tax": {"mode": "legacy", "code": "1"},
    "currencies": {"EUR": "2", "USD": "1"},
    "payments": {"account": "110", "methods": {"manual": "9"}},
    "fields": {"invoice": {"location": "3", "department": "1"}, "invoice_line": {"class": "7"}},
}
LOCATED: dict[str, Any] = {
    kind: {"location": "3", "department": "1"}
    for kind in ("invoice", "credit_note", "sales_order", "payment")
}
MAPPINGS: dict[str, dict[str, Any]] = {
    "default": ONE_WORLD,
    "reversing-voids": ONE_WORLD,
    "approval-routing": ONE_WORLD,
    "closed-period": ONE_WORLD,
    "tight-limits": ONE_WORLD,
    "location-mandatory": ONE_WORLD | {"fields": LOCATED | {"invoice_line": {"class": "7"}}},
    "computes-tax": ONE_WORLD,
    "legacy-us": SINGLE_COMPANY,
    "single-currency": SINGLE_COMPANY | {"currencies": {"USD": "1"}},
}


WITHOUT_SUBSIDIARIES = ("legacy-us", "single-currency")


def connection(profile: str = "default", **changes: Any) -> Connection:
    """A connection without findings at that profile, except those that the profile is made for."""
    given: dict[str, Any] = {
        "account_id": Profile.load(profile).account_id,
        "sync": {"sales_orders": True},
        "mapping": MAPPINGS[profile],
        "concurrency": Profile.load(profile).concurrency,
    }
    if profile in WITHOUT_SUBSIDIARIES:
        given |= {"customers": {"subsidiary": None}}
    return connection_files.connection(**(given | changes))


def findings(
    profile: str = "default", flips: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Finding]:
    """The findings of `check --deep` for a profile with changed settings, by id."""
    account = Account.open(Profile.load(profile), None, FakeClock())
    try:
        for path, value in (flips or {}).items():
            account = account.under(flipped(account.profile, path, value))
        wanted = connection(profile, **changes)
        found = checks.findings(wanted, facts(account, wanted))
    finally:
        account.close()
    assert len({one.id for one in found}) == len(found), "two findings of one id"
    return {one.id: one for one in found}


def facts(account: Account, wanted: Connection) -> Facts:
    """The RESTlet's responses about an account."""
    told = _ask(account, checks.health_question(wanted))
    lists = _lists(account, checks.list_questions(wanted))
    return Facts(
        health=told.health,
        lists=lists | _lists(account, checks.further_questions(wanted, lists)),
        script=told.script,
        account=told.account,
        today=TODAY,
        skew_s=0.0,
        at_once=5,
    )


def _lists(account: Account, questions: Iterable[CatalogQuestion]) -> dict[Kind, Listed]:
    return {question.kind: Listed.of([_ask(account, question).catalog]) for question in questions}


def _ask(account: Account, question: Question) -> wire.Response:
    answer = call(
        account, script=SCRIPT, deploy=DEPLOYMENT, verb="POST", params={}, body=question.body().decode()
    )
    assert answer.status == 200, answer.body
    return wire.Response.model_validate_json(answer.body)
