"""The demo's customers: twelve, of one Lago organisation with four billing entities."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consumer.sandbox.lago import customers

ORGANIZATION_SLUG = "hooli"
CONNECTION = "netsuite-demo"
ORDERING_CONNECTION = f"{CONNECTION}-gulf"
CODES = (CONNECTION, ORDERING_CONNECTION)
ORDERING_ENTITY = "hooli_gulf"
"""The billing entity whose connection also writes sales orders."""
EXISTING_CUSTOMER_ID = "501"
"""Internal id of the customer that exists in the sandbox before the first event: the first id it assigns."""
FILE = Path(__file__).with_name("customers.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """One of Lago's taxes; `rate` in percent."""

    code: str
    name: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """
    One customer of the demo.

    Attributes:
        name: company name; None for an individual.
        zone: IANA time zone.
        taxes: the taxes that Lago applies to the customer's fees.
        person: first and last name of an individual; None for a company.
        ships_elsewhere: whether the shipping address differs from the billing address.
    """

    external_id: str
    name: str | None
    entity: str
    currency: str
    country: str
    zone: str
    city: str
    street: str
    zipcode: str
    plan: str
    taxes: tuple[Tax, ...]
    person: tuple[str, str] | None
    ships_elsewhere: bool

    @property
    def handle(self) -> str:
        """The short name of the customer, used in e-mail addresses and as a key."""
        return self.external_id.removeprefix("cus_")

    @property
    def slug(self) -> str:
        """Lago's customer slug, the prefix of the customer's invoice numbers."""
        return f"HOO-{uuid.uuid5(uuid.NAMESPACE_OID, self.external_id).hex[:4].upper()}"

    @property
    def content(self) -> dict[str, Any]:
        """The customer's members in Lago."""
        first, last = self.person or (None, None)
        place = {"city": self.city, "zipcode": self.zipcode, "country": self.country}
        depot = {"address_line1": "Lagerhaus 7", **place} if self.ships_elsewhere else {}
        return {
            **customers.no_address(),
            **place,
            "address_line1": self.street,
            "billing_entity_code": self.entity,
            "name": self.name,
            "legal_name": self.name,
            "firstname": first,
            "lastname": last,
            "customer_type": "individual" if self.person else "company",
            "slug": self.slug,
            "email": f"ap@{self.handle}.example,billing@{self.handle}.example",
            "url": f"https://{self.handle}.example",
            "phone": "+49 40 5550100",
            "legal_number": None,
            "tax_identification_number": None,
            "currency": self.currency,
            "timezone": self.zone,
            "applicable_timezone": self.zone,
            "shipping_address": customers.no_address() | depot,
            "metadata": [],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """All customers by their handle and all taxes by their code."""

    members: dict[str, Member]
    taxes: dict[str, Tax]


def read() -> Customers:
    """Read customers and taxes from `FILE`."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    taxes = {one["code"]: Tax(**one) for one in content["taxes"]}
    members = [_member(one, taxes) for one in content["customers"]]
    return Customers(members={member.handle: member for member in members}, taxes=taxes)


def _member(one: dict[str, Any], taxes: dict[str, Tax]) -> Member:
    person = one["person"]
    own = tuple(taxes[code] for code in one["taxes"])
    return Member(**one | {"taxes": own, "person": (person[0], person[1]) if person else None})
