"""Lago's customer (``V1::CustomerSerializer``)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from schemas.scalar import LagoObject, Text, Timestamp, empty_when_null


class Address(LagoObject):
    """A postal address; the billing address is part of the customer object itself."""

    address_line1: Text = None
    address_line2: Text = None
    city: Text = None
    zipcode: Text = None
    state: Text = None
    country: Text = Field(default=None, description="ISO 3166 two-letter code, upper case")

    @property
    def is_blank(self) -> bool:
        """Whether all members are empty."""
        return self.parts == (None,) * 6

    @property
    def parts(self) -> tuple[str | None, ...]:
        """The six members, for the comparison of addresses."""
        return (self.address_line1, self.address_line2, self.city, self.zipcode, self.state, self.country)


class IntegrationCustomer(LagoObject):
    """A link from a Lago customer to a record of an accounting, tax or sales system."""

    type: Text = None
    integration_code: Text = None
    external_customer_id: Text = Field(default=None, description="NetSuite's internal id")
    subsidiary_id: Text = None


class Metadatum(LagoObject):
    """One key and value of a customer's metadata."""

    key: str
    value: Text = None


class Customer(Address):
    """The customer object of customer events, and the one embedded in documents."""

    lago_id: str = Field(min_length=1)
    external_id: str = Field(min_length=1)
    billing_entity_code: Text = None
    account_type: str = Field(default="customer", examples=["customer", "partner"])
    name: Text = None
    firstname: Text = None
    lastname: Text = None
    customer_type: Text = Field(default=None, examples=["company", "individual"])
    email: Text = Field(default=None, description="may hold several addresses, separated by commas")
    phone: Text = Field(default=None, description="may hold several numbers, separated by commas")
    url: Text = None
    legal_name: Text = None
    tax_identification_number: Text = None
    currency: Text = None
    timezone: Text = None
    applicable_timezone: Text = None
    external_salesforce_id: Text = None
    created_at: Timestamp = None
    updated_at: Timestamp = None
    shipping_address: Address | None = None
    metadata: Annotated[tuple[Metadatum, ...], BeforeValidator(empty_when_null)] = ()
    integration_customers: Annotated[tuple[IntegrationCustomer, ...], BeforeValidator(empty_when_null)] = ()
