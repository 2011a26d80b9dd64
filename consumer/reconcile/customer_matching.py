"""
Which of NetSuite's customers stands for which of Lago's, whoever wrote it.

A customer is found by Lago's marks; else by the link that Lago has; else by whom its documents in NetSuite
are booked on, and by its entity id, which must not name two. A company name alone finds none: it is a hint.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from consumer.reconcile.difference import Difference, What
from consumer.reconcile.document_checks import of_lago
from consumer.reconcile.expected import Expected, external_id
from schemas.ledger import LedgerCustomer

CustomerHow = Literal["external_id", "lago_id", "link", "documents", "number"]
HOW: dict[CustomerHow, str] = {
    "external_id": "adopted already",
    "lago_id": "by Lago's id",
    "link": "by Lago's link",
    "documents": "by its documents",
    "number": "by the entity id",
}
_OURS = external_id("customer", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LagoCustomer:
    """A customer of Lago's; texts are empty where nothing is compared, `subsidiary` is an internal id."""

    expected: Expected
    name: str = ""
    currency: str = ""
    subsidiary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMatch:
    """
    A customer and its records, one where it is found.

    Attributes:
        alike: records that have its name alone.
    """

    customer: LagoCustomer
    records: tuple[tuple[LedgerCustomer, CustomerHow], ...]
    alike: tuple[LedgerCustomer, ...] = ()


@dataclass(slots=True, kw_only=True)
class CustomerMatching:
    """
    Takes both sides in; NetSuite's are only those that some key of Lago's names.

    Attributes:
        customers: Lago's, by their Lago id.
        owners: the internal ids of NetSuite's customers that have documents of a customer of Lago's.
    """

    owners: dict[str, set[str]]
    customers: dict[str, LagoCustomer] = field(default_factory=dict)
    _marked: dict[str, list[LedgerCustomer]] = field(default_factory=lambda: defaultdict(list))
    _records: dict[str, LedgerCustomer] = field(default_factory=dict)
    _by_number: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def expect(self, customer: LagoCustomer) -> None:
        """Take in one of Lago's."""
        self.customers[customer.expected.lago_id] = customer

    def meet_marked(self, record: LedgerCustomer) -> None:
        """Take in one that carries a mark."""
        for lago_id in {record.lagoId, _id_of_mark(record)} & self.customers.keys():
            if lago_id is not None:
                self._marked[lago_id].append(record)

    def unmarked(self) -> Iterator[LagoCustomer]:
        """Those that no mark finds."""
        return (each for lago_id, each in self.customers.items() if lago_id not in self._marked)

    def keys_of(self, customer: LagoCustomer) -> set[str]:
        """The internal ids by which a customer without a mark is looked for."""
        linked = customer.expected.linked_customer
        return {linked} if linked else self.owners.get(customer.expected.lago_id, set())

    def meet(self, records: Iterable[LedgerCustomer]) -> None:
        """Take in what has one of these ids, the entity id or the name of some customers."""
        for record in records:
            if record.internalId not in self._records:
                self._records[record.internalId] = record
                self._by_number[_folded(record.name)].append(record.internalId)
                self._by_name[_folded(record.company)].append(record.internalId)

    def matches(self) -> Iterator[CustomerMatch]:
        """Each of Lago's customers with its records, in Lago's order."""
        for lago_id, customer in self.customers.items():
            found = self._found(lago_id, customer)
            by_name = (self._records[each] for each in self._by_name.get(_folded(customer.name), ()))
            alike = () if found else tuple(each for each in by_name if _is_free(each, lago_id))
            yield CustomerMatch(customer=customer, records=found, alike=alike)

    def _found(self, lago_id: str, customer: LagoCustomer) -> tuple[tuple[LedgerCustomer, CustomerHow], ...]:
        marked = {each.internalId: each for each in self._marked.get(lago_id, ())}
        if marked:
            return tuple((each, _how_marked(each, lago_id)) for each in marked.values())
        linked = customer.expected.linked_customer
        if linked:
            return ((self._records[linked], "link"),) if linked in self._records else ()
        found: dict[str, CustomerHow] = dict.fromkeys(
            self._by_number.get(_folded(customer.expected.number), ()), "number"
        )
        found |= dict.fromkeys(sorted(self.owners.get(lago_id, ())), "documents")
        known = ((self._records[each], how) for each, how in found.items() if each in self._records)
        return tuple((record, how) for record, how in known if _is_free(record, lago_id))


def hint(match: CustomerMatch) -> str:
    """Why a customer may have no record; empty where nothing is known."""
    linked = match.customer.expected.linked_customer
    if linked:
        return f"Lago links it to NetSuite's customer {linked}, which is not there"
    return "; ".join(f"NetSuite's customer {_label(each)} has its name" for each in match.alike)


def differences(match: CustomerMatch) -> Iterator[Difference]:
    """What differs of a customer that is in NetSuite; nothing where it stands once and alike."""
    customer, records = match.customer, match.records
    if len(records) > 1:
        said = ", ".join(f"{_label(record)} {HOW[how]}" for record, how in records)
        yield of_lago(customer.expected, "customer_ambiguous", {"lago": customer.name, "netsuite": said})
        return
    if records:
        yield from _values(customer, records[0][0])


def _values(customer: LagoCustomer, record: LedgerCustomer) -> Iterator[Difference]:
    pairs: tuple[tuple[What, str, str], ...] = (
        ("customer_name", customer.name, record.company or ""),
        ("customer_currency", customer.currency, record.currency or ""),
        ("customer_subsidiary", customer.subsidiary, record.subsidiary or ""),
    )
    for what, lago, netsuite in pairs:
        if lago and netsuite and _folded(lago) != _folded(netsuite):
            yield of_lago(customer.expected, what, {"lago": lago, "netsuite": netsuite})


def _label(record: LedgerCustomer) -> str:
    return f"{record.name or record.company or ''} ({record.internalId})".strip()


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _id_of_mark(record: LedgerCustomer) -> str | None:
    own = record.externalId or ""
    return own[len(_OURS) :] if own.startswith(_OURS) else None


def _how_marked(record: LedgerCustomer, lago_id: str) -> CustomerHow:
    return "external_id" if _id_of_mark(record) == lago_id else "lago_id"


def _is_free(record: LedgerCustomer, lago_id: str) -> bool:
    """Whether it is not another of Lago's customers."""
    return {record.lagoId, _id_of_mark(record)} <= {None, "", lago_id}
