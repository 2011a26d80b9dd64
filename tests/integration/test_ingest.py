"""``lago-netsuite ingest`` as a process, on a real broker: what it answers for is on the topics."""

from __future__ import annotations

import asyncio
import base64
import signal
from contextlib import AsyncExitStack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.config.settings import Settings, env_name
from consumer.kafka import topics
from consumer.lago.signatures import hmac_signature
from consumer.sandbox.broker import embedded_broker, is_available
from tests.integration import running_programs
from tests.integration.ingest_and_relay import API_KEY, LIMIT_S, ingest, on_kafka, records
from tests.integration.receiver import served
from tests.integration.worker_under_test import until
from tests.support import connection_files, lago
from tests.support.webhooks import CODE, HMAC_KEY, SIGNER, UNIQUE_KEY, headers, jwt_headers

pytestmark = pytest.mark.kafka

TOPIC = "lago.invoices"


async def test_a_webhook_lies_on_its_topic_as_it_came(tmp_path, bootstrap_servers, topic_prefix):
    """Bytes, key and headers; a repeat adds nothing; the process says it is ready and stops with 0."""
    body = lago.invoice_event()
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running:
        first = await running.post(body, headers(body))
        second = await running.post(body, headers(body))
        refused = await running.post(body + b" ", headers(body))
        counted = running.metrics()
        running.process.send_signal(signal.SIGTERM)
        status = running.process.wait(running_programs.EVENTUALLY_S)

    assert [first.status_code, second.status_code, refused.status_code] == [202, 202, 401]
    assert status == 0
    for answer in ("produced", "repeated", "bad_signature"):
        assert f'lago_netsuite_ingest_requests_total{{answer="{answer}"}} 1.0' in counted
    [record] = await records(bootstrap_servers, topic_prefix + TOPIC)
    assert record.value == body
    assert record.key == f"{lago.ORGANIZATION_ID}:cus_7f21c0".encode()
    found = dict(record.headers)
    assert found["x-lago-signature"].decode() == hmac_signature(record.value, HMAC_KEY)
    assert found["x-lago-signature-algorithm"] == b"hmac"
    assert found["x-lago-unique-key"] == found["ce_id"] == UNIQUE_KEY.encode()
    assert found["ce_type"] == b"invoice.created"
    assert found["traceparent"].startswith(b"00-")


