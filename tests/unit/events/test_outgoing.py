"""The event of a settled record: a result, or an error event in Lago's own shape with our members added."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from msgspec import structs

from consumer.events.outgoing import MAX_ORIGINAL_BYTES, Attempt, OutgoingEvents
from consumer.mapping.result import Action
from consumer.outcome import Rejected, Written
from consumer.record import LaneKey, Record, Source
from schemas import envelope, error_event
from schemas.envelope import Envelope
from schemas.error_event import ErrorEvent
from schemas.result import Result
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.outcomes import INVOICE_WRITTEN

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

ATTEMPT = Attempt(
    number=3,
    first_at=datetime(2026, 8, 1, 0, 0, 0, tzinfo=UTC),
    now=datetime(2026, 8, 1, 0, 10, 0, 250_000, tzinfo=UTC),
    call_ms=412.3456,
)

REJECTED = Rejected(
    code="invalid_mapping",
    message="no NetSuite item is mapped for charge 'storage_gb'",
    hint="add mapping.billable_metrics.storage_gb",
    details={"lago_number": "ACM-3F21-202608-057", "amount": "10.00"},
)

WRITTEN = structs.replace(
    INVOICE_WRITTEN,
    number="INV-1",
    url="https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=9981",
    totals={"subtotal": "10.00", "tax": "0.00", "total": "10.00"},
    warnings=("period moved",),
)

CUSTOMER_WRITTEN = Written(
    object="customer",
    lago_id=lago.CUSTOMER_ID,
    netsuite_type="customer",
    internal_id="77",
    external_id=f"lago-cus-{lago.CUSTOMER_ID}",
    status="exists",
)


def record_of(value, *headers, key=b"org:cus_7f21c0"):
    return Record(
        source=Source(topic="lago.invoices", partition=3, offset=42),
        timestamp_ms=1_785_542_400_000,  # 2026-08-01T00:00:00Z
        key=key,
        value=value,
        headers=headers,
        lane=LaneKey(f"invoice:{lago.INVOICE_ID}"),
    )


INVOICE_RECORD = record_of(lago.invoice_event(), ("traceparent", TRACEPARENT.encode()))


def failure(record=INVOICE_RECORD, rejected=REJECTED, attempt=ATTEMPT):
    return OutgoingEvents.of(connection()).failure(record, envelope.decode(record.value), rejected, attempt)


def told(record=INVOICE_RECORD, rejected=REJECTED):
    return json.loads(failure(record, rejected).value)


def results(*written, record=INVOICE_RECORD):
    event = envelope.decode(record.value)
    assert isinstance(event, Envelope)
    return list(OutgoingEvents.of(connection()).results(record, event, written, ATTEMPT))


def test_an_error_event_begins_with_lagos_own_body():
    """A receiver of Lago's native error webhook needs no change."""
    body = told()

    assert list(body)[:4] == [
        "webhook_type",
        "object_type",
        "organization_id",
        "accounting_provider_customer_error",
    ]
    assert body["webhook_type"] == "customer.accounting_provider_error"
    assert body["object_type"] == "accounting_provider_customer_error"
    assert body["organization_id"] == lago.ORGANIZATION_ID
    assert body["accounting_provider_customer_error"] == {
        "lago_customer_id": lago.CUSTOMER_ID,
        "external_customer_id": "cus_7f21c0",
        "accounting_provider": "netsuite",
        "accounting_provider_code": "netsuite-eu",
        "provider_error": {
            "message": "invoice ACM-3F21-202608-057 (10.00 EUR, 2026-08-01): "
            "no NetSuite item is mapped for charge 'storage_gb'",
            "error_code": "invalid_mapping",
        },
    }


