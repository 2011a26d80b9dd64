"""``op: ledger``: Lago's documents and customers as they stand in NetSuite, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.document_lines import DocumentLines
from schemas.scalar import utc_text

LARGEST_PAGE = 1_000


What = Literal["transactions", "customers", "balances", "deletions"]
MOST_IDS = 50
"""Of one question with `LedgerQuestion.ids`."""
_ASKED: Mapping[What, Mapping[str, Any]] = {
    "transactions": {},
    "customers": {"type": "customer"},
    "balances": {"balances": True},
    "deletions": {"deleted": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerQuestion:
    """
    The request for one page.

    Attributes:
        what: what is listed; scripts before 1.1.0 list transactions only.
        types: record types of transactions; None for invoices, credit memos, payments and refunds.
        from_day: first transaction date, ``YYYY-MM-DD``; None for all.
        to_day: last transaction date.
        changed_since: only what has changed since that moment; NetSuite knows it to the minute.
        ids: only transactions with these internal ids, at most `MOST_IDS`, with who has changed them last,
            with the tax in their own currency, and invoices with what is applied to them.
        after: `LedgerPage.next` of the page before; None for the first page.
        limit: rows of a page, at most `LARGEST_PAGE`; of balances customers, of which a page has fewer.
    """

    what: What = "transactions"
    types: tuple[str, ...] | None = None
    from_day: str | None = None
    to_day: str | None = None
    changed_since: datetime | None = None
    ids: tuple[str, ...] | None = None
    after: str | None = None
    limit: int = LARGEST_PAGE

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked: dict[str, Any] = {"limit": self.limit, **_ASKED[self.what]}
        given = {"from": self.from_day, "to": self.to_day, "after": self.after}
        if self.changed_since is not None:
            given["changed_since"] = utc_text(self.changed_since)
        asked |= {name: value for name, value in given.items() if value is not None}
        asked |= {"types": list(self.types)} if self.types is not None else {}
        asked |= {"ids": list(self.ids), "details": True} if self.ids is not None else {}
        return json.dumps({"v": 1, "op": "ledger", **asked}, separators=(",", ":")).encode()


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Editor(_Answer):
    """A user of NetSuite who has changed a record, and when; by internal id and name."""

    id: str = ""
    name: str = ""
    at: datetime | None = None


class Settlement(_Answer):
    """A payment or credit memo that is applied to an invoice; `amount` is what of it is, without sign."""

    type: str
    internalId: str  # noqa: N815 - as on the wire
    externalId: str | None = None  # noqa: N815
    lagoId: str | None = None  # noqa: N815
    number: str | None = None
    date: str = ""
    amount: str | None = None
    url: str = ""
    changedBy: Editor | None = None  # noqa: N815


class LedgerRow(_Answer):
    """
    One transaction; amounts are decimal texts in its currency, without sign.

    `lagoId` is what the field ``custbody_lago_id`` holds, `externalId` NetSuite's key; one may be missing.
    `entity` is the customer's internal id, the other names of the customer are missing where the role may not
    see it. Scripts before 1.1.0 do not tell what follows `url`, those before 1.2.0 tell every tax as a search
    shows it: in the base currency.

    Attributes:
        tax: as it stands; computed from `baseTax` and `exchangeRate` where these are given.
        baseTax: the tax in the base currency of the subsidiary, which is all that a search knows; only of a
            document in another currency, and not where it was asked by `LedgerQuestion.ids`.
        exchangeRate: units of the base currency for one of the document's; given with `baseTax`.
        status: NetSuite's word: ``open``, ``paidInFull``, ``voided``, ``pendingApproval``, ...
        approval: ``pending`` while an approver has yet to take it, ``rejected`` when one has refused it.
        changedAt: the last change in UTC, to the minute, whoever made it; a payment changes its invoice, too.
        createdFrom: internal id of the record that it was made from.
        changedBy: who made the last change; None unless it was asked by `LedgerQuestion.ids`.
        settledBy: what is applied to an invoice; None unless it was asked.
    """

    type: str
    internalId: str  # noqa: N815 - as on the wire
    externalId: str | None = None  # noqa: N815
    lagoId: str | None = None  # noqa: N815
    number: str | None = None
    date: str = ""
    currency: str | None = None
    subsidiary: str | None = None
    entity: str = ""
    total: str = "0"
    tax: str = "0"
    baseTax: str | None = None  # noqa: N815
    exchangeRate: str | None = None  # noqa: N815
    remaining: str = "0"
    voided: bool = False
    url: str = ""
    appliedTo: tuple[str, ...] = ()  # noqa: N815
    status: str | None = None
    approval: Literal["pending", "rejected"] | None = None
    changedAt: datetime | None = None  # noqa: N815
    createdFrom: str | None = None  # noqa: N815
    customerExternalId: str | None = None  # noqa: N815
    customerLagoId: str | None = None  # noqa: N815
    customerName: str | None = None  # noqa: N815
    changedBy: Editor | None = None  # noqa: N815
    settledBy: tuple[Settlement, ...] | None = None  # noqa: N815


class LedgerCustomer(_Answer):
    """A customer that carries Lago's marks; `name` is NetSuite's entity id of it."""

    internalId: str  # noqa: N815
    externalId: str | None = None  # noqa: N815
    lagoId: str | None = None  # noqa: N815
    name: str | None = None
    company: str | None = None
    email: str | None = None
    currency: str | None = None
    subsidiary: str | None = None
    inactive: bool = False
    changedAt: datetime | None = None  # noqa: N815
    url: str = ""


class LedgerBalance(_Answer):
    """
    What a customer owes in one currency and subsidiary: invoices less credit memos and payments, as open.

    Attributes:
        open: of all its documents.
        lagoOpen: of those that carry Lago's marks.
    """

    entity: str
    currency: str | None = None
    subsidiary: str | None = None
    open: str = "0"
    lagoOpen: str = "0"  # noqa: N815
    customerExternalId: str | None = None  # noqa: N815
    customerLagoId: str | None = None  # noqa: N815
    customerName: str | None = None  # noqa: N815


class LedgerDeletion(_Answer):
    """A deleted transaction; `name` is NetSuite's word for it and its number: ``Invoice #HOO-1``."""

    type: str
    externalId: str | None = None  # noqa: N815
    name: str = ""
    deletedAt: datetime | None = None  # noqa: N815
    deletedBy: Editor | None = None  # noqa: N815


class LedgerError(_Answer):
    """Why there are no rows."""

    code: str = "UNKNOWN"
    message: str = ""


class LedgerPage(_Answer):
    """
    A page; `next` is `after` of the next request, None at the last page.

    Attributes:
        customers: None where transactions were asked for, or the script is too old to tell; so are `balances`
            and `deletions`.
        documents: of ``op: lines``.
        withheld: what the role may not read: ``deleted_records``, ``changed_by``, ``settled_by``, ``tax``.
    """

    rows: tuple[LedgerRow, ...] = ()
    customers: tuple[LedgerCustomer, ...] | None = None
    balances: tuple[LedgerBalance, ...] | None = None
    deletions: tuple[LedgerDeletion, ...] | None = None
    documents: tuple[DocumentLines, ...] = ()
    withheld: tuple[str, ...] = ()
    next: str | None = None
    error: LedgerError | None = None
