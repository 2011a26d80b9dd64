"""The kinds of difference between Lago and NetSuite, as a finance person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consumer.reconcile.expected import Kind

What = Literal[
    "missing", "extra", "total", "tax", "date", "currency", "customer", "subsidiary", "number",
    "open_balance", "voided", "not_voided", "not_approved", "duplicated", "paid_without_payment",
    "not_applied", "refund_missing", "customer_missing", "edited", "deleted",
    "paid_in_netsuite", "line_missing", "line_extra", "line_item", "line_account", "line_amount", "line_tax",
    "unmapped", "ambiguous", "customer_ambiguous", "customer_name", "customer_currency",
    "customer_subsidiary",
]  # fmt: skip

TITLES: dict[What, str] = {
    "missing": "not in NetSuite",
    "extra": "in NetSuite, and not in Lago",
    "total": "another total",
    "tax": "another tax",
    "date": "another date",
    "currency": "another currency",
    "customer": "booked on another customer",
    "subsidiary": "in another subsidiary",
    "number": "another number",
    "open_balance": "another open amount",
    "voided": "voided in NetSuite, and not in Lago",
    "not_voided": "voided in Lago, and open in NetSuite",
    "not_approved": "in NetSuite, and not approved",
    "duplicated": "twice in NetSuite",
    "paid_without_payment": "paid in Lago without a payment",
    "not_applied": "on account in NetSuite, and on an invoice in Lago",
    "refund_missing": "paid back in Lago, and not in NetSuite",
    "customer_missing": "not in NetSuite",
    "edited": "edited in NetSuite after it was written",
    "deleted": "deleted in NetSuite",
    "paid_in_netsuite": "paid in NetSuite, and not in Lago",
    "line_missing": "a line is not in NetSuite",
    "line_extra": "a line is in NetSuite, and not in Lago",
    "line_item": "a line with another item",
    "line_account": "a line on another account",
    "line_amount": "a line with another amount",
    "line_tax": "a line with another tax",
    "unmapped": "in NetSuite, and refused by our mapping",
    "ambiguous": "several records in NetSuite fit",
    "customer_ambiguous": "several customers in NetSuite fit",
    "customer_name": "has another name in NetSuite",
    "customer_currency": "has another primary currency in NetSuite",
    "customer_subsidiary": "is in another subsidiary",
}
LIKELY_CAUSES: dict[What, str] = {
    "missing": "nothing has failed and nothing waits: its webhook did not arrive",
    "extra": "it was deleted in Lago, or somebody else writes Lago's ids",
    "total": "it was edited in NetSuite, or a script or workflow there changes it",
    "tax": "a tax code or a tax engine in NetSuite computed another one",
    "date": "it was re-dated in NetSuite, or posted to another period",
    "currency": "it was entered by hand, or by another integration",
    "customer": "it was moved in NetSuite, or its customer was merged into another",
    "subsidiary": "the mapping of the billing entity was changed after it was booked",
    "number": "it was renumbered in NetSuite, or NetSuite numbers such documents by itself",
    "open_balance": "one side has a payment or a credit on it that the other has not",
    "voided": "somebody has voided it in NetSuite",
    "not_voided": "the webhook of the void did not arrive",
    "not_approved": "NetSuite routes it for approval, and does not post it before",
    "duplicated": "another integration writes Lago's documents, too",
    "paid_without_payment": "a person has marked it as paid in Lago",
    "not_applied": "it was unapplied in NetSuite, or its invoice was settled by something else before",
    "refund_missing": "the refund was made outside of NetSuite, and not entered",
    "customer_missing": "its webhook did not arrive",
    "edited": "somebody has changed it in NetSuite",
    "deleted": "somebody has deleted it in NetSuite",
    "paid_in_netsuite": "somebody has entered a payment or a credit in NetSuite",
    "line_missing": "whoever wrote the document left it away",
    "line_extra": "it is a spent credit as a line, or somebody has added it",
    "line_item": "the other integration maps it to another item",
    "line_account": "the other integration maps it to another account",
    "line_amount": "the other integration computes it in another way, or somebody has edited it",
    "line_tax": "the other integration maps or rounds the tax in another way",
    "unmapped": "a setting of the mapping is missing",
    "ambiguous": "another integration or a person has written it twice",
    "customer_ambiguous": "it was entered twice, or its documents are booked on several customers",
    "customer_name": "it was renamed on one side",
    "customer_currency": "it was set up with another currency in NetSuite",
    "customer_subsidiary": "it was set up in another subsidiary, or the mapping names another",
}
ACTS: dict[What, str] = {
    "missing": "send it again: lago-netsuite reconcile --repair --go",
    "extra": "look whether it was deleted in Lago; delete or void it in NetSuite",
    "total": "compare both documents; correct NetSuite's by hand",
    "tax": "compare the tax lines of both; correct NetSuite's by hand, and check mapping.tax",
    "date": "compare both documents; correct NetSuite's by hand",
    "currency": "compare both documents; void NetSuite's, and replay the event",
    "customer": "see which customer owes it; correct the customer in NetSuite, or the link in Lago",
    "subsidiary": "correct mapping.billing_entities, or void NetSuite's document and replay the event",
    "number": "correct the number in NetSuite, or let Lago's stand: Setup > Company > Auto-Generated Numbers",
    "open_balance": "see what is applied to it in NetSuite, and what is paid in Lago",
    "voided": "undo the void in NetSuite, or void it in Lago, too",
    "not_voided": "send it again: lago-netsuite reconcile --repair --go",
    "not_approved": "approve it in NetSuite: Transactions > Management > Approve Invoices",
    "duplicated": "find what else writes Lago's documents, and void the one without our external id",
    "paid_without_payment": "record the payment in Lago, or set the status back",
    "not_applied": "apply the payment to its invoice in NetSuite",
    "refund_missing": (
        "write the customer refund in NetSuite, then: lago-netsuite replay --mark-synced ID --go"
    ),
    "customer_missing": "send it again: lago-netsuite reconcile --repair --go",
    "edited": "ask who changed it; set NetSuite's document back by hand, or credit it in Lago",
    "deleted": "void it in Lago, or send it again: lago-netsuite reconcile --repair --restore-deleted --go",
    "paid_in_netsuite": "record the payment in Lago, or take it back in NetSuite",
    "line_missing": "compare both documents; correct NetSuite's by hand",
    "line_extra": "compare both documents; correct NetSuite's by hand, or set credits: line",
    "line_item": "see which is right; correct the mapping, or NetSuite's document by hand",
    "line_account": "see which is right; correct the mapping, or NetSuite's document by hand",
    "line_amount": "compare both documents; correct NetSuite's by hand",
    "line_tax": "see which is right; correct mapping.tax, or NetSuite's document by hand",
    "unmapped": "complete the mapping before the cut-over: lago-netsuite errors",
    "ambiguous": "void all but one in NetSuite, or give the others another number",
    "customer_ambiguous": "merge them in NetSuite, or link the right one in Lago",
    "customer_name": "see which is right; after the cut-over Lago's name is written with its next change",
    "customer_currency": "add the currency to the customer in NetSuite, or correct it in Lago",
    "customer_subsidiary": "correct customers.subsidiary or mapping.billing_entities, or NetSuite's customer",
}
REPAIRABLE: frozenset[What] = frozenset({"missing", "not_voided", "customer_missing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    One document that does not agree.

    Attributes:
        customer: Lago's external id of its customer, or NetSuite's name where Lago has none.
        billing_entity: Lago's code.
        lago: what Lago says, as text; empty where it says nothing.
        netsuite: what stands in NetSuite.
        compared: what was compared, where drift has found another name for the difference.
        cause: why, where that is known: an open failure, what it waits for, another document.
        url: of NetSuite's record.
    """

    what: What
    kind: Kind
    number: str
    lago_id: str = ""
    customer: str = ""
    billing_entity: str = ""
    currency: str = ""
    lago: str = ""
    netsuite: str = ""
    netsuite_number: str = ""
    compared: What | None = None
    cause: str = ""
    url: str = ""

    @property
    def name(self) -> str:
        """What it is about, for people: ``credit note ACM-057-CN001``."""
        return name_of(self.kind, self.number)

    @property
    def likely_cause(self) -> str:
        """The known cause, else the one that most such differences have."""
        return self.cause or LIKELY_CAUSES[self.what]

    @property
    def act(self) -> str:
        """What a person does about it; what failed fails again until its cause is removed."""
        first = "remove the cause, then " if self.cause and self.what in REPAIRABLE else ""
        return first + ACTS[self.what]


def name_of(kind: str, number: str) -> str:
    """A document for people; the number of a payment is a name already."""
    return number if kind == "payment" else f"{kind.replace('_', ' ')} {number}"
