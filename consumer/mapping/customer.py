"""Map Lago's customer to a NetSuite customer, after Lago's own payload, with its missing fields added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from consumer.config.connection import Connection
from consumer.mapping import field_limits, fields, header, identity
from consumer.mapping.decision_log import DecisionLog
from schemas.customer import Address, Customer, IntegrationCustomer
from schemas.scalar import utc_text
from schemas.wire import WriteItem

NAME_SUBSTITUTED = "LAGO_NAME_SUBSTITUTED"

LINKED_ID = "event.integration_customers.external_customer_id"


def linked_id(customer: Customer, connection: Connection) -> str | None:
    """
    The internal id of the NetSuite customer that Lago links at this connection; None without a link.

    A link without an id does not count: Lago has one while it creates the customer itself
    (``sync_with_provider``).
    """
    ids = (link.external_customer_id for link in _links(customer, connection))
    return next((found for found in ids if found), None)


def reference(customer: Customer, decision_log: DecisionLog) -> dict[str, str]:
    """
    The reference from a document to its customer.

    That of a linked customer names Lago's customer too, so that the script refuses a NetSuite customer that
    belongs to another one.
    """
    internal_id = linked_id(customer, decision_log.connection)
    if internal_id:
        decision_log.chose("customer", f"internal id {internal_id}", LINKED_ID)
        return {"internalId": internal_id, "lagoId": customer.lago_id}
    return {"externalId": identity.CUSTOMER + customer.lago_id}


def item(customer: Customer, decision_log: DecisionLog, *, is_update: bool) -> WriteItem:
    """
    The customer as one item of a request; with `is_update` an existing record is updated.

    A linked customer is adopted: the NetSuite record with that internal id becomes this customer's record.
    """
    internal_id = linked_id(customer, decision_log.connection) if is_update else None
    if internal_id:
        decision_log.chose("customer", f"adopts internal id {internal_id}", LINKED_ID)
    names = _names(customer)
    fitted = field_limits.fit(_record(customer, names, decision_log))
    return WriteItem(
        ref="customer",
        mode="adopt" if internal_id else "upsert" if is_update else "create_or_get",
        external_id=identity.CUSTOMER + customer.lago_id,
        internal_id=internal_id,
        lago_id=customer.lago_id,
        version=utc_text(customer.updated_at or customer.created_at),
        fingerprint=identity.fingerprint(fitted.record),
        record=fitted.record,
        warnings=(*names.warnings, *fitted.warnings),
    )


def _links(customer: Customer, connection: Connection) -> Iterator[IntegrationCustomer]:
    for link in customer.integration_customers:
        if link.type == "netsuite" and link.integration_code == connection.code:
            yield link


def _record(customer: Customer, names: Names, decision_log: DecisionLog) -> dict[str, Any]:
    clash = decision_log.connection.customers.on_entity_id_clash
    addresses = _address_book(customer)
    return {
        "type": "customer",
        "columns": _columns(customer, names, decision_log),
        **({"lines": addresses} if addresses else {}),
        "options": {"ignoreMandatoryFields": False} | ({"entityIdClash": clash} if clash == "suffix" else {}),
    }


def _columns(customer: Customer, names: Names, decision_log: DecisionLog) -> dict[str, Any]:
    connection = decision_log.connection
    columns: dict[str, Any] = {
        "isperson": customer.customer_type == "individual",
        "subsidiary": _subsidiary(customer, decision_log),
        "currency": _currency(customer, decision_log),
        "custentity_lago_id": customer.lago_id,
        "custentity_lago_sf_id": customer.external_salesforce_id,
        "custentity_lago_customer_link": _link(customer, connection),
        "email": _first(customer.email),
        "phone": _first(customer.phone),
    }
    if connection.customers.entity_id == "external_id":
        columns |= {"entityid": customer.external_id, "autoname": False}
    columns |= names.columns
    columns |= fields.configured("customer", customer.billing_entity_code, decision_log)
    return header.filled(columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The name fields of the customer; NetSuite requires a company's name or a person's last name."""

    columns: dict[str, str | None]
    warnings: tuple[str, ...] = ()


def _names(customer: Customer) -> Names:
    """The names; Lago requires none, so a missing one is replaced by another name or the external id."""
    person = " ".join(filter(None, (customer.firstname, customer.lastname))) or None
    if customer.customer_type != "individual":
        found = _first_named(
            name=customer.name,
            legal_name=customer.legal_name,
            person=person,
            external_id=customer.external_id,
        )
        return _substituted({"companyname": found[1]}, "companyname", found[0], "name")
    columns = {"companyname": customer.name, "firstname": customer.firstname}
    found = _first_named(
        lastname=customer.lastname,
        name=customer.name,
        firstname=customer.firstname,
        legal_name=customer.legal_name,
        external_id=customer.external_id,
    )
    if found[0] == "firstname":
        columns["firstname"] = None
    return _substituted(columns | {"lastname": found[1]}, "lastname", found[0], "lastname")


def _first_named(**names: str | None) -> tuple[str, str | None]:
    return next(((label, name) for label, name in names.items() if name), ("", None))


def _substituted(columns: dict[str, str | None], field: str, source: str, own: str) -> Names:
    if source == own:
        return Names(columns=columns)
    warning = f"{NAME_SUBSTITUTED} {field} Lago's customer has no {own}; its {source} stands in for it"
    return Names(columns=columns, warnings=(warning,))


def _subsidiary(customer: Customer, decision_log: DecisionLog) -> str | None:
    connection = decision_log.connection
    ids = (link.subsidiary_id for link in _links(customer, connection))
    linked = next((found for found in ids if found), None)
    if linked:
        decision_log.chose("customer subsidiary", linked, "event.integration_customers.subsidiary_id")
        return linked
    subsidiary, rule = connection.subsidiary_of(customer.billing_entity_code)
    if subsidiary:
        decision_log.chose("customer subsidiary", subsidiary, rule)
    return subsidiary


def _currency(customer: Customer, decision_log: DecisionLog) -> str | None:
    # A customer's primary currency cannot change once it has a transaction, so it is set at creation.
    mapped = decision_log.connection.mapping.currencies.get(customer.currency or "")
    if mapped:
        decision_log.chose("customer currency", mapped, f"mapping.currencies.{customer.currency}")
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
    # Country first: NetSuite's list of states depends on it.
    parts = {
        "country": address.country,
        "addr1": address.address_line1,
        "addr2": address.address_line2,
        "city": address.city,
        "state": address.state,
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
