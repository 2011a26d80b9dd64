"""A worker's process on a real broker, whose own code fails on some events."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from consumer.kafka.cluster import Cluster
from schemas import error_event
from tests.integration import running_programs
from tests.integration.planted_worker import PARTS
from tests.integration.worker_under_test import stage, until
from tests.memory import mutation
from tests.memory.defects import MARK
from tests.support import lago

pytestmark = pytest.mark.kafka

EVENTS = 120
# Invoices only: what refers to another document would wait for it, and broken customers, which go first,
# would be so many refusals in a row that the breaker opens.
KINDS = (1,)
GROUP = f"worker.{running_programs.CODE}"


def topic(prefix: str) -> tuple[list[bytes], set[int]]:
    """Every other event is a whole invoice; the rest is mutated, each third of it marked for a defect."""
    random, parts = Random(prefix), ("lane", *PARTS)
    values, marked = [], set()
    for number in range(EVENTS):
        if number % 2:
            lago_id = lago.id_of(prefix, number)
            values.append(lago.invoice_event(lago_id=lago_id, number=f"D-{prefix}{number}"))
        elif number % 6:
            values.append(mutation.mutated(random, number, kinds=KINDS))
        else:
            marked.add(number)
            values.append(mutation.marked_invoice(f"{prefix}{number}", parts[len(marked) % len(parts)]))
    return [*values, _negative(prefix)], marked


def _negative(prefix: str) -> bytes:
    """A fee and a total below zero: once the end of the process, again and again."""
    event = json.loads(lago.invoice_event(lago_id=lago.id_of(prefix, "negative")))
    event["invoice"] |= {"total_amount_cents": -1, "number": f"N-{prefix}"}
    return json.dumps(event).encode()


async def test_a_process_whose_code_fails_on_some_events_writes_all_others(
    tmp_path: Path, bootstrap_servers, topic_prefix
):
    """It never ends, makes one error event for each of those, and none for any whole invoice."""
    values, marked = topic(topic_prefix)

    with running_programs.sandbox(tmp_path) as netsuite:
        environment = running_programs.environment_of(tmp_path, netsuite, bootstrap_servers, topic_prefix)
        async with stage(bootstrap_servers, topic_prefix) as on_kafka:
            await on_kafka.produce(*values)
            with running_programs.worker(
                tmp_path, environment, module="tests.integration.planted_worker"
            ) as worker:
                await asyncio.to_thread(worker.until_ready)

                async def all_is_settled() -> bool:
                    assert worker.process.poll() is None, worker.said
                    return await on_kafka.committed(group=f"{topic_prefix}{GROUP}") == len(values)

                await until(all_is_settled)
                alive = worker.answers("healthz")
                worker.process.send_signal(signal.SIGTERM)
                status = await asyncio.to_thread(worker.ended)
            errors = await _errors(on_kafka.cluster)
        written = {each["externalid"] for each in netsuite.records("invoice")}

    sources = Counter(each["source"]["offset"] for each in errors)
    internal = {each["source"]["offset"] for each in errors if _code(each) == "internal_error"}
    assert (alive, status) == (True, 0), worker.said
    assert set(sources.values()) == {1}
    assert internal == marked
    assert {f"lago-inv-{lago.id_of(topic_prefix, number)}" for number in range(1, EVENTS, 2)} <= written
    assert "flow_failed" not in worker.said
    assert MARK not in worker.said


def _code(error: dict) -> str:
    code: str = error["accounting_provider_customer_error"]["provider_error"]["error_code"]
    return code


async def _errors(cluster: Cluster) -> list[dict]:
    """All error events there are."""
    reader = cluster.reader(cluster.topic(error_event.TOPIC))
    await cluster.start(reader)
    try:
        ends = await reader.end_offsets(reader.assignment())
        found: list[dict] = []
        while len(found) < sum(ends.values()):
            batches = await reader.getmany(timeout_ms=1_000)
            found += [json.loads(each.value) for batch in batches.values() for each in batch]
        return found
    finally:
        await reader.stop()
