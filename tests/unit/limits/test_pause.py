"""A connection that a person has paused: whose pause it is, and what starts meanwhile."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.limits.circuit_breaker import Reason, State
from consumer.limits.pause import REASON_CHARS, Pause, Pauses
from consumer.limits.permits import PermitPool
from consumer.outcome import Delivered, Unavailable
from schemas.audit import Act, AuditRecord

MINUTE_S = 60.0


def act(
    name: Act,
    connection: str = "eu",
    *,
    actor: str = "ada",
    at: str = "2026-11-30T09:00:00Z",
    reason: str = "",
) -> AuditRecord:
    return AuditRecord(connection=connection, act=name, actor=actor, at=at, reason=reason)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pool(clock: FakeClock) -> PermitPool:
    return PermitPool(cap=4, clock=clock, jitter=lambda: 0.5)


def test_the_last_act_about_it_decides_whether_a_connection_is_paused():
    """Acts about anything else, or about another connection, change nothing."""
    acts = [act("pause", reason="month end"), act("replay"), act("resume", "us"), act("pause", "fr")]

    pauses = Pauses.of_acts([*acts, act("pause", "us"), act("resume", "us")])

    assert pauses.of("eu") == Pause(actor="ada", at="2026-11-30T09:00:00Z", reason="month end")
    assert pauses.of("us") is None
    assert pauses.of("fr") is not None
    assert pauses.of("never") is None


def test_an_act_that_is_appended_again_counts_where_it_stands_last():
    """Two people at the same moment: the one whose act was overtaken appends it behind the other's."""
    pauses = Pauses.of_acts(
        [act("resume"), act("pause", actor="bob"), act("pause", actor="bob"), act("resume")]
    )

    assert pauses.of("eu") is None


def test_a_process_keeps_the_pauses_of_its_own_connections_only_and_cuts_long_reasons():
    """However many acts of however many connections the topic has."""
    pauses = Pauses(codes=["eu"])

    pauses.note(act("pause", "us"))
    pauses.note(act("pause", reason="r" * 10_000))

    assert pauses.of("us") is None
    found = pauses.of("eu")
    assert found is not None
    assert len(found.reason) == REASON_CHARS


def test_a_pause_is_said_with_who_when_and_why():
    """Also where nobody has given a reason, as another program may append it."""
    assert str(Pause(actor="ada", at="2026-11-30T09:00:00Z", reason="month end")) == (
        "paused by ada since 2026-11-30T09:00:00Z: month end"
    )
    assert str(Pause(actor="ada", at="now", reason="")).endswith(": no reason given")


@pytest.mark.parametrize(
    ("at", "since_s"),
    [("2026-11-30T09:00:00Z", 1_796_029_200.0), ("2026-11-30T09:00:00", 1_796_029_200.0), ("now", 0.0)],
)
def test_the_beginning_of_a_pause_is_a_time_of_day_in_utc(at, since_s):
    """What is no time is long ago."""
    assert Pause(actor="ada", at=at, reason="").since_s == since_s


def test_nothing_starts_in_a_pause_and_everything_may_after_it(pool):
    """The permits come back as they were."""
    pool.pause(is_paused=True)
    assert (pool.permits, pool.has_free_permit(0), pool.changes_at_s) == (0, False, None)
    assert pool.reading().is_paused

    pool.pause(is_paused=False)
    assert (pool.permits, pool.has_free_permit(0)) == (4, True)
    assert not pool.reading().is_paused


def test_a_call_in_flight_ends_in_a_pause_as_it_would_without(pool):
    """Its permit comes back, and its answer counts."""
    permit = pool.enter()
    pool.pause(is_paused=True)

    pool.leave(permit, [Delivered(written=())], in_flight=1)

    assert pool.reading().reason is None
    assert not pool.has_free_permit(0)


def test_a_pause_takes_nothing_from_the_budgets_of_records(pool, clock):
    """The time in which they may be tried stands still, however often the pause is repeated."""
    before_s = pool.open_time_s
    for _ in range(3):
        pool.pause(is_paused=True)
        clock.advance(MINUTE_S)

    assert pool.open_time_s == before_s
    pool.pause(is_paused=False)
    clock.advance(MINUTE_S)
    assert pool.open_time_s == before_s + MINUTE_S


def test_time_that_is_both_a_pause_and_an_open_breaker_is_taken_out_once(pool, clock):
    """Paused, then down, then resumed, then up: the four stretches are one."""
    before_s = pool.open_time_s
    pool.pause(is_paused=True)
    clock.advance(MINUTE_S)
    pool.shut("login refused")
    clock.advance(MINUTE_S)
    pool.pause(is_paused=False)
    clock.advance(MINUTE_S)
    probe = pool.enter()
    pool.leave(probe, [Delivered(written=())], in_flight=1)

    assert pool.open_time_s == before_s
    clock.advance(MINUTE_S)
    assert pool.open_time_s == before_s + MINUTE_S


def test_no_probe_starts_in_a_pause_and_a_breaker_that_was_open_stays_so(pool, clock):
    """A paused account is left alone altogether; the probe that is due goes out after the pause."""
    pool.shut("login refused")
    pool.pause(is_paused=True)
    clock.advance(60 * MINUTE_S)
    assert (pool.has_free_permit(0), pool.changes_at_s) == (False, None)

    pool.pause(is_paused=False)
    assert pool.reading().reason is Reason.ACCOUNT_DOWN
    assert pool.has_free_permit(0)
    assert pool.enter().is_probe


def test_a_probe_in_flight_may_close_the_breaker_and_the_pause_stays(pool, clock):
    """Only a person ends a pause."""
    pool.shut("login refused")
    clock.advance(MINUTE_S)
    probe = pool.enter()
    pool.pause(is_paused=True)

    pool.leave(probe, [Delivered(written=())], in_flight=1)

    assert (pool.reading().state, pool.reading().is_paused) == (State.CLOSED, True)
    assert pool.permits == 0


def test_an_account_that_fails_in_flight_opens_the_breaker_in_a_pause(pool):
    """After the pause a probe goes first."""
    permits = [pool.enter() for _ in range(12)]
    pool.pause(is_paused=True)
    for left, permit in enumerate(permits):
        pool.leave(permit, [Unavailable(reason="503")], in_flight=len(permits) - left)

    pool.pause(is_paused=False)

    assert pool.reading().reason is Reason.UNAVAILABLE
