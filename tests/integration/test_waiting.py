"""What waits is visible to a person who has Kafka and nothing else, and gone when it is written."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator

import pytest

from consumer.kafka import snapshot_reader
from schemas import connection_state, waiting
from schemas.waiting import WaitingRecord
from tests.integration import running_programs
from tests.integration.worker_under_test import Stage, stage
from tests.support import lago

pytestmark = pytest.mark.kafka

LIMIT_S = 90
CLOSED_DAY = "2025-12-31"


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


async def shown(on_kafka: Stage) -> dict[str, WaitingRecord | None]:
    """The topic as compaction would leave it, by type of the object."""
    found: dict[str, WaitingRecord | None] = {}
    async for record in snapshot_reader.history(on_kafka.cluster, waiting.TOPIC):
        key = (record.key or b"").decode()
        if key.startswith(connection_state.KEY_PREFIX):
            continue
        found[key] = WaitingRecord.model_validate_json(record.value) if record.value else None
    return found


async def until_shown(on_kafka: Stage, count: int) -> list[WaitingRecord]:
    async with asyncio.timeout(LIMIT_S):
        while True:
            found = [each for each in (await shown(on_kafka)).values() if each]
            if len(found) == count:
                return found
            await asyncio.sleep(1)


async def status(environment: dict[str, str], *arguments: str) -> tuple[int | None, str]:
    """Exit code and output of the command, as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "consumer", "status", *arguments,
        env={**os.environ, **environment}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(LIMIT_S):
        out, _ = await process.communicate()
    return process.returncode, out.decode()


async def test_what_waits_is_on_its_topic_until_it_is_written(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """A payment before its invoice, and an invoice of a closed period that is held."""
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(netsuite, closed_period="hold"),
    )
    held = lago.invoice_event(lago_id=lago.id_of("held"), number="HELD-1", issuing_date=CLOSED_DAY)
    payment = lago.body(lago.event("payment.succeeded", lago.payment()))
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.produce(held, topic="lago.invoices")
        await on_kafka.produce(payment, topic="lago.payments")
        with running_programs.worker(tmp_path, environment) as worker:
            found = {each.object: each for each in await until_shown(on_kafka, 2)}
            _, during = await status(environment)
            await on_kafka.produce(lago.invoice_event(), topic="lago.invoices")
            [left] = await until_shown(on_kafka, 1)
            code, after = await status(environment, "--json")

    assert found["payment"].waits_for == f"invoice {lago.invoice()['number']}"
    assert found["payment"].kind in {"dependency", "predecessor"}
    assert found["invoice"].code == "period_closed"
    assert found["invoice"].date == CLOSED_DAY
    assert found["invoice"].until is not None
    assert left == found["invoice"]
    assert f"Waits for invoice {lago.invoice()['number']}" in during
    assert "Waits for accounting period Dec 2025" in during
    assert f"Until      {left.until}, then it is an error event" in during
    assert code == 1
    [now] = json.loads(after)
    assert [each["code"] for each in now["waiting"]] == ["period_closed"]
    assert now["last_written"] is not None
    assert now["backlog"]["records"] >= 1
    assert now["breaker"]["state"] == "closed"
    assert (now["permits"]["cap"], now["workers"]) == (now["permits"]["leased"], 1)
    assert "Breaker    closed" in during
    assert "record_parked" in worker.said
