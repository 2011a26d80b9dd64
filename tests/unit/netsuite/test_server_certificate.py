"""NetSuite's host, or a proxy before it, shows a certificate that has ended; then one that holds."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.netsuite.client import MAX_ATTEMPTS, Client
from consumer.outcome import Delivered, Unavailable
from schemas import wire
from tests.support.certificates import DAY, HOST, Authority
from tests.unit.netsuite import examples

TOKEN = json.dumps({"access_token": "t", "expires_in": "3600"}).encode()


@dataclass(slots=True, kw_only=True)
class Host:
    """Answers tokens and writes over TLS, and counts what reached it."""

    context: ssl.SSLContext
    port: int = 0
    paths: list[str] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.paths.append(head.split()[1].partition("?")[0])
        body = (
            TOKEN
            if self.paths[-1].endswith("/token")
            else examples.body(examples.envelope(examples.created()))
        )
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        writer.close()


@asynccontextmanager
async def listening(context: ssl.SSLContext) -> AsyncIterator[Host]:
    host = Host(context=context)
    async with await asyncio.start_server(host.answer, "127.0.0.1", 0, ssl=context) as server:
        host.port = server.sockets[0].getsockname()[1]
        yield host


async def no_sleep(_: float) -> None:
    return None


@pytest.mark.parametrize("login", ["tba", "oauth2"])
async def test_a_certificate_that_has_ended_makes_netsuite_unavailable_until_it_is_renewed(
    tmp_path, ec_pem, login
):
    """Nothing is sent through it; the sentence says what has ended and where; no restart is needed."""
    oauth2 = {"type": "oauth2", "client_id": "c", "certificate_id": "k", "private_key": ec_pem}
    authority = Authority(folder=tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.certificate(lasts=-DAY).load_into(context, tmp_path)
    async with listening(context) as host:
        connection = examples.connection(
            restlet_url=f"https://{HOST}:{host.port}/app/site/hosting/restlet.nl?script=1&deploy=1",
            auth=oauth2 if login == "oauth2" else examples.TBA,
        )
        transport = httpx.AsyncHTTPTransport(verify=authority.trusted())
        async with Client(connection, clock=FakeClock(), transport=transport, sleep=no_sleep) as client:
            with capture_logs() as said:
                ended = await client.write(examples.request())
            ping = await client.ping()
            reached = list(host.paths)
            authority.certificate(lasts=DAY).load_into(context, tmp_path)
            renewed = await client.write(examples.request())
            ready = await client.ping()

    assert ended == Unavailable(
        reason="ConnectError: the TLS certificate of localhost does not hold (certificate has expired): "
        "it has to be renewed there; check this machine's clock too"
    )
    assert ping == ended
    assert reached == []
    assert [each["event"] for each in said] == ["netsuite_attempt_failed"] * MAX_ATTEMPTS
    assert isinstance(renewed, Delivered)
    assert isinstance(ready, wire.Response)
