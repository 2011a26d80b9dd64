"""The relay as a process, with endpoints that verify, refuse, redirect, lead inside, or are not there."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.responses import RedirectResponse, Response

from consumer.clock import SystemClock
from consumer.http_client.name_lookup import NameLookup, addresses_of
from consumer.kafka import snapshot_reader
from consumer.record import Source
from consumer.relay.delivery import Relay
from consumer.relay.egress import Egress
from consumer.relay.endpoint import Endpoint
from consumer.relay.message import CREATED_TYPE
from consumer.sandbox.broker import free_port
from schemas import error_event, result, undeliverable
from tests.integration import failed_events, running_programs
from tests.integration.ingest_and_relay import LOCAL, fail, relay, webhook
from tests.integration.receiver import receiver
from tests.integration.running_programs import running
from tests.integration.worker_under_test import Stage, stage, until
from tests.support import connection_files

pytestmark = pytest.mark.kafka

ERRORS = "customer.accounting_provider_error"


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def metric(ops: str, line: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return line in (await client.get(f"{ops}/metrics")).text.splitlines()
        except httpx.TransportError:
            return False


async def test_a_good_endpoint_gets_its_webhooks_whatever_becomes_of_the_others(on_kafka, tmp_path):
    """One redirects inside, one is not there, one leads inside: the good one gets its own, verified."""
    customer = {
        "connection": "netsuite-eu",
        "object": "customer",
        "lago_id": "cus-9",
        "status": "created",
        "internal_id": "77",
    }
    async with receiver() as good, receiver() as secret_place:

        def redirect(_: Any) -> Response:
            return RedirectResponse(secret_place.origin)

        async with receiver(answer=redirect) as redirecting:
            inside = webhook("inside", f"https://localhost:8443/{free_port()}", allow_http=False)
            endpoints = [
                webhook("good", good.origin, events=[ERRORS, CREATED_TYPE]),
                webhook("redirecting", redirecting.origin),
                webhook("absent", f"http://127.0.0.1:{free_port()}/"),
                inside,
            ]
            ids = await fail(on_kafka, 3)
            await fail(on_kafka, 2, code="netsuite-us")
            await on_kafka.produce(json.dumps(customer).encode(), topic=result.TOPIC)
            with relay(tmp_path, on_kafka, *endpoints) as process:
                await until(lambda: len(good.ids) >= 4)
                await until(lambda: process.said.count("webhook_failed") >= 9)
                process.process.send_signal(signal.SIGTERM)
                status = await asyncio.to_thread(process.ended)

    created = [body for body in good.bodies if body["webhook_type"] == CREATED_TYPE]
    assert sorted(set(good.ids) & set(ids)) == sorted(ids)
    assert [body["customer"]["lago_id"] for body in created] == ["cus-9"]
    assert len(good.ids) == 4
    assert set(redirecting.ids) == set(ids)
    assert secret_place.ids == []
    assert "must not be posted to" in process.said
    assert status == 0, process.said


async def test_an_endpoint_that_is_gone_is_left_alone_and_its_events_wait(on_kafka, tmp_path):
    """One 410 is enough; the metric says so, nothing is committed, and nothing is lost."""
    async with receiver(answer=lambda _: Response(status_code=410)) as gone:
        await fail(on_kafka, 20)
        with relay(tmp_path, on_kafka, webhook("gone", gone.origin)) as process:
            line = 'lago_netsuite_webhook_endpoint_disabled{endpoint="gone"} 1.0'
            await until(lambda: metric(process.ops, line))

    # Those that were under way beside the first, and none after.
    assert 1 <= len(gone.ids) <= 10


async def test_a_webhook_that_no_attempt_delivers_is_published_and_then_settled(on_kafka):
    """With the last answer and the body, under the endpoint's id."""
    described = connection_files.connection(webhooks=[webhook("finance", "http://127.0.0.1:1/")])

    class Observer:
        def webhook_attempted(self, **_: Any) -> None: ...

        def webhook_undeliverable(self, **_: Any) -> None: ...

        def webhook_endpoint_disabled(self, **_: Any) -> None: ...

    async with receiver(answer=lambda _: Response("no", status_code=500)) as broken:
        described = connection_files.connection(webhooks=[webhook("finance", broken.origin)])
        endpoint = Endpoint.of(described, described.webhooks[0])
        egress = Egress(endpoint.target, clock=SystemClock(), resolve=NameLookup(addresses_of).of)
        posting = Relay(
            endpoint,
            organization_id="org",
            post=egress.post,
            publish=on_kafka.publisher.publish,
            clock=SystemClock(),
            jitter=lambda: 0.5,
            observer=Observer(),
            delays_s=(0.05, 0.05),
        )
        place = Source(topic="x", partition=0, offset=0)
        error = failed_events.failed(failed_events.invoices("dead", 1)[0], place)
        await on_kafka.produce(error.value)

        async def is_settled() -> bool:
            return await on_kafka.committed() == 1

        async with on_kafka.stream(posting.deliver, posting.give_up):
            await until(is_settled)
        await egress.aclose()

    [dead] = [record async for record in snapshot_reader.history(on_kafka.cluster, undeliverable.TOPIC)]
    told = json.loads(dead.value or b"")
    assert (dead.key, told["attempts"], told["last_answer"]) == (b"finance", 3, "500 no")
    assert told["original"] == json.loads(error.value)
    assert broken.ids == [told["event_id"]] * 3


async def test_a_sample_is_posted_and_the_answer_shown(on_kafka, tmp_path):
    """Signed like everything else; the exit status says whether it was taken."""
    async with receiver() as good, receiver(answer=lambda _: Response("what?", status_code=422)) as bad:
        hooks = [webhook("good", good.origin), webhook("bad", bad.origin)]
        environment = running_programs.environment(
            tmp_path,
            bootstrap_servers=on_kafka.cluster.bootstrap_servers,
            topic_prefix=on_kafka.cluster.topic_prefix,
            connection=connection_files.settings(**LOCAL, webhooks=hooks),
        )

        def test(name: str) -> tuple[int, str]:
            log_file = tmp_path / f"{name}.log"
            with running(["relay", "test", name], log_file, environment) as process:
                return process.wait(running_programs.EVENTUALLY_S), log_file.read_text()

        taken, refused, unknown = [await asyncio.to_thread(test, name) for name in ("good", "bad", "other")]

    assert taken[0] == 0, taken[1]
    assert "204" in taken[1]
    assert good.bodies[0]["webhook_type"] == error_event.WEBHOOK_TYPE
    assert refused[0] == 1
    assert "422 what?" in refused[1]
    assert unknown[0] == 2
    assert "known: good, bad" in unknown[1]
