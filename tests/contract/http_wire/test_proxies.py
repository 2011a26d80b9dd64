"""Proxies, certificate authorities, client certificates and names of servers: as httpx does it by itself."""

from __future__ import annotations

import asyncio
import base64
import ssl

import httpx
import pytest
from httpx._utils import get_environment_proxies

from consumer.http_client import client as http_client
from consumer.http_client import environment_proxies
from consumer.http_client.answer_limit import AnswerLimit
from consumer.netsuite import fault_table
from tests.support.certificates import DAY, HOST, Authority
from tests.support.scripted_host import OK, Visit, answering, listening
from tests.support.wires import LIMIT_S, calling

LIMIT = AnswerLimit(whose="the host", max_bytes=1_000, max_body_s=10)
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CREDENTIALS = b"Basic " + base64.b64encode(b"me:p@ss")


@pytest.fixture
def environment(monkeypatch):
    """Sets the environment's proxies; all others are removed."""
    for name in (*NAMES, *map(str.upper, NAMES), "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)

    def give(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name.upper(), value)

    return give


@pytest.fixture
def authority(tmp_path):
    return Authority(folder=tmp_path)


def server_tls(authority: Authority, folder) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.certificate(lasts=DAY).load_into(tls, folder)
    return tls


async def tunnel(visit: Visit) -> None:
    """A proxy that connects to where CONNECT says."""
    target = (await visit.request()).split(b" ")[1].decode()
    host, _, port = target.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    await visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while piece := await source.read(65_536):
            to.write(piece)
        to.close()

    try:
        await asyncio.gather(pass_on(visit.reader, writer), pass_on(reader, visit.writer))
    finally:
        writer.transport.abort()


def test_a_proxy_passes_on_what_is_not_encrypted(wire, run):
    """It gets the whole address, and its own password."""

    async def work() -> bytes:
        async with listening(answering) as proxy:
            address = f"http://me:p%40ss@127.0.0.1:{proxy.port}"
            async with calling(wire(proxy=address)) as client:
                response = await client.post("http://netsuite.example/a%2Fb?c=1", content=b"{}")
            assert response.content == b"ok"
            return proxy.requests[0]

    request = run(work())

    assert request.startswith(b"POST http://netsuite.example/a%2Fb?c=1 HTTP/1.1\r\n")
    assert b"Host: netsuite.example\r\n" in request
    assert b"Proxy-Authorization: " + CREDENTIALS in request


def test_a_proxy_tunnels_what_is_encrypted(wire, run, authority, tmp_path):
    """It sees the name and its own password, and nothing of the request."""

    async def work() -> tuple[list[bytes], list[bytes]]:
        async with listening(answering, server_tls(authority, tmp_path)) as host, listening(tunnel) as proxy:
            transport = wire(authority.trusted(), proxy=f"http://me:p%40ss@127.0.0.1:{proxy.port}")
            async with calling(transport) as client:
                for _ in range(2):
                    await client.post(
                        f"https://{HOST}:{host.port}/a", content=b"{}", headers={"Authorization": "secret"}
                    )
            return host.requests, proxy.requests

    requests, [connect] = run(work())

    assert [request.split(b"\r\n")[0] for request in requests] == [b"POST /a HTTP/1.1"] * 2
    assert not any(b"Proxy-Authorization" in request for request in requests)
    assert connect.startswith(b"CONNECT localhost:")
    assert CREDENTIALS in connect
    assert b"secret" not in connect


@pytest.mark.parametrize("status", [b"407 Proxy Authentication Required", b"502 Bad Gateway", b"403 No"])
def test_a_tunnel_that_the_proxy_refuses(wire, run, status):
    """Nothing was sent to NetSuite; what the proxy answers is not taken for its response."""

    async def refusing(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    async def work() -> httpx.HTTPError:
        async with listening(refusing) as proxy, calling(wire(proxy=proxy.url)) as client:
            with pytest.raises(httpx.HTTPError) as ended:
                await client.post("https://netsuite.example/", content=b"{}")
            return ended.value

    error = run(work())

    assert type(error) is httpx.ProxyError
    assert fault_table.of_exception(error).kind is fault_table.Kind.UNAVAILABLE


def test_a_proxy_that_ends_the_tunnel_before_it_stands(wire, run):
    async def closing(visit: Visit) -> None:
        await visit.request()

    async def work() -> httpx.HTTPError:
        async with listening(closing) as proxy, calling(wire(proxy=proxy.url)) as client:
            with pytest.raises(httpx.HTTPError) as ended:
                await client.post("https://netsuite.example/", content=b"{}")
            return ended.value

    assert fault_table.of_exception(run(work())).kind is fault_table.Kind.AMBIGUOUS


@pytest.mark.parametrize(
    "values",
    [
        {"http_proxy": "http://p:1"},
        {"https_proxy": "p:1", "all_proxy": "http://me:secret@q:2"},
        {"all_proxy": "http://p:1", "no_proxy": "localhost,10.0.0.1,::1,.corp.example,corp.example, x.y"},
        {"all_proxy": "http://p:1", "no_proxy": "http://a.example,10.0.0.0/8,bücher.example"},
        {"all_proxy": "http://p:1", "no_proxy": "a.example,*"},
        {"no_proxy": "a.example"},
        {},
    ],
)
def test_the_environment_is_read_as_httpx_reads_it(environment, values):
    environment(**values)

    assert environment_proxies.patterns() == get_environment_proxies()


def test_clients_use_the_environments_proxy_but_for_hosts_that_it_spares(run, environment):
    async def work() -> tuple[int, int]:
        async with listening(answering) as proxy, listening(answering) as host:
            environment(all_proxy=proxy.url, no_proxy="127.0.0.1")
            async with asyncio.timeout(LIMIT_S), http_client.client(LIMIT, headers={}) as client:
                await client.get("http://netsuite.example/")
                await client.get(host.url)
            async with http_client.client(LIMIT, headers={}, trust_env=False) as client:
                await client.get(host.url)
            return len(proxy.requests), len(host.requests)

    assert run(work()) == (1, 2)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "ftp://127.0.0.1:1"])
