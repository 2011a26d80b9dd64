"""A stream that fails in a real process is restarted, loses nothing and does not affect the others."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.integration import running_programs
from tests.integration.dying_worker import DEATHS, MARK
from tests.integration.worker_under_test import stage, until
from tests.support import lago

pytestmark = pytest.mark.kafka

INVOICES = 20
SIBLING = "netsuite-sibling"


async def test_row_28_a_stream_that_dies_twice_writes_everything_once_and_its_sibling_notices_nothing(
    tmp_path: Path, bootstrap_servers, topic_prefix
):
    """It is said in the log, in ``/readyz`` and by a metric; probes do not fail for it."""
    ids = [lago.id_of(topic_prefix, number) for number in range(INVOICES)]
    with running_programs.sandbox(tmp_path) as netsuite:
        mine = running_programs.connection(netsuite)
        sibling = mine | {"code": SIBLING, "sync": {"payments": False}}
        environment = running_programs.environment(
            tmp_path, bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, connection=mine
        )
        (tmp_path / "connections.yaml").write_text(json.dumps({"connections": [mine, sibling]}))
        async with stage(bootstrap_servers, topic_prefix) as on_kafka:
            for number, lago_id in enumerate(ids):
                event = lago.invoice_event(lago_id=lago_id, number=f"S-{topic_prefix}{number}")
                await on_kafka.produce(event, partition=number % 3)
            with running_programs.worker(
                tmp_path, environment, module="tests.integration.dying_worker"
            ) as worker:
                await asyncio.to_thread(worker.until_ready)

                async def all_is_settled() -> bool:
                    assert worker.process.poll() is None, worker.said
                    found = await on_kafka.positions(
                        f"{topic_prefix}worker.{running_programs.CODE}", range(3)
                    )
                    return sum(found.values()) == INVOICES

                await until(all_is_settled)
                ready = await asyncio.to_thread(_get, worker, "readyz")
                alive = await asyncio.to_thread(_get, worker, "healthz")
                metrics = await asyncio.to_thread(_get, worker, "metrics")
        written = Counter(each["custbody_lago_id"] for each in netsuite.records("invoice"))

    deaths = [json.loads(line) for line in worker.said.splitlines() if '"flow_failed"' in line]
    assert [each["connection"] for each in deaths] == [running_programs.CODE] * len(DEATHS)
    assert [each["failures"] for each in deaths] == [1, 2]
    assert all(each["error"] == "RuntimeError" for each in deaths)
    assert f"{running_programs.CODE}: failed 2 times since" in ready.text
    assert SIBLING not in ready.text
    assert (ready.status_code, alive.status_code) == (200, 200)
    restarts = 'lago_netsuite_stream_restarts_total{connection="%s"} %.1f'
    assert restarts % (running_programs.CODE, len(DEATHS)) in metrics.text
    assert restarts % (SIBLING, 0) in metrics.text
    assert written == Counter(dict.fromkeys(ids, 1))
    assert MARK not in worker.said


def _get(worker: running_programs.Worker, path: str) -> httpx.Response:
    return httpx.get(f"{worker.ops}/{path}", trust_env=False)
