"""
The two sides of a shadow in memory, made as they are read: invoices with Lago's id, unmarked payments.

As a program it reads both sides as `reconcile` does, and prints the largest resident size of its process.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.netsuite.response_outcome import ResponseOutcome
from consumer.reconcile.comparison import Comparison
from schemas.document_lines import LinesQuestion
from schemas.ledger import LedgerPage, LedgerQuestion
from schemas.reading import Question
from schemas.unmarked import UnmarkedQuestion
from schemas.wire import Response
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.peak_memory import peak_mib

LAGOS_PAGE, LEDGER_PAGE = 100, 1_000
CUSTOMERS = 2_000
_INVOICE, _PAYMENT = lago.invoice(), lago.payment()
_DAY = _INVOICE["issuing_date"]


def id_of(kind: str, place: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind} {place}"))


def invoice(place: int) -> dict[str, Any]:
    owner = place % CUSTOMERS
    customer = _INVOICE["customer"] | {"lago_id": id_of("customer", owner), "external_id": f"cus_{owner}"}
    return _INVOICE | {
        "lago_id": id_of("invoice", place), "number": f"ACME-{place:06d}", "fees": [], "customer": customer,
        "fees_amount_cents": 10_000 + place, "taxes_amount_cents": 1_900 + place,
        "total_amount_cents": 11_900 + 2 * place, "total_paid_amount_cents": 11_900 + 2 * place,
        "total_due_amount_cents": 0, "payment_status": "succeeded",
    }  # fmt: skip


def payment(place: int) -> dict[str, Any]:
    owner = place % CUSTOMERS
    return _PAYMENT | {
        "lago_id": id_of("payment", place), "invoice_ids": [id_of("invoice", place)],
        "invoice_numbers": [f"ACME-{place:06d}"], "amount_cents": 11_900 + 2 * place,
        "lago_customer_id": id_of("customer", owner), "external_customer_id": f"cus_{owner}",
    }  # fmt: skip


class Lists:
    """Lago, a page at a time; `count` invoices, and as many payments."""

    rows = LagoDocuments.rows

    def __init__(self, count: int) -> None:
        self.count = count

    async def listed(self, kind: str, _: Scope) -> AsyncIterator[Iterable[Mapping[str, Any]]]:
        made = {"invoice": invoice, "payment": payment}.get(kind)
        for begin in range(0, self.count if made else 0, LAGOS_PAGE):
            end = min(begin + LAGOS_PAGE, self.count)
            yield [made(place) for place in range(begin, end)] if made else []


class Ledger:
    """NetSuite's script, whose answers are read from their JSON."""

    def __init__(self, count: int) -> None:
        self.count, self.asked = count, 0

    async def ask(self, question: Question) -> Response | ResponseOutcome:
        self.asked += 1
        match question:
            case UnmarkedQuestion(paid=paid):
                return _response(_row("customerpayment", int(each) + self.count, int(each)) for each in paid)
            case LedgerQuestion(what="transactions", after=after):
                begin = int(after or 0)
                end = min(begin + LEDGER_PAGE, self.count)
                rows = (_row("invoice", place, None) for place in range(begin, end))
                return _response(rows, str(end) if end < self.count else None)
            case LinesQuestion() | LedgerQuestion():
                return _response(())
            case _:
                raise AssertionError(question)


def _response(rows: Iterable[dict[str, Any]], after: str | None = None) -> Response:
    page = LedgerPage.model_validate({"rows": list(rows), "next": after})
    return Response(v=1, ledger=LedgerPage.model_validate_json(page.model_dump_json()))


def _row(kind: str, place: int, paid: int | None) -> dict[str, Any]:
    number = place if paid is None else paid
    total, tax = f"{119 + number / 50:.2f}", f"{19 + number / 100:.2f}"
    of_kind: dict[str, Any] = (
        {"lagoId": id_of("invoice", place), "number": f"ACME-{place:06d}", "tax": tax}
        if paid is None
        else {"appliedTo": [str(paid)], "number": f"PYMT{place}"}
    )
    return {
        "type": kind, "internalId": str(place), "date": _DAY, "currency": "EUR",
        "entity": str(place % CUSTOMERS), "total": total, "remaining": "0.00",
        "url": f"https://1234567.app.netsuite.com/app/accounting/transactions/custinvc.nl?id={place}",
        "status": "paidInFull", **of_kind,
    }  # fmt: skip


async def read(count: int) -> tuple[int, int]:
    """How many differences both sides of a connection in shadow have, and how many calls it took to see."""
    chosen = connection(mode="shadow")
    sides = Sides(connection=chosen, connections=(chosen,), scope=Scope())
    comparison, ledger = Comparison(), Ledger(count)
    await sides.read_lago(Lists(count), comparison)  # type: ignore[arg-type] # a list is all that is read
    await sides.read_netsuite(ledger, comparison)  # type: ignore[arg-type] # so are answers
    assert comparison.counts == {"invoice": count, "payment": count}
    return len(comparison.end({})), ledger.asked


def main() -> None:
    differences, asked = asyncio.run(read(int(sys.argv[1])))
    print(f"{peak_mib():.0f} {differences} {asked}")  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
