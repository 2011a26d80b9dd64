"""All checks: the requests to the account, and the findings from its responses."""

from __future__ import annotations

from consumer.config.connection import Connection
from consumer.preflight import (
    accounting_preferences,
    approval_routing,
    form_fields,
    login,
    mapped_ids,
    reference,
    role,
    tax_setup,
)
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding
from schemas.reading import CatalogQuestion, HealthQuestion, Kind


def health_question(connection: Connection) -> HealthQuestion:
    """The request for the account's role, features, preferences and forms."""
    return HealthQuestion(
        permissions=[need.permission for need in role.needs(connection)],
        features=role.FEATURES,
        preferences=(*form_fields.PREFERENCES, approval_routing.PREFERENCE),
        fields=form_fields.asked(connection),
        subsidiaries=tax_setup.subsidiaries(connection),
    )


def list_questions(connection: Connection) -> tuple[CatalogQuestion, ...]:
    """The requests for lists: the rows that the connection refers to, and all accounting periods."""
    ids: dict[Kind, list[str]] = {}
    for one in reference.all_of(connection):
        ids.setdefault(one.kind, []).append(one.id)
    named = (CatalogQuestion(kind=kind, ids=tuple(dict.fromkeys(each))) for kind, each in ids.items())
    return (*named, CatalogQuestion(kind="periods"))


def findings(connection: Connection, facts: Facts) -> list[Finding]:
    """The findings of all checks, in the order in which to fix them."""
    return [
        *login.findings(connection, facts),
        *role.findings(connection, facts),
        *form_fields.findings(connection, facts),
        *mapped_ids.findings(connection, facts),
        *tax_setup.findings(connection, facts),
        *accounting_preferences.findings(connection, facts),
        approval_routing.finding(connection, facts),
    ]
