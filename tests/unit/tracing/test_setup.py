"""One event's trace, from Lago's signed webhook to the NetSuite record, or to the webhook of its failure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.ingest.endpoints import Endpoint
from consumer.ingest.receiver import Receiver
from consumer.ingest.webhook import Webhook
from consumer.lago.signatures import hmac_signature
from consumer.netsuite.client import Client
from consumer.ops.metrics import Metrics
from consumer.outcome import Delivered, Rejected, Waiting
from consumer.pipeline.assembly import pipeline_of
from consumer.record import Event, LaneKey, Record, Source
from consumer.relay.delivery import Relay
from consumer.relay.egress import Answered
from consumer.tracing import opentelemetry_tracer, setup
from consumer.tracing import tracer as tracing_tracer
from consumer.tracing.record_spans import RecordSpan
from consumer.tracing.tracer import OFF
from schemas import error_event, result
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.webhooks import HMAC_KEY, UNIQUE_KEY
from tests.unit.netsuite import examples
from tests.unit.relay import endpoints

LAGO_TRACE = "0af7651916cd43dd8448eb211c80319c"
LAGO_SPAN = "b7ad6b7169203331"
TRACE_PARENT = f"00-{LAGO_TRACE}-{LAGO_SPAN}-01"


@dataclass
class World:
    """Ingest, worker and relay in one process; Kafka is a list, NetSuite and the endpoint are functions."""

    tracer: Any
    answer: Any = None
    clock: FakeClock = field(default_factory=FakeClock)
    kafka: list[Event] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    posted: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.metrics = Metrics(version="test")
        endpoint = Endpoint(organization_id=lago.ORGANIZATION_ID, hmac_keys=(HMAC_KEY,))
        self.receiver = Receiver(
            {"eu": endpoint},
            publish=self.publish,
            observer=self.metrics,
            clock=self.clock,
            tracer=self.tracer,
        )
        to = connection(auth=examples.TBA)
        self.pipeline = pipeline_of(
            connection=to,
            reports_orphans=True,
            all_connections=[to],
            write=Client(
                to, clock=self.clock, transport=httpx.MockTransport(self.netsuite), tracer=self.tracer
            ).write_many,
            publish=self.publish,
            clock=self.clock,
            observer=self.metrics,
            tracer=self.tracer,
        )
        self.relay = Relay(
            endpoints.endpoint(),
            organization_id=lago.ORGANIZATION_ID,
            post=self.post,
            publish=self.publish,
            clock=self.clock,
            jitter=lambda: 0.5,
            observer=self.metrics,
            tracer=self.tracer,
        )

    async def publish(self, event: Event) -> None:
        self.kafka.append(event)

    def netsuite(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, json=self.answer(json.loads(request.content)))

    async def post(self, body: bytes, headers: dict[str, str]) -> Answered:
        self.posted.append(headers)
        return Answered(status=204)

    async def webhook(self, body: bytes, *, trace_parent: str = TRACE_PARENT) -> None:
        signature = hmac_signature(body, HMAC_KEY)
        webhook = Webhook(
            name="eu",
            body=body,
            signature=signature,
            algorithm="hmac",
            unique_key=UNIQUE_KEY,
            trace_parent=trace_parent,
        )
        assert (await self.receiver.receive(webhook, prove=lambda: True)).name == "produced"

    def record(self, event: Event, *, offset: int = 7, tries: int = 1) -> Record:
        self.clock.advance(2)
        return Record(
            source=Source(topic=event.topic, partition=3, offset=offset),
            timestamp_ms=int((self.clock.now().timestamp() - 2) * 1_000),
            key=event.key,
            value=event.value,
            headers=event.headers,
            lane=LaneKey("invoice:1"),
            tries=tries,
            first_tried_at=None if tries == 1 else self.clock.now(),
        )


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter):
    provider = opentelemetry_tracer.provider(service="test")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return opentelemetry_tracer.OtelTracer(provider)


@pytest.fixture
def world(tracer):
    return World(tracer)


def written(request: dict[str, Any]) -> dict[str, Any]:
    """NetSuite writes everything, with the totals that were expected."""
    items = [
        {
            "ref": item["ref"],
            "status": "created",
            "internalId": f"77{item['ref']}",
            "externalId": item["external_id"],
            "totals": item.get("expect") or {},
        }
        for item in request["items"]
    ]
    return examples.envelope(*items, request_id=request["request_id"])


def refused(request: dict[str, Any]) -> dict[str, Any]:
    """NetSuite refuses everything for a field."""
    items = [
        examples.failed(item["ref"], **{"code": "USER_ERROR", "class": "rejected", "message": "Location"})
        for item in request["items"]
    ]
    return examples.envelope(*items, request_id=request["request_id"])


def tree(exporter) -> dict[str, str | None]:
    """Every span's name with its parent's; the parent of the first is Lago's."""
    found = exporter.get_finished_spans()
    names = {span.context.span_id: span.name for span in found}
    return {span.name: names.get(span.parent.span_id, "Lago") if span.parent else None for span in found}


