"""The kinds of difference between Lago and NetSuite, as a finance person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consumer.reconcile.expected import Kind

What = Literal[
    "missing", "extra", "total", "date", "currency", "open_balance", "voided", "not_voided", "duplicated",
    "paid_without_payment",
]  # fmt: skip

TITLES: dict[What, str] = {
    "missing": "not in NetSuite",
    "extra": "in NetSuite, and not in Lago",
    "total": "another total",
    "date": "another date",
    "currency": "another currency",
    "open_balance": "another open amount",
    "voided": "voided in NetSuite, and not in Lago",
    "not_voided": "voided in Lago, and open in NetSuite",
    "duplicated": "twice in NetSuite",
    "paid_without_payment": "paid in Lago without a payment",
}
ACTS: dict[What, str] = {
    "missing": "send it again: lago-netsuite reconcile --repair --go",
    "extra": "look whether it was deleted in Lago; delete or void it in NetSuite",
    "total": "compare both documents; correct NetSuite's by hand",
    "date": "compare both documents; correct NetSuite's by hand",
    "currency": "compare both documents; void NetSuite's, and replay the event",
    "open_balance": "see what is applied to it in NetSuite, and what is paid in Lago",
    "voided": "undo the void in NetSuite, or void it in Lago, too",
    "not_voided": "send it again: lago-netsuite reconcile --repair --go",
    "duplicated": "find what else writes Lago's documents, and void the one without our external id",
    "paid_without_payment": "record the payment in Lago, or set the status back",
}
REPAIRABLE = frozenset({"missing", "not_voided"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    One document that does not agree.

    Attributes:
        lago: what Lago says, as text; empty where it says nothing.
        netsuite: what stands in NetSuite.
        cause: why, where that is known.
        url: of NetSuite's record.
    """

    what: What
    kind: Kind
    number: str
    lago_id: str = ""
    currency: str = ""
    lago: str = ""
    netsuite: str = ""
    netsuite_number: str = ""
    cause: str = ""
    url: str = ""

    @property
    def act(self) -> str:
        """What a person does about it."""
        return ACTS[self.what]