def test_an_error_event_goes_on_with_what_to_do_about_it():
    """What failed in a finance person's words, what to change, when, how often, and where it lies."""
    body = told()

    assert body["event"] == "invoice.created"
    assert body["object"] == {
        "type": "invoice",
        "lago_id": lago.INVOICE_ID,
        "number": "ACM-3F21-202608-057",
        "amount": "10.00",
        "currency": "EUR",
    }
    assert (body["hint"], body["details"]) == (REJECTED.hint, REJECTED.details)
    assert (body["retryable"], body["attempts"]) == (True, 3)
    assert (body["first_failed_at"], body["occurred_at"]) == ("2026-08-01T00:00:00Z", "2026-08-01T00:10:00Z")
    assert body["source"] == {
        "topic": "lago.invoices",
        "partition": 3,
        "offset": 42,
        "timestamp_ms": 1_785_542_400_000,
        "key": "org:cus_7f21c0",
    }
    assert body["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_an_error_event_keeps_to_its_published_contract():
    """It is what its model says."""
    assert ErrorEvent.model_validate_json(failure().value).id == told()["id"]


def test_every_repeat_of_a_failure_carries_the_same_id():
    """However often it is tried and published, receivers see one failure."""
    again = failure(attempt=replace(ATTEMPT, number=9, now=datetime(2026, 9, 1, tzinfo=UTC)))

    assert json.loads(again.value)["id"] == told()["id"]
    assert told()["id"] == error_event.event_id("netsuite-eu", "lago.invoices", 3, 42)


def test_the_original_event_is_embedded_digit_for_digit():
    """Neither numbers nor escapes are written anew: replaying it gives the same event."""
    text = lago.invoice_event().replace(
        b'"total_amount_cents":1000', b'"total_amount_cents" : 1000, "exact": 0.10000000000000000000000001'
    )
    text = text.replace(b"Nordlicht", b"\\u004eordlicht \\u0026")

    value = failure(record_of(b"  " + text + b"\n")).value

    assert b'"original":' + text + b"," in value
    assert json.loads(value)["original"]["invoice"]["lago_id"] == lago.INVOICE_ID


def test_the_original_of_a_framed_event_is_the_json_in_the_frame():
    """Confluent's five bytes are no part of what happened."""
    framed = record_of(b"\x00\x00\x00\x00\x07" + lago.invoice_event())

    assert told(framed)["original"] == json.loads(lago.invoice_event())


@pytest.mark.parametrize(
    "value", [b"\xff\x00garbage", b"[1, 2]", b'{"a": NaN}', b"", b"\x00\x00\x00\x00\x07\x02"]
)
def test_what_cannot_be_decoded_is_embedded_as_base64(value):
    """Byte for byte, so that nothing is lost."""
    body = told(record_of(value))

    assert base64.b64decode(body["original"]["base64"], validate=True) == value
    assert (body["event"], body["object"], body["organization_id"]) == (None, None, None)
    assert body["retryable"] is False
    ids = body["accounting_provider_customer_error"]
    assert (ids["lago_customer_id"], ids["external_customer_id"]) == (None, None)


def test_json_that_is_no_lago_event_is_embedded_as_json():
    """It can be read by people though not by us."""
    assert told(record_of(b'{"activity_type": "x"}'))["original"] == {"activity_type": "x"}


def test_a_tombstone_is_published_too():
    """A record without a value has an empty original."""
    assert told(record_of(None))["original"] == {"base64": ""}


def test_an_original_too_large_for_kafka_is_left_out():
    """It is found again by its coordinates."""
    value = lago.customer_event(note="x" * MAX_ORIGINAL_BYTES)

    failed = failure(record_of(value))

    assert json.loads(failed.value)["original"] == {"omitted_bytes": len(value)}
    assert len(failed.value) < 10_000


HUGE = "x" * 5_000_000
TRACE = (("traceparent", TRACEPARENT.encode()), ("tracestate", HUGE.encode()))
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(
    "event",
    [
        lago.event("invoice.created", lago.invoice(number=HUGE, lago_id=HUGE, currency=HUGE)),
        lago.event("invoice.created", lago.invoice(customer=lago.customer(external_id=HUGE, lago_id=HUGE))),
        lago.event(f"invoice.{HUGE}", lago.invoice(), organization_id=HUGE),
        lago.event("invoice.created", lago.invoice(), object_type=HUGE),
        lago.event("invoice.created", lago.invoice(note=HUGE)),
        [HUGE],
    ],
    ids=["document", "customer", "envelope", "type", "anything else", "no event"],
)
def test_whatever_is_huge_about_an_event_its_failure_can_be_published(event):
    """In a record that Kafka takes as it is set up by default, whichever text was five megabytes."""
    record = replace(
        record_of(lago.body(event), *TRACE, key=HUGE.encode()),
        lane=LaneKey(f"invoice:{HUGE}"),
    )
    rejected = replace(REJECTED, message=HUGE, hint=HUGE, details={"text": HUGE})

    told = failure(record, rejected)

    assert len(told.key) + len(told.value) + sum(len(text) for _, text in told.headers) < MEBIBYTE
    assert ErrorEvent.model_validate_json(told.value).original == {"omitted_bytes": len(record.value)}
    assert told.value.count(b"x" * 4097) == 0


def test_a_message_too_long_for_anybody_is_cut():
    """Four thousand characters are enough."""
    body = told(rejected=replace(REJECTED, message="ü" * 10_000))

    assert len(body["accounting_provider_customer_error"]["provider_error"]["message"]) == 4096


def test_a_message_that_looks_like_our_placeholder_does_no_harm():
    """The original goes to its place and to no other."""
    hostile = '"original":null'

    body = told(rejected=replace(REJECTED, message=hostile, hint=hostile, details={"original": "null"}))

    assert body["hint"] == hostile
    assert body["details"] == {"original": "null"}
    assert body["original"]["webhook_type"] == "invoice.created"


def test_an_error_event_queues_in_the_lane_of_its_record():
    """Its key is the lane, its topic the contract's."""
    event = failure()

    assert (event.topic, event.key) == (
        "lago.accounting-provider-error",
        f"invoice:{lago.INVOICE_ID}".encode(),
    )


def test_what_is_published_says_in_its_headers_where_it_comes_from():
    """CloudEvents in Kafka's binary mode, the source's coordinates, the trace, and the error's code."""
    headers = dict(failure().headers)

    assert headers == {
        "ce_specversion": b"1.0",
        "ce_id": told()["id"].encode(),
        "ce_type": b"customer.accounting_provider_error",
        "ce_source": b"/lago-netsuite/netsuite-eu",
        "ce_time": b"2026-08-01T00:10:00Z",
        "content-type": b"application/json",
        "source-topic": b"lago.invoices",
        "source-partition": b"3",
        "source-offset": b"42",
        "traceparent": TRACEPARENT.encode(),
        "error-code": b"invalid_mapping",
    }


@pytest.mark.parametrize("header", [(), (("traceparent", b"broken"),), (("traceparent", b"\xff"),)])
def test_a_record_without_a_trace_has_no_trace_id(header):
    """Nothing is made up."""
    assert told(record_of(lago.invoice_event(), *header))["trace_id"] is None


@pytest.mark.parametrize(("key", "said"), [(None, None), (b"\xff\xfe", "\ufffd\ufffd"), (b"k", "k")])
def test_any_key_of_a_record_can_be_published(key, said):
    """Topics of others have keys of others."""
    assert told(record_of(lago.invoice_event(), key=key))["source"]["key"] == said


def test_a_result_says_which_netsuite_record_stands_for_which_lago_object():
    """With link, totals, attempts and timings."""
    [event] = results(WRITTEN)

    expected = {
        "connection": "netsuite-eu",
        "object": "invoice",
        "lago_id": lago.INVOICE_ID,
        "lago_number": "ACM-3F21-202608-057",
        "event": "invoice.created",
        "status": "created",
        "netsuite_type": "invoice",
        "internal_id": "9981",
        "external_id": f"lago-inv-{lago.INVOICE_ID}",
        "netsuite_number": "INV-1",
        "url": WRITTEN.url,
        "currency": "EUR",
        "totals": {"subtotal": "10.00", "tax": "0.00", "total": "10.00"},
        "warnings": ["period moved"],
        "mapping_version": OutgoingEvents.of(connection()).mapping_version,
        "attempts": 3,
        "written_at": "2026-08-01T00:10:00.250Z",
        "timings": {"latency_ms": 600_250.0, "call_ms": 412.346},
        "source": told()["source"],
    }
    body = json.loads(event.value)
    assert {key: body[key] for key in expected} == expected
    assert Result.model_validate_json(event.value).key.encode() == event.key
    assert event.key == f"netsuite-eu:invoice:{lago.INVOICE_ID}".encode()
    assert event.topic == "lago.netsuite.results"


@pytest.mark.parametrize(
    ("written", "action"),
    [
        (WRITTEN, None),
        (structs.replace(WRITTEN, number='Ünïcode \x7f\x1f\n"\\', warnings=(), totals={}), None),
        (structs.replace(WRITTEN, number=None, url=""), Action(needed="refund", amount="3.00")),
        (CUSTOMER_WRITTEN, None),
    ],
)
@pytest.mark.parametrize("key", [None, b"\xff", b"org:cus_7f21c0"])
def test_a_result_has_the_bytes_that_its_model_gives_it(written, action, key):
    """All its members, in the model's order: it is made without the model, which costs more than the rest."""
    record = record_of(lago.invoice_event(), ("traceparent", TRACEPARENT.encode()), key=key)
    outgoing, event = OutgoingEvents.of(connection()), envelope.decode(record.value)

    [made] = outgoing.results(record, event, (written,), ATTEMPT, action)

    assert Result.model_validate_json(made.value).model_dump_json().encode() == made.value


def test_each_record_a_delivery_touched_has_its_own_result():
    """Also the customer that came along with an invoice, under its own name and without amounts."""
    customer, invoice = (json.loads(event.value) for event in results(CUSTOMER_WRITTEN, WRITTEN))

    assert (customer["object"], invoice["object"]) == ("customer", "invoice")
    assert (customer["lago_number"], customer["currency"], customer["totals"]) == ("cus_7f21c0", None, {})
    assert invoice["lago_number"] == "ACM-3F21-202608-057"


def test_the_result_of_a_document_names_what_a_person_has_left_to_do():
    """A refund that is left to a person is always in the result; the customer's result has none."""
    both = (CUSTOMER_WRITTEN, WRITTEN)
    refund = Action(needed="refund", amount="12.00")
    value = lago.invoice_event()
    outgoing = OutgoingEvents.of(connection())

    events = outgoing.results(record_of(value), envelope.decode(value), both, ATTEMPT, refund)

    told = [Result.model_validate_json(each.value) for each in events]
    assert [(each.action_needed, each.action_amount) for each in told] == [(None, None), ("refund", "12.00")]


def test_results_have_ids_of_their_own_and_the_same_ones_when_published_again():
    """One for each record written and each event that wrote it."""
    ids = [dict(event.headers)["ce_id"] for event in results(CUSTOMER_WRITTEN, WRITTEN)]

    assert len(set(ids)) == 2
    assert ids == [dict(event.headers)["ce_id"] for event in results(CUSTOMER_WRITTEN, WRITTEN)]
    assert dict(results(WRITTEN)[0].headers)["ce_type"] == b"netsuite.record.written"


def test_an_object_whose_number_came_as_a_number_has_a_result_all_the_same():
    """The record is in NetSuite; its result event must not fail."""
    record = record_of(lago.invoice_event(number=57))

    assert json.loads(results(WRITTEN, record=record)[0].value)["lago_number"] == "57"


def test_the_mapping_version_changes_with_the_mapping_and_with_nothing_else():
    """The version identifies the rules that wrote a record."""
    version = OutgoingEvents.of(connection()).mapping_version
    other = connection(mapping=FULL_MAPPING | {"fallback_item": {"id": "999"}})

    assert len(version) == 12
    assert OutgoingEvents.of(connection(name="Renamed", concurrency=9)).mapping_version == version
    assert OutgoingEvents.of(other).mapping_version != version
