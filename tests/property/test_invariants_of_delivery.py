"""The invariants of delivery, for any place and number of deliveries of a record."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from consumer.clock import FakeClock
from consumer.engine.decision import Park
from consumer.outcome import (
    AccountDown,
    AlreadyThere,
    Ambiguous,
    Confirmed,
    Delivered,
    Outcome,
    Rejected,
    Unavailable,
    Waiting,
)
from consumer.pipeline.assembly import pipeline_of
from consumer.record import LaneKey, Record, Source
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.engine.records import engine_of, own, record
from tests.unit.engine.test_engine import HERE

INVOICE = lago.invoice_event()
places = st.builds(
    Source,
    topic=st.sampled_from(["lago.invoices", "acme.lago.invoices"]),
    partition=st.integers(0, 47),
    offset=st.integers(0, 2**40),
)
answers = st.sampled_from(
    [
        Delivered(written=()),
        AlreadyThere(written=()),
        Rejected(code="no", message="no"),
        Waiting(on="customer"),
        Unavailable(reason="503"),
    ]
)


def request_of(source: Source, tries: int) -> bytes:
    sent: list[bytes] = []

    async def write(requests):
        sent.extend(request.body() for request in requests)
        return [Unavailable(reason="503") for _ in requests]

    async def publish(_):
        raise AssertionError

    mine = connection()
    pipeline = pipeline_of(
        connection=mine,
        reports_orphans=True,
        all_connections=(mine,),
        write=write,
        publish=publish,
        clock=FakeClock(),
    )
    carried = Record(
        source=source, timestamp_ms=0, key=None, value=INVOICE, lane=LaneKey("invoice:1"), tries=tries
    )
    asyncio.run(pipeline.deliver([carried]))
    [body] = sent
    return body


@settings(max_examples=20, deadline=None)
@given(first=places, second=places, tries=st.integers(1, 50))
def test_invariant_11_what_is_sent_depends_on_the_event_and_on_nothing_else(first, second, tries):
    """Redelivered, repartitioned or replayed: the same bytes, and so the same external ids."""
    assert request_of(first, 1) == request_of(second, tries)


@given(outcomes=st.lists(answers, min_size=1, max_size=8))
def test_invariant_10_an_offset_is_complete_only_after_an_end(outcomes: list[Outcome]):
    """Whatever happened before, the position moves at the first outcome that is one, and not earlier."""
    clock = FakeClock()
    engine = engine_of(1, clock)
    own(engine, [HERE])
    engine.admit(record(0))
    for outcome in outcomes:
        clock.advance(400)
        call = engine.take()
        assert call is not None
        engine.returned(call, [outcome])
        decision = engine.decide(call, call.attempts[0], outcome)
        assert engine.owned_partitions.positions()[HERE].offset == 0
        if isinstance(decision, Park):
            engine.park(call.attempts[0], decision)
            continue
        engine.complete(call.attempts[0])
        assert isinstance(outcome, Confirmed | Rejected)
        assert engine.owned_partitions.positions()[HERE].offset == 1
        return
    assert engine.owned_partitions.positions()[HERE].offset == 0


@given(
    answers=st.lists(
        st.sampled_from([Unavailable(reason="503"), Ambiguous(reason="reset"), AccountDown(reason="login")]),
        min_size=1,
        max_size=30,
    ),
    waits_s=st.lists(st.sampled_from([1.0, 10.0, 1_000.0, 200_000.0]), min_size=30, max_size=30),
)
def test_invariant_14_while_the_account_is_left_alone_no_budget_is_used(answers, waits_s):
    """Neither attempts nor time: a week of a closed account rejects nothing."""
    clock = FakeClock()
    engine = engine_of(1, clock)
    own(engine, [HERE])
    engine.admit(record(0))
    for outcome, wait_s in zip([AccountDown(reason="login"), *answers], waits_s, strict=False):
        if (call := engine.take()) is not None:
            engine.returned(call, [outcome])
            decision = engine.decide(call, call.attempts[0], outcome)
            assert isinstance(decision, Park)
            assert (decision.retry_state.attempts, decision.retry_state.retried_s) == (0, 0)
            engine.park(call.attempts[0], replace(decision, delay_s=0.0))
        clock.advance(wait_s)
