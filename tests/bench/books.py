"""
Books of any size on both sides: a block of documents that went the whole way once, and copies of it.

The block is billed by the emulated Lago, mapped as in production and written by the RESTlet; a copy has other
ids, numbers and customers, and the same dates and amounts. So a hundred thousand documents take seconds, and
every record is one that the script itself has written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from consumer.clock import FakeClock
from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.notation import Json, id_of
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.netsuite.books import Books
from consumer.sandbox.netsuite.saved_record import Group, InternalId, Saved, row_of
from tests.support.lago_to_netsuite import LagoToNetSuite

CUSTOMERS, INVOICES_EACH, PAYMENTS_EACH = 20, 6, 3
DOCUMENTS = CUSTOMERS * (INVOICES_EACH + PAYMENTS_EACH + 1)
"""Of one block: invoices, payments, and a credit note for each customer."""
BEGINS = datetime(2026, 8, 1, 9, tzinfo=UTC)
_GROUPS: tuple[Group, ...] = ("entity", "transaction", "relationship")
_IDS = frozenset(("entity", "customer", "createdfrom"))
_APART = 10_000
"""Internal ids of one copy begin that far behind those of the copy before."""


@dataclass(slots=True, kw_only=True)
class Block:
    """One block, as Lago shows it."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(wall=BEGINS))
    lago: Organization

    @classmethod
    def billed(cls) -> Block:
        """A block that only Lago has."""
        clock = FakeClock(wall=BEGINS)
        made = cls(clock=clock, lago=Organization(now=clock.now))
        made.bill()
        return made

    def bill(self) -> None:
        """Bill, pay, credit and void: a part payment, a note set off, and one invoice voided."""
        for number in range(CUSTOMERS):
            self.lago.upsert_customer(f"customer-{number}", currency="EUR", name=f"Customer {number}")
        for turn in range(INVOICES_EACH):
            for number in range(CUSTOMERS):
                self._bill_one(number, turn)
        billing.void(self.lago, list(self.lago.invoices)[-1])

    def _bill_one(self, number: int, turn: int) -> None:
        price = f"{10 + number + turn / 10:.2f}"
        sold = {"kind": "charge", "code": "api_calls", "units": "7", "unit_price": price, "tax_rate": 19}
        self.clock.advance(3_600)
        invoice = billing.bill(self.lago, f"customer-{number}", [sold])
        self.clock.advance(60)
        if turn < PAYMENTS_EACH:
            cents = invoice["total_due_amount_cents"] // (2 if turn == 0 else 1)
            settlement.pay(self.lago, [invoice["lago_id"]], how="settled_later", cents=cents)
        elif turn == PAYMENTS_EACH:
            crediting.credit(self.lago, invoice["lago_id"], share=Decimal("0.5"), to="offset")


def organization(copies: int) -> Organization:
    """Lago's side, with the block itself as the first copy."""
    block = Block.billed().lago
    whole = replace(block, customers={}, invoices={}, credit_notes={}, payments={}, outbox=[])
    for copy in range(copies):
        renamed = _Renamed(copy)
        for name in ("customers", "invoices", "credit_notes", "payments"):
            stored: dict[str, Json] = getattr(whole, name)
            stored |= {one["lago_id"]: one for one in map(renamed.content, getattr(block, name).values())}
    return whole


async def write(state: Path, copies: int) -> None:
    """NetSuite's side, as the file of a sandbox's books."""
    world = LagoToNetSuite()
    try:
        block = Block(clock=world.clock, lago=world.lago)
        world.clock.wall = BEGINS
        block.bill()
        carried = await world.carry()
        assert not carried.rejections, carried.rejections
        records = [each for group in _GROUPS for each in world.account.books.find(group=group)]
    finally:
        world.close()
    Books.open(state).close()
    with closing(sqlite3.connect(state)) as books, books:
        for copy in range(copies):
            _insert(books, [_copied(each, copy) for each in records])
        last = _APART * (copies + 1)
        books.execute("UPDATE sequence SET last = ?", (last,))


def _insert(books: sqlite3.Connection, records: Sequence[Saved]) -> None:
    books.executemany("INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?)", map(row_of, records))
    stamps = []
    for each in records:
        if each.stamp is not None:
            authors = (each.stamp.created, each.stamp.changed)
            noted = [part for one in authors for part in (one.at.isoformat(), one.by, one.name)]
            stamps.append((each.group, each.id, *noted))
    books.executemany("INSERT INTO stamp VALUES (?,?,?,?,?,?,?,?)", stamps)
    books.executemany("INSERT INTO application VALUES (?,?,?)", _applications(records))


def _applications(records: Sequence[Saved]) -> Iterator[tuple[int, int, str]]:
    for each in records:
        for line in each.sublists.get("apply", []):
            yield each.id, int(line["doc"]), str(line["amount"])


def _copied(saved: Saved, copy: int) -> Saved:
    renamed, shift = _Renamed(copy), _APART * copy
    is_document = saved.group == "transaction"
    fields = {
        name: _shifted(value, shift) if is_document and name in _IDS else renamed.text(name, value)
        for name, value in saved.fields.items()
    }
    sublists = dict(saved.sublists)
    if "apply" in sublists:
        sublists["apply"] = [line | {"doc": _shifted(line["doc"], shift)} for line in sublists["apply"]]
    return replace(saved, id=InternalId(saved.id + shift), fields=fields, sublists=sublists)


def _shifted(value: Any, shift: int) -> Any:
    return value if not str(value).isdecimal() else type(value)(int(value) + shift)


@dataclass(frozen=True, slots=True)
class _Renamed:
    """Names of one copy, on both sides."""

    copy: int

    def id(self, lago_id: str) -> str:
        """The id of a document or customer in this copy."""
        return id_of("copy", self.copy, lago_id) if self.copy else lago_id

    def number(self, number: str) -> str:
        """The same of a number, or of a customer's external id."""
        return f"{number}/{self.copy}" if self.copy else number

    def content(self, one: Json) -> Json:
        """A document or customer of Lago's; what its lists do not show is shared by all copies."""
        made = dict(one)
        for name in ("lago_id", "lago_invoice_id", "lago_payable_id", "lago_customer_id"):
            if made.get(name):
                made[name] = self.id(made[name])
        for name in ("number", "invoice_number", "external_id", "external_customer_id", "slug"):
            if made.get(name):
                made[name] = self.number(made[name])
        if "invoice_ids" in made:
            made |= {"invoice_ids": list(map(self.id, made["invoice_ids"]))}
            made |= {"invoice_numbers": list(map(self.number, made["invoice_numbers"]))}
        if "customer" in made:
            made["customer"] = self.content(made["customer"])
        return made

    def text(self, name: str, value: Any) -> Any:
        """A field of a record."""
        if name in {"tranid", "entityid", "otherrefnum"} and value:
            return self.number(value)
        if name in {"custbody_lago_id", "custentity_lago_id"} and value:
            return self.id(value)
        if name == "externalid" and value:
            return f"{value[:-_UUID]}{self.id(value[-_UUID:])}"
        return value


_UUID = len(id_of("any"))
