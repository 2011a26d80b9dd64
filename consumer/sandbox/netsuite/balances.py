"""The balance of each customer in each currency, computed from the saved transactions."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from consumer.sandbox.netsuite.list_entries import Currency
from consumer.sandbox.netsuite.saved_record import Saved

_COLUMNS = {"invoice": "receivable", "creditmemo": "open_credits", "customerpayment": "unapplied_payments"}


def of(
    customers: Iterable[Saved], documents: Iterable[Saved], currencies: Iterable[Currency]
) -> list[dict[str, str]]:
    """
    One row for each customer and currency with documents, as decimal strings.

    ``balance`` is the amount due of invoices, minus open credit memos, minus unapplied payments.
    """
    known = {currency.id: currency for currency in currencies}
    base = next(iter(known), "")  # what amounts are in where records name no currency
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    for document in documents:
        if document.type in _COLUMNS:
            key = (document.fields["entity"], document.fields.get("currency") or base)
            row = sums.setdefault(key, dict.fromkeys(_COLUMNS.values(), Decimal(0)))
            row[_COLUMNS[document.type]] += Decimal(document.fields.get("amountremaining") or "0")
    who = {str(customer.id): customer for customer in customers}
    ordered = sorted(sums, key=lambda key: (int(key[0]), key[1]))
    return [_row(who.get(key[0]), key[0], known[key[1]], sums[key]) for key in ordered]


def _row(
    customer: Saved | None, number: str, currency: Currency, amounts: dict[str, Decimal]
) -> dict[str, str]:
    fields = customer.fields if customer is not None else {}
    total = amounts["receivable"] - amounts["open_credits"] - amounts["unapplied_payments"]
    named = {name: fields[name] for name in ("externalid", "entityid") if fields.get(name)}
    shown = {
        name: f"{amount:.{currency.precision}f}" for name, amount in (amounts | {"balance": total}).items()
    }
    return {"customer": number, **named, "currency": currency.id, "currency_iso": currency.symbol, **shown}
