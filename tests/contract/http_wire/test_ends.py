"""
However a connection ends, a call is known as never sent, or else may have been executed.

That a caller knows it decides whether a document is written twice or never.
"""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from consumer.netsuite import fault_table
from consumer.netsuite.fault_table import Kind
from tests.support.certificates import DAY, Authority
from tests.support.scripted_host import OK, answering, listening
from tests.support.wires import HURRIED, PATIENT, calling

BODY = b"x" * 4_000
HUGE = b"x" * 8_000_000

NEVER_SENT, UNKNOWN = Kind.UNAVAILABLE, Kind.AMBIGUOUS


async def end(transport, url, *, body=BODY, limits_s=PATIENT, **options) -> httpx.HTTPError:
    async with calling(transport, limits_s) as client:
        with pytest.raises(httpx.HTTPError) as ended:
            await client.post(url, content=body, **options)
    return ended.value


def kind(error: Exception) -> Kind:
    return fault_table.of_exception(error).kind


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_nothing_listens(wire, run):
    error = run(end(wire(), f"http://127.0.0.1:{closed_port()}/"))

    assert type(error) is httpx.ConnectError
    assert kind(error) is NEVER_SENT


def test_the_name_has_no_address(wire, run, monkeypatch):
    def unknown(*_: object, **__: object):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    error = run(end(wire(), "http://nowhere.example/"))

    assert type(error) is httpx.ConnectError
    assert kind(error) is NEVER_SENT


def test_a_host_that_accepts_no_connection_in_time(wire, run):
    """The queue of its socket is full, so that the system's connect waits."""

    async def work():
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            place = full.getsockname()
            waiting = [socket.socket() for _ in range(3)]
            for each in waiting:
                each.setblocking(False)
                each.connect_ex(place)
            await asyncio.sleep(0)
            try:
                return await end(wire(), f"http://127.0.0.1:{place[1]}/", limits_s=HURRIED)
            finally:
                for each in waiting:
                    each.close()

    error = run(work())

    assert type(error) is httpx.ConnectTimeout
    assert kind(error) is NEVER_SENT


