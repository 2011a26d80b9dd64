"""Some bytes are a Lago event or they are not, and if not, one sentence says why."""

import json
from decimal import Decimal

import pytest

from schemas import envelope
from schemas.envelope import Envelope, Undecodable
from tests.support import lago

CONFLUENT_SCHEMA_7 = b"\x00\x00\x00\x00\x07"
AVRO_PAYLOAD = b"\x02\x10invoice\x00"


def undecodable(value: bytes | None) -> Undecodable:
    found = envelope.decode(value)
    assert isinstance(found, Undecodable), found
    return found


def decoded(value: bytes) -> Envelope:
    found = envelope.decode(value)
    assert isinstance(found, Envelope), found
    return found


def test_an_event_gives_its_type_organisation_and_object():
    """The envelope is Lago's four keys and nothing is looked into."""
    event = decoded(lago.invoice_event())

    assert event.webhook_type == "invoice.created"
    assert event.object_type == "invoice"
    assert event.organization_id == lago.ORGANIZATION_ID
    assert event.object["number"] == "ACM-3F21-202608-057"
    assert event.object_id == lago.INVOICE_ID


@pytest.mark.parametrize(
    ("value", "reason", "said"),
    [
        (None, "empty", "no value"),
        (b"", "empty", "no value"),
        (b"\xff\xfe{", "not_json", "not UTF-8 at byte 0"),
        (b'{"webhook_type": "\xff"}', "not_json", "not UTF-8 at byte 18"),
        (b"not json", "not_json", "not JSON: Expecting value at character 0"),
        (b'{"a": 1} {"b": 2}', "not_json", "Extra data"),
        (b'{"a": NaN}', "not_json", "NaN is not a number in JSON"),
        (b'{"a": -Infinity}', "not_json", "-Infinity is not a number in JSON"),
        (b'{"a": 1e99999999999999999999}', "not_json", "not JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json", "not JSON"),
        (b"[" * 200_000, "not_json", "nested too deeply"),
        (b"[]", "wrong_shape", "not a JSON object"),
        (b'"text"', "wrong_shape", "not a JSON object"),
        (b"{}", "wrong_shape", "no text under 'webhook_type'"),
        (b'{"webhook_type": 7}', "wrong_shape", "no text under 'webhook_type'"),
        (b'{"webhook_type": ""}', "wrong_shape", "no text under 'webhook_type'"),
    ],
)
def test_each_kind_of_undecodable_bytes_is_a_value_with_its_reason(value, reason, said):
    """Nothing is raised: bad bytes are an expected result."""
    found = undecodable(value)

    assert found.reason == reason
    assert said in found.message


@pytest.mark.parametrize("key", ["webhook_type", "object_type", "organization_id"])
@pytest.mark.parametrize("broken", [None, "", 7, [], {}])
def test_each_of_the_three_texts_around_the_object_is_needed(key, broken):
    """A body without one of them is of the wrong shape, and the message names it."""
    body = lago.event("invoice.created", lago.invoice()) | {key: broken}

    found = undecodable(lago.body(body))

    assert (found.reason, found.message) == ("wrong_shape", f"no text under '{key}'")


@pytest.mark.parametrize("content", [None, [], "invoice", 7])
def test_the_object_must_lie_under_the_name_that_the_event_gives(content):
    """An object type that leads to no object is of the wrong shape."""
    body = lago.event("invoice.created", lago.invoice()) | {"invoice": content}

    found = undecodable(lago.body(body))

    assert (found.reason, found.message) == ("wrong_shape", "no object under 'invoice'")


def test_confluent_framed_json_is_read_like_the_json_it_frames():
    """A JSON Schema serialiser puts five bytes before the text."""
    value = lago.invoice_event()

    assert envelope.decode(CONFLUENT_SCHEMA_7 + value) == envelope.decode(value)


@pytest.mark.parametrize("payload", [AVRO_PAYLOAD, b"", b"[]"])
def test_a_confluent_schema_other_than_json_is_refused_with_its_id(payload):
    """Avro and Protobuf need a registry; the error names the schema for the topic's producer."""
    found = undecodable(CONFLUENT_SCHEMA_7 + payload)

    assert found.reason == "confluent_schema_not_json"
    assert "schema 7 " in found.message


def test_framed_bytes_that_are_no_json_after_all_are_refused():
    """The frame does not make broken JSON right."""
    assert undecodable(CONFLUENT_SCHEMA_7 + b"{broken").reason == "not_json"


def test_numbers_keep_the_digits_of_the_text():
    """No float comes between the text and a decimal."""
    value = lago.body(lago.event("fee.created", {"lago_id": "1"}))
    value = value.replace(b'"lago_id":"1"', b'"price":0.10000000000000000000000001,"cents":9007199254740993')

    content = decoded(value).object

    assert content == {"price": Decimal("0.10000000000000000000000001"), "cents": 9007199254740993}


@pytest.mark.parametrize("place", ["organization_id", "webhook_type"])
def test_half_a_surrogate_pair_is_no_text(place):
    """JSON's grammar allows it, but it is no Unicode and could never be written to Kafka or NetSuite."""
    body = lago.event("customer.created", lago.customer()) | {place: "half \ud83d"}

    found = undecodable(json.dumps(body).encode())

    assert found.reason == "not_json"
    assert "surrogate" in found.message


def test_half_a_surrogate_pair_inside_the_object_is_no_text_either():
    """Wherever it stands, also under a key that nobody knows."""
    body = lago.event("customer.created", lago.customer(note={"half": ["\udc00"]}))

    assert undecodable(json.dumps(body).encode()).reason == "not_json"


def test_a_whole_surrogate_pair_is_the_character_it_stands_for():
    """Escaped emoji, and a backslash before the letters ud800, are ordinary text."""
    content = lago.customer(name="Rocket \U0001f680 \\ud800")

    event = decoded(json.dumps(lago.event("customer.created", content)).encode())

    assert event.object["name"] == "Rocket \U0001f680 \\ud800"


@pytest.mark.parametrize(
    ("content", "object_id"),
    [({"lago_id": "a"}, "a"), ({"lago_customer_id": "c"}, "c"), ({"lago_id": 7}, ""), ({}, "")],
)
def test_the_id_of_an_object_is_empty_when_lago_gives_none(content, object_id):
    """Error objects of Lago carry the customer's id only."""
    assert decoded(lago.body(lago.event("thing.happened", content))).object_id == object_id
