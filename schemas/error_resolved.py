"""
The event that ends a failure, on ``lago.accounting-provider-error`` with the key of its error event.

It is a webhook for endpoints that subscribe to its type; others do not get it. Readers of error events leave
out what has another ``webhook_type``.
"""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.error_event import FailedObject

WEBHOOK_TYPE = "customer.accounting_provider_error_resolved"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "accounting-provider-error-resolved.lago-netsuite")


class ResolvedCustomer(BaseModel):
    """The customer of the failure, and the connection; as in the error event."""

    model_config = ConfigDict(frozen=True)

    lago_customer_id: str | None
    external_customer_id: str | None
    accounting_provider: Literal["netsuite"] = "netsuite"
    accounting_provider_code: str


class ErrorResolved(BaseModel):
    """A failure is no longer open; every repeat of the event has the same `id`."""

    model_config = ConfigDict(frozen=True)

    webhook_type: Literal["customer.accounting_provider_error_resolved"] = (
        "customer.accounting_provider_error_resolved"
    )
    object_type: Literal["accounting_provider_customer_error"] = "accounting_provider_customer_error"
    organization_id: str | None
    accounting_provider_customer_error: ResolvedCustomer

    id: str
    error_id: str = Field(description="id of the error event")
    occurred_at: str
    object: FailedObject | None
    resolved_by: Literal["written", "closed"] = Field(
        description="written: a replay or a later event of the same object has brought the document to "
        "NetSuite; closed: a person has closed it"
    )
    reason: str = Field(default="", description="why it is closed, in the words of who closed it")


def event_id(error_id: str) -> str:
    """The id of the event that ends a failure."""
    return str(uuid.uuid5(_NAMESPACE, error_id))
