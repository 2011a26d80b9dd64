"""A sample error event, to test an endpoint."""

from __future__ import annotations

from datetime import datetime

from consumer.relay.endpoint import Endpoint
from schemas.error_event import CustomerError, ErrorEvent, FailedObject, ProviderError
from schemas.result import SourceRef
from schemas.scalar import utc_text

CODE = "sample"


def body(endpoint: Endpoint, organization_id: str, *, webhook_id: str, now: datetime) -> bytes:
    """The bytes of the sample, which receivers recognise by the error code ``sample``."""
    event = ErrorEvent(
        organization_id=organization_id,
        accounting_provider_customer_error=CustomerError(
            lago_customer_id="00000000-0000-4000-8000-000000000000",
            external_customer_id="sample-customer",
            accounting_provider_code=endpoint.connection,
            provider_error=ProviderError(
                message="This is a sample: nothing has failed, and nothing is to be done.", error_code=CODE
            ),
        ),
        id=webhook_id,
        occurred_at=utc_text(now),
        event="invoice.created",
        object=FailedObject(
            type="invoice",
            lago_id="00000000-0000-4000-8000-000000000001",
            number="SAMPLE-1",
            amount="1.00",
            currency="EUR",
        ),
        hint="posted by lago-netsuite relay test",
        retryable=False,
        attempts=1,
        first_failed_at=utc_text(now),
        source=SourceRef(
            topic="lago.invoices", partition=0, offset=0, timestamp_ms=int(now.timestamp() * 1_000)
        ),
        original=None,
    )
    return event.model_dump_json().encode()
