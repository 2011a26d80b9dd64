"""
The record on ``lago.netsuite.reconciliations``: one comparison of Lago's documents with NetSuite's.

The key is ``connection:run id``. Amounts are decimal texts in units of their currency, timestamps RFC 3339.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

TOPIC = "lago.netsuite.reconciliations"
EVENT_TYPE = "netsuite.reconciliation"
LISTED_DIFFERENCES = 500
"""At most as many differences are in an event; its counts are of all."""
LISTED_TOTALS = 500
LISTED_ACCEPTED = 200
TEXT_LIMIT_CHARS = 300

Outcome = Literal["in_balance", "not_in_balance"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class OpenBalance(_Part):
    """What is open on each side in one currency: invoices less credit notes."""

    currency: str
    lago: str
    netsuite: str


class MonthTotal(_Part):
    """Documents of one kind, month and currency on each side; a month is that of each side's own date."""

    month: str = Field(examples=["2026-08"])
    kind: str = Field(examples=["invoice", "credit_note", "payment"])
    currency: str
    lago_count: int
    lago_total: str
    netsuite_count: int
    netsuite_total: str


class DocumentDifference(_Part):
    """
    One document that does not agree; texts are empty where nothing is known.

    `lago` and `netsuite` are what each side says of it, `cause` is why, `act` what a person does about it.
    """

    what: str = Field(examples=["missing", "total", "open_balance"])
    kind: str = Field(examples=["customer", "invoice", "credit_note", "payment"])
    number: str
    lago_id: str = ""
    customer: str = Field(default="", description="Lago's external id of the customer")
    billing_entity: str = ""
    currency: str = ""
    lago: str = ""
    netsuite: str = ""
    netsuite_number: str = ""
    cause: str = ""
    act: str = ""
    url: str = Field(default="", description="of the record in NetSuite")
    key: str = Field(default="", description="by which `lago-netsuite reconcile accept` names it")
    digest: str = Field(default="", description="of both values; another one is no longer accepted")


class AcceptedDifference(DocumentDifference):
    """A difference that a person has accepted, and why; it does not count while it stays the same."""

    accepted_by: str
    accepted_at: str
    reason: str = ""


class Reconciliation(_Part):
    """
    One run over the documents of a connection.

    `since`, `until` and `customers` are its limits, None and empty for all documents. `report` is the folder
    of the CSV files on the machine of the run. `repaired` counts the documents that were sent again after the
    comparison; None when none was to be.
    """

    connection: str
    run_id: str
    started_at: str
    ended_at: str
    actor: str
    since: str | None = None
    until: str | None = None
    customers: tuple[str, ...] = ()
    outcome: Outcome
    documents: dict[str, int] = Field(description="documents that were compared, by kind")
    ignored: dict[str, int] = Field(default_factory=dict, description="left-out documents by rule")
    outcomes: dict[str, int] = Field(
        default_factory=dict,
        description="documents by outcome: agrees, accepted, differs, missing, ambiguous, unmapped",
    )
    difference_count: int
    differences_by_kind: dict[str, int] = Field(default_factory=dict)
    balances: tuple[OpenBalance, ...] = ()
    totals: tuple[MonthTotal, ...] = Field(
        default=(), description=f"the latest {LISTED_TOTALS} of them at most"
    )
    differences: tuple[DocumentDifference, ...] = Field(
        default=(), description=f"the first {LISTED_DIFFERENCES} at most"
    )
    accepted_count: int = Field(
        default=0, description="differences that a person has accepted; they are not in `difference_count`"
    )
    accepted_by_kind: dict[str, int] = Field(default_factory=dict)
    accepted: tuple[AcceptedDifference, ...] = Field(
        default=(), description=f"the first {LISTED_ACCEPTED} at most"
    )
    repaired: int | None = None
    report: str | None = None

    @property
    def key(self) -> str:
        """The record's key on the topic."""
        return f"{self.connection}:{self.run_id}"

    @property
    def is_whole(self) -> bool:
        """Whether it compared all documents of the connection."""
        return not (self.since or self.until or self.customers)
