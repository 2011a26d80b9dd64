"""`check --deep` asks Lago's API as workers will, when it is configured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from consumer.clock import FakeClock
from consumer.commands.check_account import NOBODY, of_lago
from consumer.sandbox.broker import free_port
from tests.support.connection_files import connection
from tests.support.http_server import served

KEY = "lago-key-7c1e"
UNKNOWN_CUSTOMER = b'{"status": 404, "error": "Not Found", "code": "customer_not_found"}'


class _Lago(BaseHTTPRequestHandler):
    """Knows one key and no customers."""

    def do_GET(self) -> None:
        is_known = self.headers["Authorization"] == f"Bearer {KEY}"
        is_customer = self.path.startswith("/api/v1/customers/")
        self.server.paths.append(self.path)
        self.send_response(404 if is_known else 401)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(UNKNOWN_CUSTOMER if is_known and is_customer else b"{}")


@contextmanager
def _lago() -> Iterator[ThreadingHTTPServer]:
    with served(_Lago) as server:
        server.paths = []
        yield server


async def _no_sleep(_: float) -> None:
    """Wait not at all between attempts."""


async def _look(port: int, key: str = KEY):
    configured = connection(lago={"api_url": f"http://127.0.0.1:{port}", "api_key": key})
    return await of_lago(configured, FakeClock(), _no_sleep)


async def test_a_key_that_may_read_customers_is_in_order():
    """One request, for a customer that nobody has."""
    with _lago() as server:
        (found,) = await _look(server.server_port)

    assert (found.id, found.status) == ("lago.api", "ok")
    assert server.paths == [f"/api/v1/customers/{NOBODY}"]


async def test_a_key_that_lago_refuses_is_named_with_its_line_and_never_shown():
    with _lago() as server:
        (found,) = await _look(server.server_port, "lago-key-another")

    assert (found.id, found.status) == ("lago.api", "fail")
    assert "HTTP 401" in found.says
    assert "lago.api_key" in found.says
    assert "API keys" in found.fix
    assert "lago-key-another" not in str(found)


async def test_a_lago_that_does_not_answer_is_named():
    (found,) = await _look(free_port())

    assert (found.id, found.status) == ("lago.api", "fail")
    assert "lago.api_url" in found.says
    assert "ConnectError" in found.says


@pytest.mark.parametrize("given", [{}, {"api_url": "https://api.lago.example"}])
async def test_a_lago_that_is_not_configured_is_not_asked(given):
    assert await of_lago(connection(lago=given), FakeClock(), _no_sleep) == []
