"""Sessions end by their key, their issuer, their age and by idling, and are renewed by use."""

from __future__ import annotations

import pytest

from consumer.clock import FakeClock
from consumer.console.person import Person
from consumer.console.session import Sessions

KEY = b"a key of thirty-two characters.."
ADA = Person(name="ada", role="operator")


def sessions(clock: FakeClock, **changes: object) -> Sessions:
    return Sessions(clock, **{"life_s": 3_600, "idle_s": 600, "key": KEY, "issuer": "https://a", **changes})


def test_a_session_outlives_the_process_with_its_key():
    """And its acts carry the same token."""
    clock = FakeClock()
    session, cookie = sessions(clock).begin(ADA)

    assert sessions(clock).read(cookie) == session


@pytest.mark.parametrize(
    "changes", [{"key": KEY[::-1]}, {"key": None}, {"issuer": "https://b"}, {"issuer": ""}]
)
def test_another_key_or_another_issuer_ends_it(changes):
    """So all sessions can be ended at once, and one without a login is none with it."""
    clock = FakeClock()
    _, cookie = sessions(clock).begin(ADA)

    assert sessions(clock, **changes).read(cookie) is None


def test_what_is_signed_for_another_purpose_is_no_session():
    """A login that has begun is no login."""
    clock = FakeClock()
    claims = {"sub": "eve", "role": "admin", "sid": "x", "end": 2**40, "exp": 2**40}

    assert sessions(clock).read(sessions(clock).signed("login").sign(claims)) is None


def test_use_prolongs_it_up_to_its_life():
    """And not at every request."""
    clock = FakeClock()
    ours = sessions(clock)
    session, cookie = ours.begin(ADA)
    assert ours.renewed(session) is None

    for _ in range(7):
        clock.advance(500)
        session = ours.read(cookie)
        assert session is not None
        cookie = ours.renewed(session) or cookie
    clock.advance(99)
    assert ours.read(cookie) is not None
    clock.advance(2)
    assert ours.read(cookie) is None


@pytest.mark.parametrize("cookie", ["", ".", "e30.e30.e30", "x" * 5_000, "é", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_cookie_of_ours_is_no_session(cookie):
    """Whatever a browser sends."""
    assert sessions(FakeClock()).read(cookie) is None
