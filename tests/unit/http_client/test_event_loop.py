"""In each process a host whose name server does not respond delays no other host."""

from __future__ import annotations

import asyncio
import socket
import threading

import httpx
import pytest

from consumer.http_client import event_loop
from consumer.http_client.event_loop import EventLoop

DEAD = 20


@pytest.fixture
def names(monkeypatch):
    """`netsuite.example` is this machine; no name server answers for hosts whose name begins with dead."""
    is_over, real = threading.Event(), socket.getaddrinfo

    def found(host, *arguments, **more):
        name = host.decode() if isinstance(host, bytes) else host
        if name.startswith("dead"):
            is_over.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")
        return real("127.0.0.1" if name == "netsuite.example" else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", found)
    yield
    is_over.set()


@pytest.mark.usefixtures("names")
def test_httpx_reaches_one_host_while_many_others_are_looked_up_in_vain(monkeypatch):
    """They are more than the threads of libuv; each is given up after its own limit, by its name."""
    monkeypatch.setattr(event_loop, "LOOKUP_LIMIT_S", 2.0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        writer.close()

    async def work() -> tuple[int, list[BaseException]]:
        async with (
            await asyncio.start_server(answer, "127.0.0.1", 0) as server,
            httpx.AsyncClient(trust_env=False, timeout=10) as http,
        ):
            port = server.sockets[0].getsockname()[1]
            vain = [asyncio.ensure_future(http.get(f"http://dead-{n}.example/")) for n in range(DEAD)]
            await asyncio.sleep(0.1)
            async with asyncio.timeout(1.5):
                status = (await http.get(f"http://netsuite.example:{port}/")).status_code
            return status, await asyncio.gather(*vain, return_exceptions=True)

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        status, errors = runner.run(work())

    assert status == 204
    assert all(isinstance(each, httpx.ConnectError) for each in errors)
    assert "no name server has answered within 2 s" in str(errors[0])
