"""Whether the account routes invoices for approval, so that payments and credit notes wait for it."""

from __future__ import annotations

from consumer.config.connection import Connection
from consumer.preflight import menu_paths
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok

PREFERENCE = "CUSTOMAPPROVALCUSTINVC"
"""The preference as public scripts read it; Oracle documents only the checkbox."""

_FIELD = "approvalstatus"
_ON = frozenset(("T", "true", "True"))


def finding(connection: Connection, facts: Facts) -> Finding:
    """The finding about the approval of new invoices."""
    if str(facts.health.preferences.get(PREFERENCE)) not in _ON:
        return ok("approval", "invoices are not routed for approval")
    if _approves(connection):
        return ok("approval", f"invoices are routed for approval; mapping.fields sets their {_FIELD}")
    return Finding(
        id="approval",
        status="warn",
        says="invoices are routed for approval: payments and credit notes wait until theirs is approved",
        menu=menu_paths.APPROVAL_ROUTING,
        fix='approve them in NetSuite, or set mapping.fields.invoice.approvalstatus: "2" (approved)',
        where=connection.at("mapping.fields.invoice"),
    )


def _approves(connection: Connection) -> bool:
    mapping = connection.mapping
    levels = [mapping.fields, *(one.fields for one in mapping.billing_entities.values())]
    return any(_FIELD in fields.get("invoice", {}) for fields in levels)