def test_a_proxy_that_does_not_speak_http_is_refused(environment, proxy):
    """When the client is made, and not with each call."""
    environment(all_proxy=proxy)

    with pytest.raises(ValueError, match="proxy"):
        http_client.client(LIMIT, headers={})


def test_the_environments_authority_is_trusted(run, authority, tmp_path, environment, monkeypatch):
    """`SSL_CERT_FILE`: a proxy that looks into the traffic signs with it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))

    async def work() -> bytes:
        async with (
            listening(answering, server_tls(authority, tmp_path)) as host,
            http_client.client(LIMIT, headers={}) as client,
        ):
            return (await client.get(f"https://{HOST}:{host.port}/")).content

    assert run(work()) == b"ok"


def test_a_certificate_of_the_client_is_shown(wire, run, authority, tmp_path):
    """Without it the host ends the connection; the request may have been on its way."""
    tls = server_tls(authority, tmp_path)
    tls.load_verify_locations(authority.file)
    tls.verify_mode = ssl.CERT_REQUIRED
    showing = authority.trusted()
    authority.certificate(lasts=DAY).load_into(showing, tmp_path)

    async def work() -> tuple[bytes, httpx.HTTPError]:
        async with listening(answering, tls) as host:
            url = f"https://{HOST}:{host.port}/"
            async with calling(wire(showing)) as client:
                content = (await client.post(url, content=b"{}")).content
            async with calling(wire(authority.trusted())) as client:
                with pytest.raises((httpx.HTTPError, OSError)) as ended:
                    await client.post(url, content=b"{}")
            return content, ended.value

    content, error = run(work())

    assert content == b"ok"
    assert fault_table.of_exception(error).kind is fault_table.Kind.AMBIGUOUS


def test_the_name_of_the_server_is_the_one_that_is_given(wire, run, authority, tmp_path):
    """A webhook goes to a checked address, with the certificate and the name of its host."""
    names: list[str | None] = []
    tls = server_tls(authority, tmp_path)
    tls.sni_callback = lambda _, name, __: names.append(name)

    async def work() -> None:
        async with listening(answering, tls) as host:
            url = f"https://127.0.0.1:{host.port}/"
            async with calling(wire(authority.trusted())) as client:
                await client.post(url, content=b"{}", extensions={"sni_hostname": HOST})
            async with calling(wire(authority.trusted())) as client:
                with pytest.raises(httpx.ConnectError):
                    await client.post(url, content=b"{}", extensions={"sni_hostname": "other.example"})

    run(work())

    assert names == [HOST, "other.example"]


def test_only_http_1_is_offered(wire, run, authority, tmp_path):
    tls = server_tls(authority, tmp_path)
    tls.set_alpn_protocols(["h2", "http/1.1"])
    chosen: list[str | None] = []

    async def noting(visit: Visit) -> None:
        chosen.append(visit.writer.get_extra_info("ssl_object").selected_alpn_protocol())
        await visit.request()
        await visit.send(OK)

    async def work() -> None:
        async with listening(noting, tls) as host, calling(wire(authority.trusted())) as client:
            await client.get(f"https://{HOST}:{host.port}/")

    run(work())

    assert chosen == ["http/1.1"]