@pytest.mark.parametrize("fault", ["name", "expired", "unknown authority"])
def test_a_certificate_that_does_not_hold(wire, run, tmp_path, fault):
    """Nothing of the request leaves this machine."""
    authority = Authority(folder=tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.certificate(lasts=-DAY if fault == "expired" else DAY).load_into(tls, tmp_path)
    trusted = ssl.create_default_context() if fault == "unknown authority" else authority.trusted()

    async def work():
        async with listening(answering, tls) as host:
            name = "127.0.0.1" if fault == "name" else "localhost"
            return await end(wire(trusted), f"https://{name}:{host.port}/"), host.requests

    error, requests = run(work())

    assert type(error) is httpx.ConnectError
    assert kind(error) is NEVER_SENT
    assert requests == []


async def closes(visit):
    await visit.reader.read(1)


async def resets(visit):
    await visit.reader.read(1)
    visit.reset()


async def speaks_no_tls(visit):
    await visit.reader.read(1)
    await visit.send(OK)


@pytest.mark.parametrize("script", [closes, resets, speaks_no_tls])
def test_a_handshake_that_fails(wire, run, script):
    async def work():
        async with listening(script) as host:
            return await end(wire(), f"https://127.0.0.1:{host.port}/")

    error = run(work())

    assert type(error) is httpx.ConnectError
    assert kind(error) is NEVER_SENT


async def is_silent(visit):
    await asyncio.sleep(10)


def test_a_handshake_that_takes_too_long(wire, run):
    async def work():
        async with listening(is_silent) as host:
            return await end(wire(), f"https://127.0.0.1:{host.port}/", limits_s=HURRIED)

    error = run(work())

    assert type(error) is httpx.ConnectTimeout
    assert kind(error) is NEVER_SENT


def test_no_connection_becomes_free_in_time(wire, run):
    """Both are in use; the third call has sent nothing."""

    async def work():
        async with listening(is_silent) as host, calling(wire()) as client:
            busy = [asyncio.ensure_future(client.post(host.url, content=BODY)) for _ in range(2)]
            await host.visited(2)
            with pytest.raises(httpx.PoolTimeout) as ended:
                await client.post(host.url, content=BODY, timeout=httpx.Timeout(20, pool=0.2))
            for each in busy:
                each.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
            return ended.value

    assert kind(run(work())) is NEVER_SENT


def after_request(content: bytes, *, is_reset: bool = False):
    async def script(visit):
        await visit.request()
        await visit.send(content)
        if is_reset:
            await asyncio.sleep(0.01)
            visit.reset()

    return script


async def closes_in_the_request(visit):
    await visit.reader.readexactly(100)


async def resets_in_the_request(visit):
    await visit.reader.readexactly(100)
    visit.reset()


ENDS = {
    "closed in the request": closes_in_the_request,
    "reset in the request": resets_in_the_request,
    "closed after the request": after_request(b""),
    "reset after the request": after_request(b"", is_reset=True),
    "half a status line": after_request(b"HTTP/1.1 20"),
    "half the headers": after_request(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "headers only": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"),
    "half the body": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"),
    "half the body, reset": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", is_reset=True),
    "half a chunk": after_request(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab"),
    "no last chunk": after_request(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"),
    "a chunk without a size": after_request(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab"),
    "not HTTP": after_request(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "no status": after_request(b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok"),
    "a length that is none": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"),
    "two lengths": after_request(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
    "zeros in a header": after_request(b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok"),
    "a header without a name": after_request(b"HTTP/1.1 200 OK\r\n: ab\r\nContent-Length: 2\r\n\r\nok"),
    "headers without end": after_request(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 300_000),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_connection_that_ends_once_it_stood(wire, run, name):
    """The request, or a part of it, may have arrived."""

    async def work():
        async with listening(ENDS[name]) as host:
            return await end(wire(), host.url)

    error = run(work())

    assert isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
    assert kind(error) is UNKNOWN


@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
def test_a_kept_connection_that_ends_as_the_next_request_goes(wire, run, method, is_reset):
    """It is not repeated by itself, and not reported as never sent: the host has read it."""

    async def script(visit):
        await visit.request()
        await visit.send(OK)
        await visit.request()
        if is_reset:
            visit.reset()

    async def work():
        async with listening(script) as host, calling(wire()) as client:
            await client.request(method, host.url, content=BODY)
            with pytest.raises(httpx.HTTPError) as ended:
                await client.request(method, host.url, content=BODY)
            return ended.value, len(host.requests)

    error, requests = run(work())

    assert kind(error) is UNKNOWN
    assert requests == 2


def in_time(*pieces: bytes, pause_s: float = 0.1, silent: bool = True):
    async def script(visit):
        await visit.request()
        for piece in pieces:
            await visit.send(piece)
            await asyncio.sleep(pause_s)
        if silent:
            await asyncio.sleep(10)

    return script


@pytest.mark.parametrize(
    "script",
    [in_time(), in_time(b"HTTP/1.1 200 OK\r\nX"), in_time(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")],
    ids=["no response", "half the headers", "half the body"],
)
def test_a_response_that_does_not_come_in_time(wire, run, script):
    async def work():
        async with listening(script) as host:
            return await end(wire(), host.url, limits_s=httpx.Timeout(20, read=0.2))

    error = run(work())

    assert type(error) is httpx.ReadTimeout
    assert kind(error) is UNKNOWN


def test_a_host_that_takes_in_no_more(wire, run):
    """The system's buffers are full, so that the rest of the request waits in this process."""

    async def reads_nothing(visit):
        visit.writer.transport.pause_reading()
        await asyncio.sleep(10)

    async def work():
        async with listening(reads_nothing) as host:
            return await end(wire(), host.url, body=HUGE, limits_s=httpx.Timeout(20, write=0.2))

    error = run(work())

    assert type(error) is httpx.WriteTimeout
    assert kind(error) is UNKNOWN


@pytest.mark.parametrize("url", ["ftp://h/", "http:///path"])
def test_an_address_that_is_none(wire, run, url):
    error = run(end(wire(), url))

    assert type(error) is httpx.UnsupportedProtocol


@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\0b"])
def test_a_header_that_no_message_can_carry(wire, run, value):
    async def work():
        async with listening(answering) as host:
            return await end(wire(), host.url, headers={"X-Own": value}), host.requests

    error, requests = run(work())

    assert type(error) is httpx.LocalProtocolError
    assert requests == []
