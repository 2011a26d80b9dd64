"""Process one webhook: verify it, deduplicate it, choose its topic, and write it to Kafka."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from consumer.clock import Clock
from consumer.config.problem import shown
from consumer.errors import ContractError
from consumer.events import headers
from consumer.ingest.answer_log import NOBODY
from consumer.ingest.arrival import TOO_BUSY
from consumer.ingest.deduplication import Deduplication, Identity, identity
from consumer.ingest.endpoints import Endpoint
from consumer.ingest.response import Answer
from consumer.ingest.routing_keys import Outline, outline
from consumer.ingest.webhook import Webhook, to_event, topic_of
from consumer.kafka.publisher import RecordTooLargeError
from consumer.record import Event, Publish
from consumer.tracing.tracer import OFF, Tracer, publishing
from schemas.envelope import Undecodable

UNIQUE_KEY_LIMIT_CHARS = 200
PRODUCED, IGNORED, REPEATED = Answer(name="produced"), Answer(name="ignored"), Answer(name="repeated")

_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Counts deduplicated webhooks."""

    def ingest_repeated(self) -> None:
        """Count a webhook that Kafka has already."""
        ...


class Receiver:
    """Responds to webhooks: with 202 only when Kafka has acknowledged the record, or none is needed."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        *,
        publish: Publish,
        observer: Observer,
        clock: Clock,
        tracer: Tracer = OFF,
    ) -> None:
        self._endpoints = endpoints
        self._publish = publishing(publish, tracer)
        self._tracer = tracer
        self._observer = observer
        self._clock = clock
        self._deduplication = Deduplication(clock)

    def knows(self, name: str) -> bool:
        """Whether there is an endpoint with that name."""
        return name in self._endpoints

    def connection_of(self, name: str) -> str:
        """The label for that name: a connection code, all codes of an organisation, or `NOBODY`."""
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            return NOBODY
        return name if name in endpoint.codes else "+".join(endpoint.codes)

    def refusal_of_head(self, webhook: Webhook) -> Answer | None:
        """The refusal of a webhook to a known name by its headers; None when the body decides."""
        endpoint = self._endpoints[webhook.name]
        return endpoint.refusal_of_head(webhook) or _refusal_of_key(webhook.unique_key)

    async def receive(self, webhook: Webhook, *, prove: Callable[[], bool]) -> Answer:
        """
        The response to a webhook; never raises for its content or for errors of Kafka.

        Args:
            webhook: headers and body; `refusal_of_head` has nothing against the headers.
            prove: called once its signature is verified; False when too many verified ones are in flight.
        """
        if self._tracer is OFF:
            return await self._answer(webhook, prove)
        carrier = headers.context(webhook.trace_parent, webhook.trace_state)
        with self._tracer.begin("POST /lago", kind="server", carrier=carrier) as span:
            answer = await self._answer(webhook, prove)
            span.note({"http.response.status_code": answer.status, "lago_netsuite.answer": answer.name})
            if answer.status >= 500:
                span.fail(answer.name)
            return answer

    async def _answer(self, webhook: Webhook, prove: Callable[[], bool]) -> Answer:
        endpoint = self._endpoints.get(webhook.name)
        if endpoint is None:
            return unknown(webhook.name)
        refusal = await endpoint.refusal_of_signature(webhook)
        if refusal is not None:
            return refusal
        return await self._take(webhook, endpoint) if prove() else TOO_BUSY

    async def _take(self, webhook: Webhook, endpoint: Endpoint) -> Answer:
        known_as = identity(webhook)
        if known_as in self._deduplication:
            self._observer.ingest_repeated()
            return REPEATED
        event = outline(webhook.body)
        if isinstance(event, Undecodable):
            return Answer(name="not_a_webhook", sentence=f"this is no Lago webhook: {event.message}")
        if event.organization_id != endpoint.organization_id:
            return _foreign(event, webhook)
        return await self._keep(webhook, event, known_as)

    async def _keep(self, webhook: Webhook, event: Outline, known_as: Identity) -> Answer:
        topic = topic_of(event)
        if topic is None:
            return IGNORED
        answer = await self._produced(to_event(webhook, event, topic=topic, now=self._clock.now()))
        if answer is PRODUCED:
            self._deduplication.add(known_as)
        return answer

    async def _produced(self, event: Event) -> Answer:
        try:
            await self._publish(event)
        except RecordTooLargeError as error:
            _log.error("webhook_too_large_for_kafka", topic=event.topic, size_bytes=len(event.value or b""))
            return Answer(name="too_large", sentence=str(error))
        except ContractError as error:
            _log.warning("webhook_not_acknowledged", topic=event.topic, reason=str(error))
            return Answer(name="not_acknowledged", sentence="Kafka has not acknowledged it, send it again")
        return PRODUCED


def unknown(name: str) -> Answer:
    """The response for an unknown name."""
    sentence = f"{shown(name)} is neither a connection's code nor an organisation's id here"
    return Answer(name="unknown_name", sentence=sentence)


def _refusal_of_key(unique_key: str) -> Answer | None:
    if not unique_key:
        return Answer(name="no_unique_key", sentence="the header X-Lago-Unique-Key is missing")
    is_good = unique_key.isascii() and unique_key.isprintable() and len(unique_key) <= UNIQUE_KEY_LIMIT_CHARS
    sentence = f"the header X-Lago-Unique-Key is not {UNIQUE_KEY_LIMIT_CHARS} characters of ASCII at most"
    return None if is_good else Answer(name="no_unique_key", sentence=sentence)


def _foreign(event: Outline, webhook: Webhook) -> Answer:
    # One key pair signs for all organisations of a Lago installation, so a valid JWT is not sufficient.
    sentence = f"organisation {shown(event.organization_id)} has no business at {shown(webhook.name)}"
    return Answer(name="foreign_organization", sentence=sentence)
