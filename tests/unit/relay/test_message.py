"""The message to an endpoint, and the rules by which none is sent."""

import json

import pytest

from consumer.outcome import Ignored
from consumer.relay.message import CREATED_TYPE, Message, lane_of, message_of, topics_for
from schemas import error_event, error_resolved, result
from tests.unit.relay.endpoints import (
    CONNECTION,
    ORGANIZATION_ID,
    endpoint,
    error_body,
    record,
    result_body,
    result_record,
)

BOTH = ["customer.accounting_provider_error", CREATED_TYPE]


def told(of, **changes):
    return message_of(of, endpoint(**changes), ORGANIZATION_ID)


def test_an_error_event_is_posted_byte_for_byte_under_its_own_id():
    """Spaces and digits as they were published."""
    raw = json.dumps(error_body(), indent=3).encode()

    assert told(record(raw)) == Message(id="error-1", body=raw)


def test_a_new_customer_is_told_in_lagos_words():
    """`customer.accounting_provider_created`, with the link that Lago would have."""
    found = told(result_record(), events=BOTH)

    body = json.loads(found.body)
    assert found.id == "result-1"
    assert list(body) == ["webhook_type", "object_type", "organization_id", "customer"]
    assert (body["webhook_type"], body["object_type"]) == (CREATED_TYPE, "customer")
    assert body["customer"]["lago_id"] == "cus-1"
    assert body["customer"]["integration_customers"] == [
        {"type": "netsuite", "integration_code": CONNECTION, "external_customer_id": "77"}
    ]


def test_the_end_of_a_failure_goes_only_to_who_subscribes_to_it():
    """It was not there when the default of the setting was chosen."""
    body = error_body(webhook_type=error_resolved.WEBHOOK_TYPE)

    assert told(record(body)) == Ignored(rule="not_subscribed")
    assert isinstance(told(record(body), events=[error_resolved.WEBHOOK_TYPE]), Message)


OTHERS = {"lago_customer_id": "cus-1", "accounting_provider_code": "netsuite-us"}


@pytest.mark.parametrize(
    ("of", "changes", "rule"),
    [
        (record(error_body(accounting_provider_customer_error=OTHERS)), {}, "other_connection"),
        (record(error_body()), {"events": [CREATED_TYPE]}, "not_subscribed"),
        (record(error_body()), {"since": "2030-01-01T00:00:00Z"}, "before_since"),
        (record(error_body(), headers=(("mark", b"synced"),)), {}, "mark"),
        (record(b"{broken"), {}, "not_json"),
        (record(b"[]"), {}, "not_json"),
        (record(error_body(accounting_provider_customer_error="x")), {}, "other_connection"),
        (result_record(), {}, "not_subscribed"),
        (result_record(status="exists"), {"events": BOTH}, "no_webhook_for_it"),
        (result_record(object="invoice"), {"events": BOTH}, "no_webhook_for_it"),
        (result_record(connection="netsuite-us"), {"events": BOTH}, "other_connection"),
    ],
)
def test_what_is_not_for_an_endpoint_is_ignored_by_a_named_rule(of, changes, rule):
    """Never silently."""
    assert told(of, **changes) == Ignored(rule=rule)


def test_all_that_concerns_a_customer_is_one_lane():
    """Its creation and its errors in order."""
    assert lane_of(record(error_body()).value) == lane_of(result_record().value) == "customer:cus-1"


@pytest.mark.parametrize("value", [None, b"", b"{", b"{}", b'{"accounting_provider_customer_error":{}}'])
def test_what_names_no_customer_queues_behind_nothing(value):
    """Undecodable events among them."""
    assert lane_of(value) is None


def test_results_are_read_only_where_they_are_asked_for():
    """A group that ignores all of a large topic is work for nothing."""
    assert topics_for(endpoint()) == (error_event.TOPIC,)
    assert topics_for(endpoint(events=BOTH)) == (error_event.TOPIC, result.TOPIC)


@pytest.mark.parametrize(
    "unusable", ["a\r\nx-injected: 1", "a\n", " a", "ü", "\x00", "x" * 201, "", None, 5, ["a"], {"a": 1}]
)
def test_an_id_that_no_header_can_carry_is_replaced_by_the_one_of_its_place(unusable):
    """The webhook would never be delivered; repeats still carry the same id."""
    found = told(record(error_body(id=unusable), offset=7))

    place = error_event.event_id(CONNECTION, error_event.TOPIC, 0, 7)
    assert found.id == place


def test_a_result_with_such_an_id_too():
    bad = record(result_body(), topic=result.TOPIC, headers=(("ce_id", b"a\r\nb"),))

    assert told(bad, events=BOTH).id == error_event.event_id(CONNECTION, result.TOPIC, 0, 0)
