"""All checks: the requests to the account, and the findings from its responses."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.config.connection import Connection
from consumer.preflight import (
    accounting_preferences,
    approval_routing,
    currency_setup,
    customer_subsidiaries,
    form_fields,
    income_accounts,
    login,
    mapped_ids,
    record_forms,
    reference,
    role,
    tax_setup,
)
from consumer.preflight.account_facts import Facts, Listed
from consumer.preflight.finding import Finding
from schemas.reading import CatalogQuestion, HealthQuestion, Kind


def health_question(connection: Connection) -> HealthQuestion:
    """The request for the account's role, features, preferences and forms."""
    return HealthQuestion(
        permissions=[need.permission for need in role.needs(connection)],
        features=(*role.FEATURES, customer_subsidiaries.FEATURE),
        preferences=(*record_forms.PREFERENCES, approval_routing.PREFERENCE),
        fields=record_forms.asked(connection),
        subsidiaries=tax_setup.subsidiaries(connection),
        currencies=currency_setup.ids(connection),
    )


def list_questions(connection: Connection) -> tuple[CatalogQuestion, ...]:
    """The requests for lists: the rows that the connection refers to, and all accounting periods."""
    ids: dict[Kind, list[str]] = {}
    for one in reference.all_of(connection):
        ids.setdefault(one.kind, []).append(one.id)
    named = (CatalogQuestion(kind=kind, ids=tuple(dict.fromkeys(each))) for kind, each in ids.items())
    return (*named, CatalogQuestion(kind="periods"))


def further_questions(connection: Connection, lists: Mapping[Kind, Listed]) -> tuple[CatalogQuestion, ...]:
    """The requests after the first lists: rows whose ids are in these lists."""
    return income_accounts.further_questions(connection, lists.get("items", Listed()).rows)


def findings(connection: Connection, facts: Facts) -> list[Finding]:
    """The findings of all checks, in the order in which to fix them."""
    return [
        *login.findings(connection, facts),
        *role.findings(connection, facts),
        *form_fields.findings(connection, facts),
        *mapped_ids.findings(connection, facts),
        *income_accounts.findings(connection, facts),
        *currency_setup.findings(connection, facts),
        *tax_setup.findings(connection, facts),
        *accounting_preferences.findings(connection, facts),
        approval_routing.finding(connection, facts),
        *customer_subsidiaries.findings(connection, facts),
    ]
