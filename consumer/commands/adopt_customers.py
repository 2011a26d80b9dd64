"""Which customers `adopt` links: those that stand in NetSuite once, without Lago's marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from consumer.mapping import identity
from consumer.reconcile import customer_matching
from consumer.reconcile.customer_matching import CustomerHow, CustomerMatch, CustomerMatching
from consumer.reconcile.expected import Expected
from schemas.ledger import LedgerCustomer
from schemas.wire import WriteItem, WriteRequest

MARKED: frozenset[CustomerHow] = frozenset({"external_id", "lago_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerToLink:
    """A customer of Lago's, and the one record of NetSuite's that stands for it."""

    customer: Expected
    record: LedgerCustomer
    how: CustomerHow


def chosen(matching: CustomerMatching) -> Iterator[CustomerToLink]:
    """Those to link; an inactive record takes no documents, and stays as it is."""
    for match in matching.matches():
        if len(match.records) != 1:
            continue
        [(record, how)] = match.records
        if how not in MARKED and not record.inactive:
            yield CustomerToLink(customer=match.customer.expected, record=record, how=how)


def request_of(link: CustomerToLink) -> WriteRequest:
    """The request that sets Lago's id and our external id on a customer, and nothing that Lago says of it."""
    item = WriteItem(
        ref="1",
        mode="adopt",
        external_id=link.customer.external_id,
        internal_id=link.record.internalId,
        lago_id=link.customer.lago_id,
        version="",
        fingerprint=identity.fingerprint([link.customer.external_id]),
        record={"type": "customer", "columns": {}, "options": {"ignoreMandatoryFields": True}},
    )
    return WriteRequest(request_id=identity.request_id((item,)), items=(item,))


def lines_of(matching: CustomerMatching) -> Iterator[str]:
    """How many are found by what, and which are not."""
    matches = list(matching.matches())
    found = Counter(how for match in matches if len(match.records) == 1 for _, how in match.records)
    for how, count in sorted(found.items()):
        yield f"customers: {count} {customer_matching.HOW[how]}"
    for match in matches:
        number = match.customer.expected.number
        if not match.records:
            hint = customer_matching.hint(match)
            yield f"customer {number}: not in NetSuite{f'; {hint}' if hint else ''}"
        elif len(match.records) > 1:
            yield f"customer {number}: several records fit, {_listed(match)}"


def _listed(match: CustomerMatch) -> str:
    return ", ".join(f"{record.internalId} {customer_matching.HOW[how]}" for record, how in match.records)
