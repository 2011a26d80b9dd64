"""One received webhook, and its Kafka record."""

from __future__ import annotations

from datetime import datetime
from random import getrandbits

from msgspec import Struct

from consumer.events import headers
from consumer.events.headers import Headers, cloud_event
from consumer.ingest.routing_keys import Outline
from consumer.lago.signatures import ALGORITHM_HEADER, SIGNATURE_HEADER, UNIQUE_KEY_HEADER
from consumer.pipeline.routing import ROUTES
from consumer.record import Event

TOPICS = {
    "customer": "lago.customers",
    "invoice": "lago.invoices",
    "credit_note": "lago.credit_notes",
    "payment": "lago.payments",
    "payment_receipt": "lago.payments",
}


class Webhook(Struct, frozen=True, kw_only=True):
    """
    A received request; missing headers are empty.

    Attributes:
        name: the name in the path: a connection code or an organisation id.
        body: the bytes as received.
        unique_key: of Lago's stored webhook: the same for all retries, another for each webhook endpoint.
    """

    name: str
    body: bytes
    signature: str = ""
    algorithm: str = ""
    unique_key: str = ""
    trace_parent: str = ""
    trace_state: str = ""


def topic_of(event: Outline) -> str | None:
    """
    The input topic of an event, without prefix; None for an event that is not kept.

    All events of the four objects are kept, not only those that are processed today: Lago does not send an
    event again later, and with the record on Kafka a future rule can be applied by a replay.
    """
    topic = TOPICS.get(event.object_type)
    if topic is None and event.webhook_type in ROUTES:
        return TOPICS[event.webhook_type.partition(".")[0]]
    return topic


def to_event(webhook: Webhook, event: Outline, *, topic: str, now: datetime) -> Event:
    """
    The record of a webhook: its bytes unchanged, with organisation and customer as its key.

    Args:
        webhook: the received request.
        event: the outline of its body.
        topic: its topic, without prefix.
        now: when it was received; Lago's body has no time of the event.
    """
    return Event(topic=topic, key=_key(event), value=webhook.body, headers=_headers(webhook, event, now))


def _key(event: Outline) -> bytes:
    customer = event.external_customer_id
    return (f"{event.organization_id}:{customer}" if customer else event.organization_id).encode()


def _headers(webhook: Webhook, event: Outline, now: datetime) -> Headers:
    return (
        (SIGNATURE_HEADER, webhook.signature.encode()),
        (ALGORITHM_HEADER, webhook.algorithm.encode()),
        (UNIQUE_KEY_HEADER, webhook.unique_key.encode()),
        *cloud_event(
            event_id=webhook.unique_key,
            event_type=event.webhook_type,
            source=f"/lago/{event.organization_id}",
            time=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        ),
        *_trace(webhook),
    )


def _trace(webhook: Webhook) -> Headers:
    carried = headers.context(webhook.trace_parent, webhook.trace_state)
    if carried:
        return carried
    # A new trace begins here. It has the sampled flag, since consumers drop traces without it.
    made = f"00-{getrandbits(128) or 1:032x}-{getrandbits(64) or 1:016x}-01"
    return (("traceparent", made.encode()),)
