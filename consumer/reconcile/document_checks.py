"""What differs between a document of Lago's and the record that stands for it in NetSuite."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

from consumer.mapping import identity, money
from consumer.reconcile import foreign_taxes
from consumer.reconcile.difference import Difference, What
from consumer.reconcile.expected import Expected
from schemas.ledger import LedgerRow

_APPROVALS = {"pending": "awaits approval", "rejected": "rejected by its approver"}


class _Said(TypedDict, total=False):
    lago: str
    netsuite: str
    cause: str


def differences(document: Expected, row: LedgerRow) -> Iterator[Difference]:
    """All differences of a pair; none of amounts where the currency is another."""
    yield from _owner_and_number(document, row)
    if document.currency and row.currency and document.currency != row.currency:
        yield against(document, row, "currency", {"lago": document.currency, "netsuite": row.currency})
        return
    if document.is_voided:
        if Decimal(row.remaining):
            said: _Said = {"lago": "voided", "netsuite": f"open {shown(row.remaining, document)}"}
            yield against(document, row, "not_voided", said)
        return
    if row.voided:
        if not document.is_void_optional:
            total = shown(document.total, document)
            yield against(document, row, "voided", {"lago": total, "netsuite": "voided"})
        return
    yield from _values(document, row)


def _owner_and_number(document: Expected, row: LedgerRow) -> Iterator[Difference]:
    owner = _other_customer(document, row)
    if owner:
        yield against(document, row, "customer", {"lago": document.customer, "netsuite": owner})
    if document.subsidiary and row.subsidiary and document.subsidiary != row.subsidiary:
        said: _Said = {"lago": document.subsidiary, "netsuite": row.subsidiary}
        yield against(document, row, "subsidiary", said)
    if document.netsuite_number and row.number and document.netsuite_number != row.number:
        yield against(document, row, "number", {"lago": document.netsuite_number, "netsuite": row.number})


def _values(document: Expected, row: LedgerRow) -> Iterator[Difference]:
    amounts: tuple[tuple[What, Decimal | None, str], ...] = (
        ("total", document.total, row.total),
        ("tax", _other_tax(document, row), row.tax),
        ("open_balance", document.open, row.remaining),
    )
    for what, expected, found in amounts:
        if expected is not None and Decimal(found) != expected:
            said: _Said = {"lago": shown(expected, document), "netsuite": shown(found, document)}
            yield against(document, row, what, said)
    if document.date and row.date and document.date != row.date:
        yield against(document, row, "date", {"lago": document.date, "netsuite": row.date})
    if row.approval is not None:
        yield against(document, row, "not_approved", {"lago": "issued", "netsuite": _APPROVALS[row.approval]})


def _other_tax(document: Expected, row: LedgerRow) -> Decimal | None:
    """Lago's tax, where NetSuite has another one."""
    is_other = document.tax is not None and foreign_taxes.differs(document.tax, row)
    return document.tax if is_other else None


def _other_customer(document: Expected, row: LedgerRow) -> str:
    """The name of the NetSuite customer where it is known to stand for another one; else empty."""
    if not document.customer_id or (document.linked_customer and document.linked_customer == row.entity):
        return ""
    own = row.customerExternalId or ""
    by_key = own.removeprefix(identity.CUSTOMER) if own.startswith(identity.CUSTOMER) else ""
    known = row.customerLagoId or by_key
    return (row.customerName or own or known) if known and known != document.customer_id else ""


def shown(amount: Decimal | str | int, document: Expected) -> str:
    """An amount with the decimals of the document's currency."""
    return money.in_units(Decimal(amount), document.currency)


def against(document: Expected, row: LedgerRow, what: What, said: _Said) -> Difference:
    """A difference between a document and its record."""
    return Difference(
        what=what, kind=document.kind, number=document.number, lago_id=document.lago_id,
        customer=document.customer, billing_entity=document.billing_entity, currency=document.currency,
        netsuite_number=row.number or row.internalId, url=row.url, **said,
    )  # fmt: skip


def of_lago(document: Expected, what: What, said: _Said) -> Difference:
    """A difference of a document that NetSuite lacks, or that Lago contradicts by itself."""
    return Difference(
        what=what, kind=document.kind, number=document.number, lago_id=document.lago_id,
        customer=document.customer, billing_entity=document.billing_entity, currency=document.currency,
        **said,
    )  # fmt: skip