def named(exporter, name: str):
    [span] = [span for span in exporter.get_finished_spans() if span.name == name]
    return span


async def test_the_trace_of_an_invoice_leads_from_lagos_webhook_to_the_netsuite_record(world, exporter):
    """Span by span, in one trace, which the result names."""
    world.answer = written
    await world.webhook(lago.invoice_event())
    [event] = world.kafka

    [outcome] = await world.pipeline.deliver([world.record(event)])

    assert isinstance(outcome, Delivered)
    assert tree(exporter) == {
        "POST /lago": "Lago",
        "send lago.invoices": "POST /lago",
        "process lago.invoices": "send lago.invoices",
        "wait": "process lago.invoices",
        "decode": "process lago.invoices",
        "map": "process lago.invoices",
        "write": "process lago.invoices",
        "POST": "write",
        "verify": "write",
        "send lago.netsuite.results": "process lago.invoices",
    }
    assert {span.context.trace_id for span in exporter.get_finished_spans()} == {int(LAGO_TRACE, 16)}
    results = [json.loads(event.value) for event in world.kafka if event.topic == result.TOPIC]
    assert {each["trace_id"] for each in results} == {LAGO_TRACE}


async def test_the_trace_of_a_refused_invoice_leads_to_the_webhook_that_says_so(world, exporter):
    """Into the error event, out of it again, and on in the headers that the endpoint receives."""
    world.answer = refused
    await world.webhook(lago.invoice_event())

    [outcome] = await world.pipeline.deliver([world.record(world.kafka[0])])
    [error] = [event for event in world.kafka if event.topic == error_event.TOPIC]
    before = len(exporter.get_finished_spans())
    [relayed] = await world.relay.deliver([world.record(error)])

    assert isinstance(outcome, Rejected)
    assert isinstance(relayed, Delivered)
    topic = error_event.TOPIC
    in_relay = exporter.get_finished_spans()[before:]
    assert [span.name for span in in_relay] == ["wait", "POST", f"process {topic}"]
    assert tree(exporter)[f"send {topic}"] == "process lago.invoices"
    assert tree(exporter)[f"process {topic}"] == f"send {topic}"
    post = in_relay[1]
    assert world.posted[0]["traceparent"] == f"00-{LAGO_TRACE}-{post.context.span_id:016x}-01"
    assert {span.context.trace_id for span in exporter.get_finished_spans()} == {int(LAGO_TRACE, 16)}
    assert json.loads(error.value)["trace_id"] == LAGO_TRACE
    failed = named(exporter, "process lago.invoices")
    assert (failed.status.status_code, failed.attributes["error.type"]) == (StatusCode.ERROR, outcome.code)


async def test_spans_speak_the_words_of_opentelemetry(world, exporter):
    """Kinds, attributes and the link of a batch receive, as dashboards of traces expect them."""
    world.answer = written
    await world.webhook(lago.invoice_event())
    await world.pipeline.deliver([world.record(world.kafka[0])])

    process, post = named(exporter, "process lago.invoices"), named(exporter, "POST")

    assert process.kind is SpanKind.CONSUMER
    assert dict(process.attributes) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": "lago.invoices",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": 7,
        "lago_netsuite.connection": "netsuite-eu",
        "lago_netsuite.tries": 1,
        "lago_netsuite.outcome": "written",
    }
    sent = named(exporter, "send lago.invoices")
    assert [link.context.span_id for link in process.links] == [sent.context.span_id]
    assert sent.kind is SpanKind.PRODUCER
    assert named(exporter, "POST /lago").kind is SpanKind.SERVER
    assert (post.kind, post.attributes["http.response.status_code"]) == (SpanKind.CLIENT, 200)
    assert world.asked[0].headers["traceparent"] == f"00-{LAGO_TRACE}-{post.context.span_id:016x}-01"


async def test_the_wait_on_kafka_is_a_span_as_long_as_the_wait(world, exporter):
    """From the record's timestamp to its delivery: two seconds here."""
    world.answer = written
    await world.webhook(lago.invoice_event())
    await world.pipeline.deliver([world.record(world.kafka[0])])

    assert named(exporter, "wait").start_time == int((world.clock.now().timestamp() - 2) * 1_000_000_000)


