"""The reason why no broker accepts a connection, with what to fix."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from consumer.kafka import unreachable
from consumer.sandbox.broker import HOST, free_port
from tests.support.certificates import DAY, Authority


async def test_a_certificate_that_has_ended_is_said_to_have(tmp_path):
    """Not only that the handshake failed."""
    authority = Authority(folder=tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.certificate(lasts=-DAY).load_into(serving, tmp_path)
    async with await asyncio.start_server(lambda _, writer: writer.close(), HOST, 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        security = {"security_protocol": "SSL", "ssl_context": authority.trusted()}
        said = await unreachable.reason(f"localhost:{port}", security)

    assert said == f"localhost:{port} shows a certificate that cannot be trusted: certificate has expired"


async def test_a_name_that_dns_does_not_know_is_said_to_be_unknown():
    """Each address by itself: one of two may be right."""
    port = free_port()

    said = await unreachable.reason(f"kafka.invalid:9092,{HOST}:{port}", {})

    name, address = said.split("; ")
    assert name.startswith("kafka.invalid:9092 is a name that DNS does not know")
    assert address == f"{HOST}:{port} refuses the connection"


async def test_a_broker_that_does_not_answer_is_not_waited_for_for_long(monkeypatch):
    """The command has waited long enough before."""
    monkeypatch.setattr(unreachable, "CONNECT_LIMIT_S", 0.05)
    is_over = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    async with await asyncio.start_server(silent, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await unreachable.reason(f"{HOST}:{port}", {})
        is_over.set()

    assert said.startswith(f"{HOST}:{port} does not answer")


@pytest.mark.parametrize("count", [1, 3])
async def test_brokers_that_are_all_down_are_not_listed_one_by_one(count):
    """There is nothing to say of each that is not said of all."""
    servers = ",".join(f"{HOST}:{free_port()}" for _ in range(count))

    assert await unreachable.reason(servers, {}) == "no broker takes the connection"
