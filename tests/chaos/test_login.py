"""Logins that NetSuite stops granting, or does not answer, while a worker is at work."""

from __future__ import annotations

import asyncio
import json
import signal
import time

import pytest

from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.gate import Gate, gate
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

INVOICES = 20
DRAIN_BUDGET_S = 3.0
STOPS_WITHIN_S = DRAIN_BUDGET_S + 5.0


def environment_of(tmp_path, bootstrap_servers: str, topic_prefix: str, before: Gate, **more: str):
    netsuite = before.netsuite
    return running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(
            netsuite, restlet_url=before.restlet_url, auth=netsuite.get("credentials")["oauth2"]
        ),
        **more,
    )


async def test_row_19_a_token_revoked_in_flight_is_said_once_and_costs_no_record(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """Each refused call renews its token once; when logins hold again, everything is written once."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka, gate(netsuite) as before:
        environment = environment_of(tmp_path, bootstrap_servers, topic_prefix, before)
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])
            before.refuses_calls = True
            netsuite.http.delete(f"{netsuite.origin}/sandbox/tokens").raise_for_status()
            before.seen.clear()
            await feed.produce(INVOICES)
            await until(lambda: "breaker_opened" in worker.said, because=worker.said[-3_000:])
            # A probe or two more.
            await asyncio.sleep(12.0)
            seen, calls = before.seen.copy(), worker.said.count('"netsuite_attempt_failed"')
            before.refuses_calls = False
            await until(feed.all_committed, because=worker.said[-3_000:])

    sentences = [line for line in worker.said.splitlines() if "NetSuite refuses connection" in line]
    assert len(sentences) == 1, sentences
    assert "INVALID_LOGIN_ATTEMPT" in json.loads(sentences[0])["because"]
    assert seen["restlet"] <= 2 * calls
    assert 1 <= seen["token"] <= calls
    assert worker.said.count('"breaker_closed"') == 1
    feed.is_in_the_books(netsuite)


async def test_row_26_sigterm_while_a_login_hangs_ends_within_the_drain_budget_and_settles_nothing(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, seed
):
    """A login may take longer than that; what waited for it is the next worker's, and is written once."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka, gate(netsuite) as before:
        environment = environment_of(
            tmp_path, bootstrap_servers, topic_prefix, before, drain_budget_s=str(DRAIN_BUDGET_S)
        )
        feed = Feed(seed=seed, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])
            before.grants.clear()
            netsuite.http.delete(f"{netsuite.origin}/sandbox/tokens").raise_for_status()
            before.seen.clear()
            await feed.produce(INVOICES)
            await until(lambda: before.seen["token"] > 0, because=worker.said[-3_000:])
            worker.process.send_signal(signal.SIGTERM)
            began_s = time.monotonic()
            status = await asyncio.to_thread(worker.ended)
            took_s = time.monotonic() - began_s
        written_before = len(feed.written(netsuite))
        is_committed_before = await feed.all_committed()
        before.grants.set()
        with running_programs.worker(tmp_path, environment, name="next") as following:
            await until(feed.all_committed, because=following.said[-3_000:])

    assert status == 0, worker.said[-3_000:]
    assert DRAIN_BUDGET_S - 1.0 <= took_s <= STOPS_WITHIN_S
    assert (written_before, is_committed_before) == (INVOICES, False)
    assert "Traceback" not in worker.said
    feed.is_in_the_books(netsuite)
