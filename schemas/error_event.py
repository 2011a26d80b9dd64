"""
The error event on ``lago.accounting-provider-error``, which the relay posts as a signed webhook.

Its first members are those of Lago's ``customer.accounting_provider_error`` body, so that receivers of Lago's
own error webhook need no change (getlago/lago-api ``V1::Integrations::CustomerErrorSerializer``); our members
follow.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.name_id import NameIds
from schemas.result import SourceRef

TOPIC = "lago.accounting-provider-error"
WEBHOOK_TYPE = "customer.accounting_provider_error"
MAX_MESSAGE_CHARS = 4096
MAX_GAPS = 20
MAX_GAP_CHARS = 300

_IDS = NameIds("accounting-provider-error.lago-netsuite")


class ProviderError(BaseModel):
    """Message and error code, as in Lago's webhook."""

    model_config = ConfigDict(frozen=True)

    message: str
    error_code: str


class CustomerError(BaseModel):
    """The customer of the failed event, as in Lago's webhook; ids are null when it could not be decoded."""

    model_config = ConfigDict(frozen=True)

    lago_customer_id: str | None
    external_customer_id: str | None
    accounting_provider: Literal["netsuite"] = "netsuite"
    accounting_provider_code: str
    provider_error: ProviderError


class FailedObject(BaseModel):
    """The document that failed; `amount` is decimal text in units of the currency."""

    model_config = ConfigDict(frozen=True)

    type: str
    lago_id: str
    number: str | None = None
    amount: str | None = None
    currency: str | None = None


class Gap(BaseModel):
    """One of several reasons of one failure; `key` is the path of the setting that ends it."""

    model_config = ConfigDict(frozen=True)

    code: str
    key: str
    message: str
    hint: str


class ErrorEvent(BaseModel):
    """One failure of one event at one connection; every repeat of it has the same `id`."""

    model_config = ConfigDict(frozen=True)

    webhook_type: Literal["customer.accounting_provider_error"] = "customer.accounting_provider_error"
    object_type: Literal["accounting_provider_customer_error"] = "accounting_provider_customer_error"
    organization_id: str | None
    accounting_provider_customer_error: CustomerError

    id: str
    occurred_at: str
    event: str | None = Field(description="type of the event that failed; null when it could not be decoded")
    object: FailedObject | None
    hint: str
    details: dict[str, str] = Field(default_factory=dict)
    gaps: tuple[Gap, ...] = Field(
        default=(), description="the reasons one by one, where a setting ends each; the first ones of many"
    )
    retryable: bool = Field(description="whether the same event can succeed once the cause is mended")
    attempts: int
    first_failed_at: str
    source: SourceRef
    original: Any = Field(description="the event as JSON, or {'base64': …} when it could not be decoded")
    trace_id: str | None = None


def event_id(connection: str, topic: str, partition: int, offset: int) -> str:
    """The id of a failure: a UUID that is the same for every delivery of a record at a connection."""
    return _IDS.of(f"{connection}/{topic}/{partition}/{offset}")
