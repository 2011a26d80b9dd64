"""The figures of ingest and relay, and the values that are problems."""

from dataclasses import replace

import pytest

from consumer.clock import FakeClock
from consumer.demo import webhook_counts
from consumer.demo.bad_requests import Caller
from consumer.demo.delivery import Answer, Sent
from consumer.demo.outcomes import Endings
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.webhook_inbox import Inbox
from schemas.result import Result, SourceRef, Timings

SCENE = ScenarioEvent(
    title="an event", topic="lago.invoices", key=b"o:c", value=b"{}", unique_key="k", ending="booked"
)
TAKEN = Answer(status=202, said="produced", algorithm="hmac", sent_ms=0.0, took_ms=4.0)
REFUSED = replace(TAKEN, status=401, said="no signature")
STRANGER = Caller(title="a stranger", body=b"{}", signed=None, unique_key="k2", status=401)
REPEAT = replace(STRANGER, title="a repeat", status=202)
MADE = Result(
    connection="c", object="customer", lago_id="c1", event="customer.created", status="created",
    netsuite_type="customer", internal_id="1", external_id="x", mapping_version="m", attempts=1,
    written_at="2026-07-01T00:00:00Z", timings=Timings(latency_ms=1, call_ms=1),
    source=SourceRef(topic="lago.customers", partition=0, offset=0, timestamp_ms=0),
)  # fmt: skip


@pytest.fixture
def inbox():
    return Inbox(secret="whsec_AAAA", clock=FakeClock())


@pytest.fixture
def problems(inbox):
    def found(*, sent=(), callers=(), made=()):
        endings = Endings()
        for each in made:
            endings.note_result(each)
        return webhook_counts.problems(sent, callers, inbox, endings=endings, connection="c")

    return found


def test_edges_at_which_all_went_well_have_no_problem(problems, inbox):
    inbox.verified["e1"] = {"webhook_type": "x", "customer": {"lago_id": "c1"}}
    callers = [(STRANGER, REFUSED), (REPEAT, replace(TAKEN, said="repeated"))]

    assert problems(sent=[Sent(step=SCENE, answer=TAKEN)], callers=callers, made=[MADE]) == []


@pytest.mark.parametrize(
    ("happened", "said"),
    [
        (
            {"sent": [Sent(step=SCENE, answer=REFUSED)]},
            "an event must be accepted and is answered 401: no signature",
        ),
        (
            {"callers": [(STRANGER, TAKEN)]},
            "a stranger must be answered 401 and is answered 202: produced",
        ),
        ({"callers": [(REPEAT, TAKEN)]}, "a repeat must be answered 202 and is answered 202: produced"),
        ({"made": [MADE]}, "customers made and webhooks about them differ: c1"),
    ],
)
def test_what_must_not_be_is_said(problems, happened, said):
    """In a sentence for each."""
    assert problems(**happened) == [said]


def test_a_webhook_that_proves_nothing_is_a_problem(problems, inbox):
    inbox.refused.append("webhook-signature does not fit the body")

    assert problems() == ["the relay posts what cannot be verified: webhook-signature does not fit the body"]


def test_the_way_in_is_counted_by_answer_and_algorithm():
    """What something else put on the topics has no answer."""
    sent = [
        Sent(step=SCENE, answer=TAKEN),
        Sent(step=SCENE, answer=replace(TAKEN, algorithm="jwt", took_ms=6.0)),
        Sent(step=SCENE, place=("lago.invoices", 0, 0)),
    ]

    found = webhook_counts.ingest(sent, [(STRANGER, REFUSED), (REPEAT, replace(TAKEN, said="repeated"))])

    assert (found.accepted, found.by_hmac, found.by_jwt, found.past_it) == (2, 1, 1, 1)
    assert (found.repeated, found.refused, found.refusals) == (1, 1, {"401": 1})
    assert found.latency_p50_ms == 5.0


def test_the_way_out_counts_attempts_and_what_was_verified(inbox):
    """A webhook that was posted twice counts once."""
    inbox.attempts.update(["e1", "e1", "e2"])
    inbox.verified["e1"] = {"webhook_type": "customer.accounting_provider_error"}
    inbox.verified["e2"] = {"webhook_type": "other", "customer": {"lago_id": "c1"}}

    found = webhook_counts.relay(inbox)

    assert (found.posted, found.verified, found.retried) == (3, 2, 1)
    assert (found.failures, found.customers) == (1, 1)


def test_percentiles_of_next_to_nothing_are_zero():
    """Nothing can be said of one value."""
    assert webhook_counts.percentiles([7.0]) == (0.0, 0.0)