async def test_records_that_travel_together_keep_their_own_traces(world, exporter):
    """The call has one parent; the other record's step is linked to it."""
    world.answer = written
    for number, parent in enumerate((TRACE_PARENT, f"00-{'c' * 32}-{'d' * 16}-01")):
        await world.webhook(
            lago.invoice_event(lago_id=lago.id_of("trace", number), number=f"T-{number}"),
            trace_parent=parent,
        )
        world.receiver._deduplication = type(world.receiver._deduplication)(world.clock)
    exporter.clear()

    records = [world.record(event, offset=n) for n, event in enumerate(world.kafka)]
    await world.pipeline.deliver(records)

    writes = [span for span in exporter.get_finished_spans() if span.name == "write"]
    [first, other] = sorted(writes, key=lambda span: len(span.links))
    assert {first.context.trace_id, other.context.trace_id} == {int(LAGO_TRACE, 16), int("c" * 32, 16)}
    assert [link.context.span_id for link in other.links] == [first.context.span_id]
    assert named(exporter, "POST").parent.span_id == first.context.span_id
    results = [json.loads(event.value) for event in world.kafka if event.topic == result.TOPIC]
    assert {each["trace_id"] for each in results} == {LAGO_TRACE, "c" * 32}


async def test_a_record_without_a_trace_begins_one(world):
    """A record that was produced by hand has its trace in the result."""
    world.answer = written
    bare = Event(topic="lago.invoices", key=b"k", value=lago.invoice_event())

    await world.pipeline.deliver([world.record(bare)])

    [told, *_] = [json.loads(event.value) for event in world.kafka]
    assert len(told["trace_id"]) == 32


async def test_a_record_given_up_is_traced_to_its_error_event(world, exporter):
    """Long after its last call."""
    await world.webhook(lago.invoice_event())
    rejected = Rejected(code="dependency_timeout", message="the customer never came")

    await world.pipeline.give_up(world.record(world.kafka[0], tries=5), rejected)

    assert tree(exporter)[f"send {error_event.TOPIC}"] == "process lago.invoices"


async def test_without_a_tracer_the_trace_of_the_event_is_carried_on_unchanged():
    """Nothing of OpenTelemetry is needed for that."""
    world = World(OFF, answer=refused)
    await world.webhook(lago.invoice_event())
    await world.pipeline.deliver([world.record(world.kafka[0])])
    [error] = [event for event in world.kafka if event.topic == error_event.TOPIC]

    await world.relay.deliver([world.record(error)])

    assert dict(error.headers)["traceparent"].decode() == TRACE_PARENT
    assert world.posted[0]["traceparent"] == TRACE_PARENT
    assert "traceparent" not in world.asked[0].headers


def test_a_span_that_breaks_says_the_class_and_never_the_message(tracer, exporter):
    """Messages quote what was sent."""
    with pytest.raises(ValueError, match="hunter2"), tracer.begin("step"):
        raise ValueError("the secret is hunter2")

    [span] = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "ValueError"
    assert "hunter2" not in span.to_json()


def test_an_outcome_that_is_not_final_is_an_error_of_its_span(tracer, exporter):
    """So that a search for errors finds what waits."""
    begun = RecordSpan(tracer=tracer, span=tracer.begin("process"))
    begun.led_to(Waiting(on="customer"))
    begun.span.end()

    [span] = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "waiting"


@pytest.mark.parametrize(
    ("environment", "is_wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_opentelemetrys_own_variables_turn_tracing_on(monkeypatch, environment, is_wanted):
    for name in (*setup.ENDPOINTS, "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert setup.is_wanted() == is_wanted


async def test_without_the_sdk_the_process_says_so_and_goes_on(monkeypatch):
    """The extra is optional: its absence is one line of the log."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.sdk.trace.export", None)

    with capture_logs() as logs:
        async with setup.tracing(service="test") as tracer:
            assert tracer is OFF

    assert [(log["event"], log["extra"]) for log in logs] == [
        ("tracing_not_installed", "lago-netsuite[tracing]")
    ]


async def test_where_none_is_wanted_nothing_is_traced(monkeypatch):
    for name in setup.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)

    async with setup.tracing(service="test") as tracer:
        with tracer.begin("anything") as span:
            span.note({"a": 1})
            span.fail("b")

    assert (tracer, span.headers) == (tracing_tracer.OFF, ())
