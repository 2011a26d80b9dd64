"""What NetSuite refuses as a whole, as an operator meets it: a process, a broker, the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.integration import running_programs
from tests.integration.worker_under_test import Stage, stage
from tests.support import lago

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


def remarks(worker: running_programs.Worker) -> str:
    return httpx.get(f"{worker.ops}/readyz", trust_env=False).text


def metric(worker: running_programs.Worker, line: str) -> bool:
    return line in httpx.get(f"{worker.ops}/metrics", trust_env=False).text


async def comes(claim, worker: running_programs.Worker) -> None:
    await asyncio.to_thread(running_programs.until, claim, because=lambda: worker.said)


def invoices(prefix: str, count: int) -> list[bytes]:
    return [lago.invoice_event(lago_id=lago.id_of(prefix, n), number=f"{prefix}-{n}") for n in range(count)]


def payment(prefix: str, number: int) -> bytes:
    invoice_id = lago.id_of(prefix, number)
    content = lago.payment(
        lago_id=lago.id_of("of", invoice_id),
        invoice_ids=[invoice_id],
        invoice_numbers=[f"{prefix}-{number}"],
        lago_payable_id=invoice_id,
    )
    return lago.body(lago.event("payment.succeeded", content))


def written(netsuite: running_programs.Sandbox, kind: str, prefix: str) -> int:
    """How many of this test's documents NetSuite has."""
    invoice_ids = [lago.id_of(prefix, number) for number in range(10)]
    ours = {f"lago-inv-{each}" for each in invoice_ids}
    ours |= {f"lago-pay-{lago.id_of('of', each)}" for each in invoice_ids}
    return sum(each["externalid"] in ours for each in netsuite.records(kind))


async def test_what_is_about_no_record_is_said_once_and_ends_by_itself(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """N02: the platform's errors settle nothing. N23: a lost permission stops payments and nothing else."""
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=running_programs.connection(netsuite),
    )
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        with running_programs.worker(tmp_path, environment) as worker:
            await asyncio.to_thread(worker.until_ready)
            await the_platform_fails(on_kafka, netsuite, worker, topic_prefix)
            await the_role_loses_payments(on_kafka, netsuite, worker, topic_prefix)
            said = worker.said

    assert said.count("document_kind_refused") == said.count("document_kind_accepted") == 1


async def the_platform_fails(
    on_kafka: Stage, netsuite: running_programs.Sandbox, worker: running_programs.Worker, prefix: str
) -> None:
    netsuite.strike(kind="platform", times=10_000, code="USER_ERROR", message="Skript gesperrt.")
    await on_kafka.produce(*invoices(prefix, 3))
    await comes(lambda: "Skript gesperrt." in remarks(worker), worker)
    netsuite.http.delete(f"{netsuite.origin}/sandbox/faults").raise_for_status()
    await comes(lambda: written(netsuite, "invoice", prefix) == 3, worker)
    assert not metric(worker, "lago_netsuite_errors_published_total{")


async def the_role_loses_payments(
    on_kafka: Stage, netsuite: running_programs.Sandbox, worker: running_programs.Worker, prefix: str
) -> None:
    lost = {"setting": "permissions.TRAN_CUSTPYMT", "value": 0}
    netsuite.http.post(f"{netsuite.origin}/sandbox/settings", json=lost).raise_for_status()
    await on_kafka.produce(payment(prefix, 0), payment(prefix, 1), topic="lago.payments")
    await comes(lambda: "NetSuite refuses every payment" in remarks(worker), worker)
    assert metric(worker, 'kind="payment"} 1.0')
    await on_kafka.produce(lago.invoice_event(lago_id=lago.id_of(prefix, 9), number=f"{prefix}-9"))
    await comes(lambda: written(netsuite, "invoice", prefix) == 4, worker)
    netsuite.http.delete(f"{netsuite.origin}/sandbox/settings").raise_for_status()
    await comes(lambda: written(netsuite, "customerpayment", prefix) == 2, worker)
    await comes(lambda: "NetSuite refuses every payment" not in remarks(worker), worker)
    assert not metric(worker, "lago_netsuite_errors_published_total{")
