"""One port answers metrics and probes until the process stops."""

import asyncio
import signal
import socket

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.errors import StartupError
from consumer.ops import http
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics

LIMIT_S = 10


@pytest.fixture
def health():
    return Health(FakeClock())


@pytest.fixture
def app(health):
    return http.create_app(Metrics(version="1"), health)


@pytest.fixture
def client(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://ops")


async def test_metrics_are_in_the_format_of_prometheus(client):
    answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "lago_netsuite_build_info" in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_probe_of_a_good_process_succeeds(client, path):
    answer = await client.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_a_failing_probe_says_why(client, health):
    """503, with every reason."""
    health.drain()

    answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "reasons": ["draining"]}


async def test_a_server_takes_a_free_port_and_gives_it_back_when_cancelled(app):
    """It stops without hanging, leaves no socket open, and does not change signal handlers."""
    port = asyncio.get_running_loop().create_future()
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    async with asyncio.timeout(LIMIT_S), asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(http.serve(app, "127.0.0.1", 0, bound=port.set_result))
        address = f"http://127.0.0.1:{await port}"
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{address}/healthz")
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers
        serving.cancel()

    assert answer.status_code == 200
    with socket.create_server(("127.0.0.1", port.result())):
        pass


async def test_a_port_that_is_taken_is_a_clear_sentence(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(
            StartupError,
            match=f"^cannot listen on 127.0.0.1:{port}: Address already in use; "
            "see LAGO_NETSUITE_OPS_HOST and LAGO_NETSUITE_OPS_PORT$",
        ):
            await http.serve(app, "127.0.0.1", port)
