"""
The filters of lists.

A date that does not parse and an unknown status of a credit note are ignored, so the list is not filtered; an
unknown status of an invoice is refused, and an unknown billing entity is not found. Source: lago-api
``concerns/*_index.rb``, ``queries/*.rb``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date

from consumer.sandbox.lago import refusal
from consumer.sandbox.lago.notation import Json

Query = Mapping[str, Sequence[str]]
Test = Callable[[Json], bool]

VISIBLE = ("draft", "finalized", "voided", "failed", "pending")
PAYMENT_STATUSES = ("pending", "succeeded", "failed")
CREDIT_STATUSES = ("available", "consumed", "voided")
TYPES = ("credit", "refund", "offset")
SETTLEMENTS = ("payment", "credit_note")
REASONS = (
    "duplicated_charge", "product_unsatisfactory", "order_change", "order_cancellation", "fraudulent_charge",
    "other",
)  # fmt: skip
_METADATA = re.compile(r"metadata\[(?P<key>.+)\]")
_OF_CUSTOMERS = {
    "account_type": "account_type", "countries": "country", "states": "state", "zipcodes": "zipcode",
    "currencies": "currency",
}  # fmt: skip
_OF_TRANSACTIONS = {
    "status": ("pending", "settled", "failed"),
    "transaction_type": ("inbound", "outbound"),
    "transaction_status": ("purchased", "granted", "voided", "invoiced"),
}
_SEARCHED = ("name", "firstname", "lastname", "external_id", "email")


def of_invoices(query: Query) -> list[Test]:
    """
    The filters of ``GET /invoices``.

    Raises:
        RefusalError: a status that Lago does not know.
    """
    statuses = _valid(query, ("status", "statuses[]"), VISIBLE) or VISIBLE
    paid = _valid(query, ("payment_status", "payment_statuses[]"), PAYMENT_STATUSES)
    return [
        lambda one: one["status"] in statuses,
        lambda one: not paid or one["payment_status"] in paid,
        *_of_documents(query),
        *equal(query, "invoice_type", "purchase_order_number"),
        *_switched(query, "payment_overdue"),
        *_disputed(query),
        *_settled(query),
        *_partially_paid(query),
        *_metadata(query),
        *_searched(query),
    ]


def of_credit_notes(query: Query) -> list[Test]:
    """The filters of ``GET /credit_notes``; values that Lago does not know are ignored."""
    types = _known(query, "types", TYPES)
    return [
        *_of_documents(query),
        *equal(query, "invoice_number"),
        *_among(query, "credit_status", CREDIT_STATUSES),
        *_among(query, "refund_status", PAYMENT_STATUSES),
        *_among(query, "reason", REASONS),
        lambda one: not types or any(one[f"{kind}_amount_cents"] for kind in types),
    ]


def of_customers(query: Query) -> list[Test]:
    """The filters of ``GET /customers``; an external id leaves ``search_term`` out of account."""
    among = [
        lambda one, member=member, wanted=wanted: one[member] in wanted
        for name, member in _OF_CUSTOMERS.items()
        if (wanted := query.get(f"{name}[]"))
    ]
    term = "" if "external_id" in query else (first(query, "search_term") or "").casefold()
    return [
        *equal(query, "external_id", "customer_type"),
        *of_entities(query),
        *among,
        *_metadata(query),
        lambda one: any(term in (one[name] or "").casefold() for name in (*_SEARCHED, "legal_name")),
    ]


def of_wallet_transactions(query: Query) -> list[Test]:
    """The filters of ``GET /wallets/:id/wallet_transactions``; of ``metadata`` none is emulated."""
    return [test for name, allowed in _OF_TRANSACTIONS.items() for test in _among(query, name, allowed)]


def equal(query: Query, *names: str) -> list[Test]:
    """Members that have exactly the wanted text."""
    wanted = {name: first(query, name) for name in names}
    return [
        lambda one, member=member, value=value: one[member] == value  # type: ignore[misc]
        for member, value in wanted.items()
        if value is not None
    ]


def of_entities(query: Query) -> list[Test]:
    """``billing_entity_codes[]``."""
    wanted = query.get("billing_entity_codes[]")
    return [lambda one: one["billing_entity_code"] in wanted] if wanted else []


def refuse_unknown_entities(query: Query, known: Callable[[], Collection[str]]) -> None:
    """
    Look the wanted billing entities up, where any is wanted.

    Raises:
        RefusalError: one of them does not exist.
    """
    wanted = query.get("billing_entity_codes[]", ())
    if wanted and not set(wanted) <= set(known()):
        raise refusal.missing("billing_entity")


def first(query: Query, name: str) -> str | None:
    """The first value of a parameter."""
    values = query.get(name)
    return values[0] if values else None


def _of_documents(query: Query) -> list[Test]:
    begins, ends = _day(query, "issuing_date_from"), _day(query, "issuing_date_to")
    least, most = _amount(query, "amount_from"), _amount(query, "amount_to")
    customer = first(query, "external_customer_id")
    tests: list[Test] = [
        lambda one: begins is None or one["issuing_date"] >= begins,
        lambda one: ends is None or one["issuing_date"] <= ends,
        lambda one: least is None or one["total_amount_cents"] >= least,
        lambda one: most is None or one["total_amount_cents"] <= most,
        lambda one: customer is None or one["customer"]["external_id"] == customer,
    ]
    return [*tests, *equal(query, "currency"), *_switched(query, "self_billed"), *of_entities(query)]


def _switched(query: Query, name: str) -> list[Test]:
    wanted = _boolean(query, name)
    return [] if wanted is None else [lambda one: one[name] is wanted]


def _among(query: Query, name: str, allowed: Sequence[str]) -> list[Test]:
    wanted = _known(query, name, allowed)
    return [lambda one: one[name] in wanted] if wanted else []


def _partially_paid(query: Query) -> list[Test]:
    wanted = _boolean(query, "partially_paid")
    return [] if wanted is None else [lambda one: _is_partially_paid(one) is wanted]


def _disputed(query: Query) -> list[Test]:
    """
    ``payment_dispute_lost``: any text finds the lost ones, also ``false`` (``with_payment_dispute_lost``).
    """
    is_given = first(query, "payment_dispute_lost") is not None
    return [lambda one: one["payment_dispute_lost_at"] is not None] if is_given else []


def _settled(query: Query) -> list[Test]:
    """
    ``settlements[]``: no payment makes a settlement, only the offset of a credit note does.

    Source: the callers of lago-api ``InvoiceSettlements::CreateService``.
    """
    wanted = _known(query, "settlements", SETTLEMENTS)
    if not wanted:
        return []
    return [
        lambda one: "credit_note" in wanted and bool(one["total_offsetted_credit_note_amount_cents"]),
    ]


def _is_partially_paid(one: Json) -> bool:
    return bool(0 < one["total_paid_amount_cents"] < one["total_amount_cents"])


def _searched(query: Query) -> list[Test]:
    """``search_term``: part of the id, the number or the customer's names, in either case."""
    wanted = (first(query, "search_term") or "").casefold()

    def names(one: Json) -> list[str]:
        return [one["lago_id"], one["number"], *(one["customer"].get(name) or "" for name in _SEARCHED)]

    return [lambda one: any(wanted in name.casefold() for name in names(one))] if wanted else []


