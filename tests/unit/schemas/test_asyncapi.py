"""`schemas/asyncapi.yaml` says of every topic and webhook what the code does, and its examples are true."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from consumer.clock import FakeClock
from consumer.commands import resolution
from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.failures import failure
from consumer.ingest import webhook as incoming
from consumer.ingest.routing_keys import Outline, outline
from consumer.kafka import topics
from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Written
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.record import LaneKey, Record, Source
from consumer.relay import signing, undeliverable_event
from consumer.relay.message import Message
from schemas import asyncapi, envelope, export
from schemas.asyncapi.channels import CHANNELS
from schemas.asyncapi.messages import EVENTS, MESSAGES
from schemas.envelope import Envelope
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.relay.endpoints import endpoint

DOCUMENT = YAML(typ="safe").load(asyncapi.FILE.read_text())
NOW = datetime(2026, 8, 1, tzinfo=UTC)


def schema_of(payload):
    """The payload's schema, through its reference."""
    reference = payload.get("$ref")
    return json.loads((asyncapi.FILE.parent / reference).read_text()) if reference else payload


def headers_of(name):
    return DOCUMENT["components"]["schemas"][f"{name}Headers"]


def test_the_file_is_fresh():
    """`python -m schemas.export` would not change it."""
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text()


def test_every_topic_is_described_and_cleaned_up_as_it_is_made():
    """A topic added to deploy/topics.yaml needs its channel."""
    described = {each.address: each for each in CHANNELS.values() if each.server == "kafka"}
    declared = {topic.name: topic for topic in topics.declared()}

    assert described.keys() == declared.keys()
    for name, topic in declared.items():
        assert described[name].is_compacted == (topic.settings["cleanup.policy"] == "compact")
        assert described[name].action == {"input": "receive", "output": "send"}[topic.role]


def test_every_event_that_is_read_has_its_message():
    """And lies on the topic where `ingest` puts it."""
    assert {message.name for message in EVENTS} == {f"{each}_event" for each in export.EVENTS}
    for object_type, topic in incoming.TOPICS.items():
        [channel] = [each for each in CHANNELS.values() if each.address == topic]
        assert f"{object_type}_event" in channel.messages


def references(value):
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_every_reference_leads_somewhere():
    """Within the document or to a schema beside it."""
    for reference in references({key: DOCUMENT[key] for key in ("channels", "operations")}):
        found = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found
    for message in DOCUMENT["components"]["messages"].values():
        assert schema_of(message["payload"])


@pytest.mark.parametrize("name", MESSAGES)
def test_the_example_of_a_message_is_valid(name):
    """By the schema that the message refers to."""
    message = DOCUMENT["components"]["messages"][name]

    [example] = message["examples"]
    errors = Draft202012Validator(schema_of(message["payload"])).iter_errors(example["payload"])
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_an_example_that_lacks_a_member_would_be_found(name):
    """The check above can fail."""
    message = DOCUMENT["components"]["messages"][name]
    schema = schema_of(message["payload"])
    payload = message["examples"][0]["payload"]

    broken = {key: value for key, value in payload.items() if key != schema["required"][0]}

    assert not Draft202012Validator(schema).is_valid(broken)


def code_of(plan):
    return plan.rejection.code if isinstance(plan, Refused) else None


@pytest.mark.parametrize("message", EVENTS, ids=lambda message: message.name)
def test_the_example_of_an_event_is_one_that_can_be_booked(message):
    """It is read, and ends in a request; a refund that failed can only be an error."""
    chosen = connection()
    event = envelope.decode(json.dumps(message.example).encode())
    assert isinstance(event, Envelope)

    plan = routing.plan(event, Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True))

    assert isinstance(plan, Mapped) or code_of(plan) == "refund_failed", plan


def record(value=b"{}"):
    trace = (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)
    source = Source(topic="lago.invoices", partition=0, offset=1)
    return Record(
        source=source, timestamp_ms=0, key=b"k", value=value, headers=trace, lane=LaneKey("invoice:1")
    )


def validate_headers(name, headers):
    """What is sent has what is required, nothing that is not described, and values as described."""
    schema = headers_of(name) | {"additionalProperties": False}
    errors = Draft202012Validator(schema).iter_errors(headers)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def texts(headers):
    return {name: value.decode() for name, value in headers}


def test_the_headers_of_results_and_errors_are_those_described():
    """As they are published."""
    outgoing, attempt = OutgoingEvents.of(connection()), Attempt(number=1, first_at=NOW, now=NOW)
    value = lago.invoice_event(currency="GBP")
    event = envelope.decode(value)
    written = Written(
        object="invoice",
        lago_id="1",
        netsuite_type="invoice",
        internal_id="1",
        external_id="x",
        status="created",
    )
    mine = Ownership(connection=connection(), all_connections=(connection(),), reports_orphans=True)
    refused = routing.plan(event, mine)
    assert isinstance(event, Envelope)
    assert isinstance(refused, Refused)

    [told] = outgoing.results(record(value), event, (written,), attempt)
    failed = outgoing.failure(record(value), event, refused.rejection, attempt)

    validate_headers("published", texts(told.headers))
    validate_headers("publishedError", texts(failed.headers))


def test_the_headers_of_what_is_undeliverable_are_those_described():
    """As the relay writes them."""
    message = Message(id="error-1", body=b"{}")
    given_up = undeliverable_event.event_of(
        record(), message, endpoint(), attempts=8, last_answer="500", now=NOW
    )

    validate_headers("published", texts(given_up.headers))


def test_the_headers_of_marks_are_those_described():
    """As `replay` writes them."""
    example = record(json.dumps(MESSAGES["error_event"].example).encode())
    read = failure.read(example)

    copy = resolution.mark(read, "ignored", FakeClock(), reason="booked by hand")

    validate_headers("mark", texts(copy.headers))


def test_the_headers_of_webhooks_are_those_described():
    """As the relay signs them."""
    keys = signing.Keys(secrets=(signing.SigningKey.of("secret"),))

    sent = signing.headers(keys, webhook_id="1", timestamp_s=1, body=b"{}")

    validate_headers("webhook", sent)


def test_the_headers_of_events_are_those_described():
    """As `ingest` writes them."""
    value = lago.invoice_event()
    came = incoming.Webhook(
        name="x", body=value, signature="s", algorithm="hmac", unique_key="u",
        trace_parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", trace_state="a=b",
    )  # fmt: skip
    event = outline(value)
    assert isinstance(event, Outline)

    made = incoming.to_event(came, event, topic="lago.invoices", now=NOW)

    validate_headers("lagoEvent", texts(made.headers))


def test_the_examples_are_all_used():
    """No file is left over."""
    files = {path.stem for path in (Path(asyncapi.FILE).parent / "examples").glob("*.json")}

    assert files == set(MESSAGES)
