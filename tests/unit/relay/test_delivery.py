"""The outcomes of an endpoint's responses; nothing is settled before its event is acknowledged."""

import base64
import json
from dataclasses import replace

import pytest

from consumer.clock import FakeClock
from consumer.engine.backoff import Backoff
from consumer.engine.decision import Park, Settle, Situation
from consumer.engine.retry_state import RetryState
from consumer.errors import ContractError
from consumer.outcome import AccountDown, Delivered, Ignored, Rejected, Throttled, Unavailable
from consumer.relay import schedule
from consumer.relay.delivery import Relay
from consumer.relay.egress import Answered, NotAnswered
from consumer.relay.endpoint_health import FAILING_FOR_S, PROBE_EVERY_S
from schemas import undeliverable
from tests.unit.relay.endpoints import CONNECTION, ORGANIZATION_ID, endpoint, error_body, record


class Post:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.seen = []

    async def __call__(self, body, headers):
        self.seen.append((body, headers))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Observer:
    def __init__(self):
        self.answers = []
        self.undeliverable = 0
        self.disabled = []

    def webhook_attempted(self, *, endpoint, status, seconds):
        self.answers.append(str(status or "none"))

    def webhook_undeliverable(self, *, endpoint):
        self.undeliverable += 1

    def webhook_endpoint_disabled(self, *, endpoint, is_disabled):
        self.disabled.append(is_disabled)


class Place:
    """A relay with everything around it."""

    def __init__(self, *answers, is_left_alone=False, delays_s=(5.0, 300.0)):
        self.clock = FakeClock()
        self.post = Post(*answers)
        self.published = []
        self.observer = Observer()
        self.acknowledges = True
        self.relay = Relay(
            endpoint(),
            organization_id=ORGANIZATION_ID,
            post=self.post,
            publish=self.publish,
            clock=self.clock,
            jitter=lambda: 0.5,
            observer=self.observer,
            is_left_alone=lambda: is_left_alone,
            delays_s=delays_s,
        )

    async def publish(self, event):
        if not self.acknowledges:
            raise ContractError("not acknowledged")
        self.published.append(event)

    async def deliver(self, of=None):
        [outcome] = await self.relay.deliver([of or record(error_body())])
        return outcome


def status(number, **more):
    return Answered(status=number, **more)


@pytest.mark.parametrize("number", [200, 201, 204, 299])
async def test_a_webhook_that_is_taken_is_delivered(number):
    """Any 2xx."""
    assert await Place(status(number)).deliver() == Delivered(written=())


@pytest.mark.parametrize(
    "answer", [status(301), status(400), status(404), status(500), status(503), NotAnswered(reason="late")]
)
async def test_everything_else_is_tried_again_by_schedule(answer):
    """A redirect, a refusal and no response alike."""
    outcome = await Place(answer).deliver()

    assert isinstance(outcome, Unavailable)
    assert outcome.retry_after_s == 5.0


async def test_too_many_requests_slow_the_endpoint_down():
    """And it gets the time it asks for."""
    outcome = await Place(status(429, retry_after_s=90.0)).deliver()

    assert isinstance(outcome, Throttled)
    assert (outcome.by, outcome.retry_after_s) == ("account", 90.0)


async def test_a_webhook_that_is_not_due_is_not_posted():
    """The engine may ask earlier than the schedule says."""
    place = Place(status(500))
    await place.deliver()

    place.clock.advance(4.9)
    early = await place.deliver()
    place.clock.advance(0.2)
    await place.deliver()

    assert isinstance(early, Throttled)
    assert early.by == "script"
    assert len(place.post.seen) == 2


async def test_every_attempt_carries_the_same_id_and_a_time_of_its_own():
    """So that a receiver knows a repeat, and refuses a recording."""
    place = Place(status(500))
    await place.deliver()
    place.clock.advance(6)
    await place.deliver()

    [first, second] = [headers for _, headers in place.post.seen]
    assert first["webhook-id"] == second["webhook-id"] == "error-1"
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 6


async def test_after_the_last_attempt_the_webhook_is_published_as_undeliverable():
    """With what was posted, where to, how often, and what was answered last."""
    place = Place(status(500, excerpt="oops"))
    raw = json.dumps(error_body(), indent=1).encode()
    outcomes = []
    for _ in range(3):
        outcomes.append(await place.deliver(record(raw)))
        place.clock.advance(400)

    [event] = place.published
    dead = json.loads(event.value)
    assert [type(each) for each in outcomes] == [Unavailable, Unavailable, Rejected]
    assert (event.topic, event.key) == (undeliverable.TOPIC, b"finance")
    assert (dead["endpoint"], dead["event_id"], dead["attempts"]) == ("finance", "error-1", 3)
    assert dead["last_answer"] == "500 oops"
    assert dead["original"] == error_body()
    assert raw in event.value


async def test_what_is_undeliverable_is_a_cloud_event_on_the_trace_of_its_error():
    """Named as the webhook was, by the endpoint that did not take it."""
    parent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    place = Place(status(500), delays_s=())
    await place.deliver(record(error_body(), headers=(("traceparent", parent),), offset=7))

    headers = dict(place.published[0].headers)
    assert (headers["ce_id"], headers["ce_type"]) == (b"error-1", b"webhook.undeliverable")
    assert headers["ce_source"] == f"/lago-netsuite/{CONNECTION}/webhooks/finance".encode()
    assert (headers["source-offset"], headers["traceparent"]) == (b"7", parent)


