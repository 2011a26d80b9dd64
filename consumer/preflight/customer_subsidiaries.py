"""Whether a customer can be billed by the subsidiaries of several billing entities."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.config.connection import Connection
from consumer.preflight import menu_paths
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding

FEATURE = "MULTISUBSIDIARYCUSTOMER"


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Warn where billing entities have other subsidiaries than customers, who can have only one."""
    own = connection.customers.subsidiary
    entities = connection.mapping.billing_entities.items()
    others = [code for code, rules in entities if rules.subsidiary and rules.subsidiary != own]
    if not others or not facts.has("SUBSIDIARIES") or facts.has(FEATURE):
        return
    yield Finding(
        id=f"feature.{FEATURE}",
        status="warn",
        says=f"customers have only one subsidiary: one of subsidiary {own} cannot be billed by {others[0]}",
        menu=f"{menu_paths.FEATURES} > Company",
        fix="enable Multi-Subsidiary Customer; the RESTlet then adds subsidiaries to customers as needed",
        where=connection.at(f"mapping.billing_entities.{others[0]}.subsidiary"),
    )
