"""Any event becomes a value: a request, a named rule or a reason; nothing is raised."""

import json
from copy import deepcopy
from datetime import UTC, datetime

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.mapping.result import Mapped, Refused
from consumer.outcome import Ignored, Rejected
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from schemas.envelope import Envelope, Undecodable
from schemas.lane import lane_of
from tests.memory import mutation
from tests.memory.mutation import places
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, LINE_MODE, connection
from tests.support.mapping_results import plan

NOW = datetime(2026, 8, 1, tzinfo=UTC)

EVENTS = (
    *mutation.EVENTS,
    lago.event(
        "invoice.created",
        lago.invoice(
            lago.every_fee_type(tax_rate=19), discounts=lago.Discounts(coupons=500, credit_notes=100)
        ),
    ),
)

RULES = FULL_MAPPING | {
    "tax": {"mode": "suitetax", "type": "5", "code": "6", "taxes": {"vat_19": {"code": "7"}}}
}
CONNECTIONS = (
    connection(),
    connection(**LINE_MODE, start_date="2026-01-01", mapping=RULES),
    connection(mapping={}, customers={"create": "never"}, select={"billing_entities": ["acme-eu"]}),
)

thorough = settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])

numbers = st.one_of(
    st.integers(),
    st.sampled_from([0, -1, 10**18, 10**19, 10**400, -(10**400), 0.1, 1e308, 1e-308, 5e-324]),
    st.floats(allow_nan=True, allow_infinity=True),
)
texts = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "\x00", "\ud800", "NaN", "1e999999", "-Infinity", "9" * 5000, "0.0", "1e-31", "EUR", "JPY"]
    ),
    st.sampled_from(
        [
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "1900-01-01T00:00:00Z",
            "2026-02-30",
            "9999-12-31",
        ]
    ),
    st.sampled_from(["Europe/Berlin", "../../etc/passwd", "Europe", "America/New_York"]),
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)


PLACES = {index: list(places(event)) for index, event in enumerate(EVENTS)}


@st.composite
def mutations(draw):
    """An event with up to three places taken away or replaced by anything."""
    index = draw(st.integers(0, len(EVENTS) - 1))
    event = deepcopy(EVENTS[index])
    for path in draw(st.lists(st.sampled_from(PLACES[index]), min_size=1, max_size=3)):
        _mutate(event, path, draw)
    return event


def _mutate(event, path, draw):
    inside = event
    try:
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]]
    except (KeyError, IndexError, TypeError):
        return  # an earlier change has taken this place away
    if isinstance(inside, dict | list):
        if draw(st.booleans()):
            inside[path[-1]] = draw(anything)
        else:
            del inside[path[-1]]


def is_closed(planned):
    """A plan is one of three things, and a request can be written as JSON."""
    match planned:
        case Mapped():
            return bool(json.loads(planned.request.body())["items"])
        case Refused():
            return bool(planned.rejection.code and planned.rejection.message and planned.rejection.hint)
        case Ignored():
            return bool(planned.rule)


@thorough
@given(value=st.one_of(st.none(), st.binary(max_size=200)))
@example(value=b"\x00")
@example(value=b"\x00\x00\x00\x00\x01{")
@example(value=b"[" * 100_000)
@example(value=b'{"a":1e' + b"9" * 1000 + b"}")
def test_any_bytes_are_an_event_or_a_reason(value):
    """Decoding and finding the lane never raise."""
    assert isinstance(envelope.decode(value), Envelope | Undecodable)
    lane = lane_of(value)
    assert lane is None or lane.encode()


@thorough
@given(value=anything)
def test_any_json_is_an_event_or_a_reason(value):
    """Also JSON that resembles an event."""
    body = {
        "webhook_type": "invoice.created",
        "object_type": "invoice",
        "organization_id": "x",
        "invoice": value,
    }

    for content in (value, body):
        assert isinstance(envelope.decode(json.dumps(content).encode()), Envelope | Undecodable)


@thorough
@given(event=mutations(), chosen=st.sampled_from(CONNECTIONS))
def test_any_mutation_of_an_event_is_planned_refused_or_ignored(event, chosen):
    """Missing keys, wrong types, nulls, huge numbers, moments at the ends of time."""
    value = json.dumps(event).encode()

    assert is_closed(plan(value, chosen))
    assert plan(value, chosen) == plan(value, chosen)


@thorough
@given(event=mutations())
def test_any_mutation_of_an_event_can_be_told_of(event):
    """Whatever is wrong with an event, its error event is JSON with the event inside."""
    value = json.dumps(event).encode()
    lane = LaneKey(lane_of(value) or "source:lago.invoices/0/0")
    source = Source(topic="lago.invoices", partition=0, offset=0)
    record = Record(source=source, timestamp_ms=0, key=None, value=value, lane=lane)
    attempt = Attempt(number=1, first_at=NOW, now=NOW)

    rejected = Rejected(code="c", message="m", hint="h")
    told = OutgoingEvents.of(CONNECTIONS[0]).failure(record, envelope.decode(value), rejected, attempt)

    original = json.loads(told.value)["original"]
    assert original == json.loads(value) or set(original) == {"base64"}