async def test_the_engine_asks_when_a_webhook_is_due_and_never_before():
    """All the eight attempts of the schedule, steps of ten hours among them, and not one question more."""
    place = Place(status(500), delays_s=schedule.DELAYS_S)
    backoff = Backoff(jitter=lambda: 0.5, retry_after_cap_s=schedule.LONGEST_RETRY_AFTER_S)
    decision, retry_state, waits_s = None, RetryState(), []
    while not isinstance(decision, Settle):
        outcome = await place.deliver()
        decision = backoff.decide(outcome, retry_state, Situation(now_s=place.clock.monotonic_s()))
        if isinstance(decision, Park):
            retry_state = decision.retry_state
            waits_s.append(decision.delay_s)
            place.clock.advance(decision.delay_s)

    assert waits_s == list(schedule.DELAYS_S)
    assert len(place.post.seen) == len(schedule.DELAYS_S) + 1


async def test_what_cannot_be_published_is_not_settled():
    """The engine gets the error and tries again."""
    place = Place(status(500), delays_s=())
    place.acknowledges = False

    with pytest.raises(ContractError):
        await place.deliver()


async def test_what_the_engine_gives_up_is_undeliverable_too():
    """With the last answer rather than with the engine's reason."""
    place = Place(status(500))
    await place.deliver()

    await place.relay.give_up(record(error_body()), Rejected(code="parked_too_long", message="too long"))

    assert json.loads(place.published[0].value)["last_answer"] == "500"


async def test_what_would_have_been_ignored_is_not_undeliverable():
    """Nobody has asked for it."""
    place = Place(status(500))

    await place.relay.give_up(record(b"{"), Rejected(code="x", message="y"))

    assert place.published == []


async def test_a_failure_while_the_endpoint_is_left_alone_is_not_the_webhooks():
    """However long it is away, its webhooks are not given up one by one."""
    place = Place(status(500), is_left_alone=True)
    for _ in range(20):
        outcome = await place.deliver()
        place.clock.advance(10)

    assert isinstance(outcome, Unavailable)
    assert place.published == []


async def test_gone_disables_the_endpoint_at_once():
    """Nothing more is posted but a probe an hour; the metric says so."""
    place = Place(status(410), status(200))

    first, second = await place.deliver(), await place.deliver()
    place.clock.advance(PROBE_EVERY_S)
    third = await place.deliver()

    assert isinstance(first, AccountDown)
    assert isinstance(second, AccountDown)
    assert third == Delivered(written=())
    assert len(place.post.seen) == 2
    assert place.observer.disabled == [False, True, False]


async def test_a_disabled_endpoint_that_answers_gone_again_stays_disabled():
    """Until the next hour."""
    place = Place(status(410))
    await place.deliver()
    place.clock.advance(PROBE_EVERY_S)
    await place.deliver()
    await place.deliver()

    assert len(place.post.seen) == 2


async def test_five_days_of_nothing_but_failures_disable_the_endpoint():
    """Its webhooks then wait instead of being given up."""
    place = Place(status(500), is_left_alone=True)
    await place.deliver()
    place.clock.advance(FAILING_FOR_S - 1)
    before = await place.deliver()
    place.clock.advance(10)
    after = await place.deliver()

    assert isinstance(before, Unavailable)
    assert isinstance(after, AccountDown)


async def test_one_success_within_five_days_keeps_the_endpoint():
    """Whatever fails beside it."""
    place = Place(status(500), status(200), status(500))
    await place.deliver()
    place.clock.advance(FAILING_FOR_S)
    await place.deliver(record(error_body(), offset=1))

    assert isinstance(await place.deliver(record(error_body(), offset=2)), Unavailable)


async def test_what_is_ignored_is_not_posted():
    """And counts for nothing."""
    place = Place(status(200))

    assert await place.deliver(record(b"{")) == Ignored(rule="not_json")
    assert place.observer.answers == []


async def test_a_webhook_that_our_code_fails_on_is_undeliverable_with_its_bytes(monkeypatch):
    """Its content is unknown, but its existence is published."""
    place = Place(status(200))
    failing = record(error_body())

    def fails(*_):
        raise KeyError("secret")

    monkeypatch.setattr("consumer.relay.delivery.message_of", fails)
    await place.relay.give_up(failing, Rejected(code="internal_error", message="the worker failed"))

    [event] = place.published
    told = json.loads(event.value)
    assert told["last_answer"] == "the worker failed"
    assert base64.b64decode(told["original"]["base64"]) == failing.value


async def test_a_webhook_whose_lane_cannot_be_found_is_not_posted():
    """What it must queue behind is not known: it is undeliverable, by a defect of ours."""
    place = Place(status(200))

    outcome = await place.deliver(replace(record(error_body()), defect="KeyError"))

    assert (outcome.code, "KeyError" in outcome.message) == ("internal_error", True)
    assert place.post.seen == []
    assert [event.topic for event in place.published] == [undeliverable.TOPIC]


async def test_an_observer_that_raises_posts_nothing_twice():
    """A figure never decides what becomes of a webhook."""
    place = Place(status(200))

    def fails(**_):
        raise ValueError

    for verb in ("webhook_attempted", "webhook_endpoint_disabled", "webhook_undeliverable"):
        setattr(place.observer, verb, fails)

    assert await place.deliver() == Delivered(written=())
    assert len(place.post.seen) == 1


@pytest.mark.parametrize("timestamp_ms", [-1, 10**15, 2**63 - 1, -(2**63)])
async def test_a_timestamp_that_no_calendar_has_stops_nothing(timestamp_ms):
    """Kafka takes any that its producer chooses."""
    place = Place(status(200))

    outcome = await place.deliver(replace(record(error_body()), timestamp_ms=timestamp_ms))

    assert isinstance(outcome, Delivered | Ignored)
