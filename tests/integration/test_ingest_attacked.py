"""``lago-netsuite ingest`` under attack: thousands of idle and slow connections, and a stop under load."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

import pytest

from consumer.config.settings import env_name
from tests.integration import running_programs
from tests.integration.attackers import head
from tests.integration.ingest_and_relay import LIMIT_S, on_kafka, records
from tests.support import lago
from tests.support.webhooks import headers

pytestmark = pytest.mark.kafka

TOPIC = "lago.invoices"
CONNECTIONS = 2_000
RATE_PER_S = 50
ROUNDS, ROUND_S = 3, 4.0
SETTLED_AFTER_S = 4.0
P99_LIMIT_MS = 250.0
BODY = lago.invoice_event()


@contextmanager
def attack(port: int) -> Iterator[None]:
    """From a process of its own, so that what is measured here is not slowed down by it."""
    command = [sys.executable, "-m", "tests.integration.attackers", str(port), str(CONNECTIONS)]
    attackers = subprocess.Popen(command)
    try:
        yield
        assert attackers.poll() is None
    finally:
        attackers.kill()
        attackers.wait()


async def exchange(port: int, key: object) -> tuple[int, float]:
    """A webhook on a connection of its own, as Lago posts them: status and milliseconds."""
    began_s = time.perf_counter()
    async with asyncio.timeout(LIMIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(head(headers(BODY, x_lago_unique_key=str(key)), len(BODY)) + BODY)
            status = int((await reader.readuntil(b"\r\n\r\n")).split()[1])
        finally:
            writer.close()
    return status, (time.perf_counter() - began_s) * 1000


async def honest(port: int, seconds: float, first: int) -> list[tuple[int, float]]:
    """At a fixed rate, whatever the answers take."""
    count = int(seconds * RATE_PER_S)
    began_s = time.perf_counter()

    async def at(n: int) -> tuple[int, float]:
        await asyncio.sleep(max(0.0, began_s + n / RATE_PER_S - time.perf_counter()))
        return await exchange(port, first + n)

    async with asyncio.TaskGroup() as tasks:
        sent = [tasks.create_task(at(n)) for n in range(count)]
    return [each.result() for each in sent]


async def test_honest_webhooks_pass_while_two_thousand_connections_idle_and_trickle(
    tmp_path, bootstrap_servers, topic_prefix, capsys
):
    """50 a second, all 202, 99 of 100 within 250 ms (median of three rounds); few lines of log."""
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running:
        quiet = await honest(running.port, ROUND_S, 1_000_000)
        with attack(running.port):
            await asyncio.sleep(SETTLED_AFTER_S)
            answers = [await honest(running.port, ROUND_S, n * 10_000) for n in range(ROUNDS)]
        said = [json.loads(line) for line in running.log_file.read_text().splitlines()]

    p99_ms = [quantiles([ms for _, ms in each], n=100)[98] for each in (quiet, *answers)]
    with capsys.disabled():
        print(f"\n  p99 without and with them {[round(each) for each in p99_ms]} ms", end="")  # noqa: T201 - the figure that is asked for
    assert {status for each in answers for status, _ in each} == {202}
    # Beside another test process the cores are not this test's alone; by itself it holds the figure.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        # A machine that is slow without attackers is no slower by our doing.
        assert median(p99_ms[1:]) <= max(P99_LIMIT_MS, 4 * p99_ms[0])
    refusals = [each for each in said if each["event"] == "webhook_refused"]
    assert {"no_signature", "bad_signature", "too_slow"} <= {each["reason"] for each in refusals}
    assert len(refusals) <= 20


async def test_a_stop_under_load_resets_nobody_and_loses_nothing(
    tmp_path, bootstrap_servers, topic_prefix, monkeypatch
):
    """Readiness goes first; connections are taken for a second; each is answered, each 202 on Kafka."""
    monkeypatch.setenv(env_name("ingest_stop_delay_s"), "1")
    accepted: set[str] = set()
    others: list[str] = []

    async def post(port: int, sender: int) -> None:
        for number in range(10_000):
            key = f"{sender}-{number}"
            try:
                status, _ = await exchange(port, key)
            except ConnectionRefusedError:
                return
            except (OSError, asyncio.IncompleteReadError) as error:
                others.append(f"{type(error).__name__} after {time.monotonic() - signalled_s:.3f} s")
                return
            if status == 202:
                accepted.add(key)
            elif status != 503:
                others.append(str(status))

    signalled_s = 0.0
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running:
        async with asyncio.TaskGroup() as tasks:
            for sender in range(8):
                tasks.create_task(post(running.port, sender))
            await asyncio.sleep(1)
            running.process.send_signal(signal.SIGTERM)
            signalled_s = time.monotonic()
            await asyncio.sleep(0.3)
            ready, taken = await asyncio.to_thread(running.is_ready), len(accepted)
            await asyncio.sleep(0.3)
            still_taken = len(accepted)
        status = await asyncio.to_thread(running.process.wait, running_programs.EVENTUALLY_S)

    assert (others, status, ready) == ([], 0, False)
    assert still_taken > taken > 0
    lie = await records(bootstrap_servers, topic_prefix + TOPIC)
    assert accepted <= {dict(each.headers)["x-lago-unique-key"].decode() for each in lie}
