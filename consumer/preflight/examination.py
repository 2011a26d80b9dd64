"""All of it: what to ask an account, and what its answers mean for a connection."""

from __future__ import annotations

from consumer.connection import Connection
from consumer.preflight import access, bookkeeping, form, mapped, reference, role, tax_setup
from consumer.preflight.facts import Facts
from consumer.preflight.finding import Finding
from schemas.reading import CatalogQuestion, HealthQuestion, Kind


def health_question(connection: Connection) -> HealthQuestion:
    """What to ask of account, role and forms."""
    return HealthQuestion(
        permissions=[need.permission for need in role.needs(connection)],
        features=role.FEATURES,
        preferences=tuple(form.PREFERENCES),
        fields=form.asked(connection),
        subsidiaries=tax_setup.subsidiaries(connection),
    )


def list_questions(connection: Connection) -> tuple[CatalogQuestion, ...]:
    """Which rows of which lists to ask for: what the connection names, and every period."""
    ids: dict[Kind, list[str]] = {}
    for one in reference.all_of(connection):
        ids.setdefault(one.kind, []).append(one.id)
    named = (CatalogQuestion(kind=kind, ids=tuple(dict.fromkeys(each))) for kind, each in ids.items())
    return (*named, CatalogQuestion(kind="periods"))


def findings(connection: Connection, facts: Facts) -> list[Finding]:
    """Everything that was looked at, in the order in which to mend it."""
    return [
        *access.findings(connection, facts),
        *role.findings(connection, facts),
        *form.findings(connection, facts),
        *mapped.findings(connection, facts),
        *tax_setup.findings(connection, facts),
        *bookkeeping.findings(connection, facts),
    ]