def _metadata(query: Query) -> list[Test]:
    """``metadata[key]=value``; with an empty value the documents without that key."""
    named = ((_METADATA.fullmatch(name), given) for name, given in query.items())
    wanted = [(found["key"], given[0]) for found, given in named if found and given]

    def has(one: Json, key: str, value: str) -> bool:
        known = {entry["key"]: entry["value"] for entry in one.get("metadata") or ()}
        return known.get(key) == value if value else key not in known

    return [lambda one: all(has(one, key, value) for key, value in wanted)]


def _valid(query: Query, names: Sequence[str], allowed: Sequence[str]) -> list[str]:
    given = [value for name in names for value in query.get(name, ())]
    if any(value not in allowed for value in given):
        raise refusal.invalid({names[0]: ["value_is_invalid"]})
    return given


def _known(query: Query, name: str, allowed: Sequence[str]) -> list[str]:
    given = (*query.get(name, ()), *query.get(f"{name}[]", ()))
    return [value for value in given if value in allowed]


def _boolean(query: Query, name: str) -> bool | None:
    text = first(query, name)
    return text not in ("false", "0", "f") if text else None


def _amount(query: Query, name: str) -> int | None:
    text = first(query, name) or ""
    return int(text) if text.isdecimal() else None


def _day(query: Query, name: str) -> str | None:
    text = first(query, name)
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return None
