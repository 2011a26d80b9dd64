"""Customers as Lago serialises them (``V1::CustomerSerializer``); the values are invented."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.lago.notation import Json, id_of

MAX_VALUE_CHARS = 100
"""Of an entry of a customer's metadata; an invoice's may be longer."""


def address(**changes: Any) -> Json:
    """A postal address."""
    return {
        "address_line1": "Torstraße 140",
        "address_line2": "2. Hinterhof",
        "city": "Berlin",
        "zipcode": "10119",
        "state": "Berlin",
        "country": "DE",
    } | changes


def no_address() -> Json:
    """The address object of a customer without an address; Lago sends it with empty members."""
    return dict.fromkeys(address())


def link(code: str = "netsuite-eu", **changes: Any) -> Json:
    """A customer's link to a NetSuite customer."""
    return {
        "lago_id": id_of("link", code),
        "external_customer_id": "48213",
        "type": "netsuite",
        "integration_code": code,
        "code": code,
        "is_default": True,
        "category": "accounting",
        "sync_with_provider": True,
        "subsidiary_id": "4",
    } | changes


def metadatum(key: str, value: str, **changes: Any) -> Json:
    """One entry of a customer's metadata."""
    return {
        "lago_id": id_of("metadatum", key),
        "key": key,
        "value": value,
        "display_in_invoice": False,
        "created_at": "2026-03-02T09:15:42Z",
    } | changes


def customer(*, lago_id: str, external_id: str, **changes: Any) -> Json:
    """A customer, by default a company in Berlin; without ``integration_customers``."""
    built = {
        "lago_id": lago_id,
        "billing_entity_code": "acme-eu",
        "external_id": external_id,
        "account_type": "customer",
        "name": "Nordlicht Analytik GmbH",
        "firstname": None,
        "lastname": None,
        "customer_type": "company",
        "sequential_id": 18,
        "slug": "ACM-3F21-018",
        "created_at": "2026-03-02T09:15:42Z",
        "updated_at": "2026-08-01T00:04:11Z",
        "email": "ap@nordlicht.example,billing@nordlicht.example",
        "url": "https://nordlicht.example",
        "phone": "+49 30 5550111, +49 30 5550112",
        "logo_url": None,
        "legal_name": "Nordlicht Analytik GmbH",
        "legal_number": "HRB 210045",
        "currency": "EUR",
        "tax_identification_number": "DE999999999",
        "timezone": "Europe/Berlin",
        "applicable_timezone": "Europe/Berlin",
        "net_payment_term": 30,
        "external_salesforce_id": None,
        "finalize_zero_amount_invoice": "inherit",
        "billing_configuration": {"invoice_grace_period": None, "payment_provider": None},
        "shipping_address": no_address(),
        "skip_invoice_custom_sections": False,
        "metadata": [metadatum("crm_segment", "mid_market")],
    }
    return built | address() | changes
