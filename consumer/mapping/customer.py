"""Lago's customer as a NetSuite customer (field by field as Lago's own payload, with its gaps closed)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consumer.connection import Connection
from consumer.mapping import fields, header, identity
from consumer.mapping.journal import Journal
from schemas.customer import Address, Customer, IntegrationCustomer
from schemas.scalar import utc_text
from schemas.wire import WriteItem

# Lago cuts at these (lago-api contacts payload); NetSuite's own limits are a little wider.
MAX_PERSON_NAME_CHARS = 30
MAX_ADDRESS_LINE_CHARS = 150
MAX_CITY_CHARS = 50
MAX_STATE_CHARS = 30
# NetSuite's own limits, beyond which it refuses the whole customer.
MAX_COMPANY_NAME_CHARS = 83
MAX_PHONE_CHARS = 32

LINKED_ID = "event.integration_customers.external_customer_id"


def linked_id(customer: Customer, connection: Connection) -> str | None:
    """
    The internal id of the NetSuite customer that Lago has linked at this connection, if any.

    A link without an id is none: Lago keeps one while it is about to create the customer by itself
    (``sync_with_provider``).
    """
    ids = (link.external_customer_id for link in _links(customer, connection))
    return next((found for found in ids if found), None)


def reference(customer: Customer, journal: Journal) -> dict[str, str]:
    """How a document names its customer."""
    internal_id = linked_id(customer, journal.connection)
    if internal_id:
        journal.chose("customer", f"internal id {internal_id}", LINKED_ID)
        return {"internalId": internal_id}
    return {"externalId": identity.CUSTOMER + customer.lago_id}


def item(customer: Customer, journal: Journal, *, is_update: bool) -> WriteItem:
    """
    The customer as one item of a request; `is_update` lets an existing record be changed.

    A customer that Lago has linked is adopted: the record with that internal id becomes this customer's.
    """
    internal_id = linked_id(customer, journal.connection) if is_update else None
    if internal_id:
        journal.chose("customer", f"adopts internal id {internal_id}", LINKED_ID)
    record = _record(customer, journal)
    return WriteItem(
        ref="customer",
        mode="adopt" if internal_id else "upsert" if is_update else "create_or_get",
        external_id=identity.CUSTOMER + customer.lago_id,
        internal_id=internal_id,
        lago_id=customer.lago_id,
        version=utc_text(customer.updated_at or customer.created_at),
        fingerprint=identity.fingerprint(record),
        record=record,
    )


def _links(customer: Customer, connection: Connection) -> Iterator[IntegrationCustomer]:
    for link in customer.integration_customers:
        if link.type == "netsuite" and link.integration_code == connection.code:
            yield link


def _record(customer: Customer, journal: Journal) -> dict[str, Any]:
    clash = journal.connection.customers.on_entity_id_clash
    addresses = _address_book(customer)
    return {
        "type": "customer",
        "columns": _columns(customer, journal),
        **({"lines": addresses} if addresses else {}),
        "options": {"ignoreMandatoryFields": False} | ({"entityIdClash": clash} if clash == "suffix" else {}),
    }


def _columns(customer: Customer, journal: Journal) -> dict[str, Any]:
    connection = journal.connection
    columns: dict[str, Any] = {
        "isperson": customer.customer_type == "individual",
        "subsidiary": _subsidiary(customer, journal),
        "currency": _currency(customer, journal),
        "custentity_lago_id": customer.lago_id,
        "custentity_lago_sf_id": customer.external_salesforce_id,
        "custentity_lago_customer_link": _link(customer, connection),
        "email": _first(customer.email),
        "phone": _cut(_first(customer.phone), MAX_PHONE_CHARS),
    }
    if connection.customers.entity_id == "external_id":
        columns |= {"entityid": customer.external_id, "autoname": False}
    columns |= _names(customer)
    columns |= fields.configured("customer", customer.billing_entity_code, journal)
    return header.filled(columns)


def _names(customer: Customer) -> dict[str, str | None]:
    company = {"companyname": _cut(customer.name, MAX_COMPANY_NAME_CHARS)}
    if customer.customer_type != "individual":
        return company
    return company | {
        "firstname": _cut(customer.firstname, MAX_PERSON_NAME_CHARS),
        "lastname": _cut(customer.lastname, MAX_PERSON_NAME_CHARS),
    }


def _subsidiary(customer: Customer, journal: Journal) -> str | None:
    connection = journal.connection
    ids = (link.subsidiary_id for link in _links(customer, connection))
    linked = next((found for found in ids if found), None)
    if linked:
        journal.chose("customer subsidiary", linked, "event.integration_customers.subsidiary_id")
        return linked
    subsidiary, rule = connection.subsidiary_of(customer.billing_entity_code)
    if subsidiary:
        journal.chose("customer subsidiary", subsidiary, rule)
    return subsidiary


def _currency(customer: Customer, journal: Journal) -> str | None:
    # A customer's primary currency cannot change once a transaction exists, so it is given at creation.
    mapped = journal.connection.mapping.currencies.get(customer.currency or "")
    if mapped:
        journal.chose("customer currency", mapped, f"mapping.currencies.{customer.currency}")
    return mapped


def _link(customer: Customer, connection: Connection) -> str | None:
    lago = connection.lago
    if not lago.front_url or not lago.organization_slug:
        return None
    return f"{lago.front_url.rstrip('/')}/{lago.organization_slug}/customer/{customer.lago_id}"


def _address_book(customer: Customer) -> list[dict[str, Any]]:
    shipping = customer.shipping_address or Address()
    if customer.is_blank and shipping.is_blank:
        return []
    if shipping.is_blank or shipping.parts == customer.parts:
        lines = [_address(customer, is_billing=True, is_shipping=True)]
    elif customer.is_blank:
        lines = [_address(shipping, is_billing=False, is_shipping=True)]
    else:
        lines = [
            _address(customer, is_billing=True, is_shipping=False),
            _address(shipping, is_billing=False, is_shipping=True),
        ]
    return [{"sublistId": "addressbook", "lineItems": lines}]


def _address(address: Address, *, is_billing: bool, is_shipping: bool) -> dict[str, Any]:
    # Country first: NetSuite's choice of states depends on it.
    parts = {
        "country": address.country,
        "addr1": _cut(address.address_line1, MAX_ADDRESS_LINE_CHARS),
        "addr2": _cut(address.address_line2, MAX_ADDRESS_LINE_CHARS),
        "city": _cut(address.city, MAX_CITY_CHARS),
        "state": _cut(address.state, MAX_STATE_CHARS),
        "zip": address.zipcode,
    }
    return {
        "defaultbilling": is_billing,
        "defaultshipping": is_shipping,
        "subObjectId": "addressbookaddress",
        "subObject": {name: value for name, value in parts.items() if value is not None},
    }


def _first(several: str | None) -> str | None:
    first = several.split(",")[0].strip() if several else ""
    return first or None


def _cut(text: str | None, max_chars: int) -> str | None:
    return None if text is None else text[:max_chars]