@pytest.mark.parametrize("size_bytes", [200_000, 2_000_000])
async def test_a_jwt_as_large_as_its_body_is_read(tmp_path, bootstrap_servers, topic_prefix, size_bytes):
    """It stands in a header, where web servers expect a few kilobytes."""
    content = lago.invoice(customer=lago.customer(name='"' * (size_bytes // 2)))
    body = lago.invoice_event(content=content)
    assert len(body) > size_bytes
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running:
        answer = await running.post(body, jwt_headers(body))

    assert (answer.status_code, answer.text) == (202, '{"status":"produced"}')
    [record] = await records(bootstrap_servers, topic_prefix + TOPIC)
    assert record.value == body
    assert dict(record.headers)["x-lago-signature"].decode() == jwt_headers(body)["x-lago-signature"]


async def test_lago_is_asked_for_its_key_until_it_gives_it(tmp_path, bootstrap_servers, topic_prefix):
    """Before the process is ready, so that the first webhook finds the key; why it is not there is said."""
    packed = base64.encodebytes(SIGNER.pem.encode()).decode()
    answers = [Response(status_code=500), JSONResponse({"webhook": {"public_key": packed}})]
    asked_with: list[str] = []

    def give(request: Request) -> Response:
        asked_with.append(request.headers["authorization"])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    body = lago.invoice_event()
    await topics.create(Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix))
    async with served(Starlette(routes=[Route("/api/v1/webhooks/json_public_key", give)])) as origin:
        asking = {"api_url": origin, "api_key": "env:TEST_API_KEY"}

        def started_and_posted_to() -> tuple[int, str]:
            with ingest(tmp_path, bootstrap_servers, topic_prefix, **asking) as running:
                given = jwt_headers(body, SIGNER.token(body, issuer=origin))
                answer = httpx.post(running.url, content=body, headers=given, trust_env=False)
                return answer.status_code, running.log_file.read_text()

        status, said = await asyncio.to_thread(started_and_posted_to)

    assert status == 202
    assert "Lago does not give its public key: HTTP 500" in said
    assert set(asked_with) == {f"Bearer {API_KEY}"}


async def test_a_body_over_the_limit_is_refused_with_a_sentence_the_sender_hears(
    tmp_path, bootstrap_servers, topic_prefix
):
    """413, although it is still sending when the limit is reached."""
    body = b" " * 6_000_000
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running:
        answer = await running.post(body, headers(body))

    assert (answer.status_code, answer.json()) == (413, {"error": "the body is larger than 5242880 bytes"})


async def test_headers_without_end_are_cut_off(tmp_path, bootstrap_servers, topic_prefix):
    """431 instead of memory without end, and counted like every other answer."""
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running, asyncio.timeout(LIMIT_S):
        _, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(f"POST /lago/{CODE} HTTP/1.1\r\nx-lago-signature: ".encode())
        with pytest.raises(ConnectionError):
            await _write_for_ever(writer)
        writer.close()
        assert running.is_ready()
        counted = running.metrics()

    assert 'lago_netsuite_ingest_requests_total{answer="headers_too_large"} 1.0' in counted


async def _write_for_ever(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 1_000_000)
        await writer.drain()


@pytest.mark.skipif(not is_available(), reason="needs a broker of its own to stop")
async def test_without_a_broker_lago_is_asked_to_come_again(tmp_path, topic_prefix):
    """503 within seconds; the process stays live and ready until Kafka is back."""
    body = lago.invoice_event()

    async def is_accepted() -> bool:
        return (await running.post(body, headers(body))).status_code == 202

    async with AsyncExitStack() as stack:
        with embedded_broker(tmp_path / "kafka") as address:
            running = await stack.enter_async_context(on_kafka(tmp_path, address, topic_prefix))
        answer = await running.post(body, headers(body))
        still_ready = running.is_ready()
        with embedded_broker(tmp_path / "kafka", port=int(address.rpartition(":")[2])):
            await until(is_accepted)
            values = {record.value for record in await records(address, topic_prefix + TOPIC)}

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json() == {"error": "Kafka has not acknowledged it, send it again"}
    assert still_ready
    assert values == {body}


async def test_a_request_under_way_when_the_stop_comes_is_answered(tmp_path, bootstrap_servers, topic_prefix):
    """The rest of its body comes after the signal; 202, then the end with 0."""
    body = lago.invoice_event()
    lines = [f"POST /lago/{CODE} HTTP/1.1", "host: localhost", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers(body).items()]
    async with on_kafka(tmp_path, bootstrap_servers, topic_prefix) as running, asyncio.timeout(LIMIT_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write("\r\n".join([*lines, "", ""]).encode() + body[:100])
        await writer.drain()
        # Another request, answered although it came later, shows that the first has been read.
        assert (await running.post(b"", {})).status_code == 415
        running.process.send_signal(signal.SIGTERM)
        await until(lambda: '"event": "stopping"' in running.log_file.read_text())
        writer.write(body[100:])
        answer = await reader.read()
        writer.close()
        status = await asyncio.to_thread(running.process.wait, running_programs.EVENTUALLY_S)

    assert answer.startswith(b"HTTP/1.1 202 ")
    assert status == 0
    assert [record.value for record in await records(bootstrap_servers, topic_prefix + TOPIC)] == [body]


async def test_without_its_topics_it_does_not_start(tmp_path, bootstrap_servers, topic_prefix):
    """It names those that are missing, and the command that makes them."""
    (tmp_path / "connections.yaml").write_text(
        connection_files.yaml_text(connection_files.settings(lago={"webhook_hmac_key": "env:TEST_HMAC_KEY"}))
    )
    given = {
        "kafka_bootstrap_servers": bootstrap_servers,
        "topic_prefix": topic_prefix,
        "connections_file": str(tmp_path / "connections.yaml"),
    }
    environment = {env_name(name): value for name, value in given.items()} | {"TEST_HMAC_KEY": HMAC_KEY}

    with running_programs.running(["ingest"], tmp_path / "ingest.log", environment) as process:
        status = await asyncio.to_thread(process.wait, running_programs.EVENTUALLY_S)

    said = (tmp_path / "ingest.log").read_text()
    assert status == 1
    assert said.startswith(
        f"Kafka lacks the topics {topic_prefix}lago.customers, {topic_prefix}lago.invoices"
    )
    assert said.endswith("create them with `lago-netsuite topics create`\n")
