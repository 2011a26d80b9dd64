"""The worker's ping of each account at the start."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from consumer import app
from consumer.clock import FakeClock
from consumer.errors import StartupError
from consumer.limits.circuit_breaker import Reason
from consumer.limits.permits import PermitPool
from consumer.outcome import AccountDown, Unavailable
from schemas import wire
from tests.support.connection_files import connection


class Netsuite:
    """Answers every ping alike."""

    def __init__(self, answer) -> None:
        self.answer = answer

    async def ping(self):
        return self.answer


def account_of(answer):
    permit_pool = PermitPool(cap=5, clock=FakeClock(), jitter=lambda: 0.5)
    return app._Account(connection=connection(), permit_pool=permit_pool, client=Netsuite(answer))


async def test_another_account_than_the_configured_one_refuses_the_start():
    """Nothing may be sent there before a person has looked."""
    elsewhere = account_of(AccountDown(reason="leads to 7654321 (production)", is_elsewhere=True))

    with capture_logs(), pytest.raises(StartupError, match="leads to 7654321"):
        await app._meet([account_of(wire.Response(v=1)), elsewhere])


async def test_a_refused_login_leaves_that_account_alone_and_starts_the_others():
    """Its breaker is open from the beginning, and the log says why."""
    refused, fine = account_of(AccountDown(reason="invalid login")), account_of(wire.Response(v=1))

    with capture_logs() as logs:
        await app._meet([refused, fine])

    assert refused.permit_pool.reading().reason is Reason.ACCOUNT_DOWN
    assert fine.permit_pool.reading().reason is None
    assert [log["reason"] for log in logs if log["event"] == "netsuite_refuses_connection"] == [
        "invalid login"
    ]


async def test_an_account_that_is_away_is_no_reason_to_do_anything():
    """Maintenance ends by itself."""
    away = account_of(Unavailable(reason="maintenance"))

    with capture_logs():
        await app._meet([away])

    assert away.permit_pool.permits == 5
