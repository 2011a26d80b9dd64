"""Rules between the settings for credits, voids and refunds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from consumer.config.connection_rules import Fault, section

_OFF = (False, "false", "no", "off")


def faults_of(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """The faults of one connection; paths are relative to it."""
    yield from _credit_counted_twice(connection)
    yield from _refunds_without_account(connection)


def _credit_counted_twice(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """A negative line and an open credit memo both reduce the customer's balance by the same credit."""
    if connection.get("credits") == "line" and _syncs(connection, "credit_notes"):
        cause = "a negative line for a spent credit note counts the credit twice, since its memo stays open"
        way_out = "write credits: apply, or sync.credit_notes: false where no memos are to be booked"
        yield ("credits",), f"{cause}; {way_out}"


def _refunds_without_account(connection: Mapping[str, Any]) -> Iterator[Fault]:
    """A customer refund in NetSuite needs an account, a payment method and a credit memo that it refunds."""
    if connection.get("refunds") != "customer_refund":
        return
    if not _syncs(connection, "credit_notes"):
        yield ("refunds",), "customer_refund pays credit memos back; sync.credit_notes: false books none"
    mapping = section(connection, "mapping")
    entities = section(mapping, "billing_entities")
    levels = (mapping, *(section(entities, code) for code in entities))
    for name in ("account", "payment_method"):
        if not any(_maps(section(level, "refund"), name) for level in levels):
            yield ("refunds",), f"customer_refund needs mapping.refund.{name}, which NetSuite demands"


def _maps(refund: Mapping[str, Any], name: str) -> bool:
    currencies = section(refund, "currencies")
    return bool(refund.get(name)) or any(section(currencies, code).get(name) for code in currencies)


def _syncs(connection: Mapping[str, Any], kind: str) -> bool:
    return section(connection, "sync").get(kind, True) not in _OFF
