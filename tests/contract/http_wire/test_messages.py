"""What is sent is what httpx was given, byte for byte; what comes back is read whole, or refused."""

from __future__ import annotations

import gzip
import zlib

import httpx
import pytest

from consumer.http_client import client as http_client
from consumer.http_client.answer_limit import AnswerLimit, AnswerUnreadable
from tests.support.scripted_host import OK, Visit, answering, listening
from tests.support.wires import PATIENT, calling, over_aiohttp, over_httpcore

LIMIT = AnswerLimit(whose="the host", max_bytes=1_000, max_body_s=10)
SIGNED = 'OAuth realm="1234567_SB1",oauth_signature="a%2Fb%3D"'


def answer(head: str, body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {head}\r\n\r\n".encode() + body


def saying(*responses: bytes):
    async def script(visit: Visit) -> None:
        for response in responses:
            if await visit.request():
                await visit.send(response)

    return script


async def asked(wire, request: httpx.Request) -> bytes:
    """What the host received."""
    async with listening(answering) as host, calling(wire()) as client:
        request.url = request.url.copy_with(port=host.port)
        request.headers["Host"] = "netsuite.example"
        await client.send(request)
        return host.requests[0]


async def response_of(wire, script, method: str = "GET") -> httpx.Response:
    async with listening(script) as host, calling(wire()) as client:
        return await client.request(method, host.url)


@pytest.mark.parametrize(
    "target",
    [
        "/app/site/hosting/restlet.nl?script=1&deploy=1",
        "/a%2Fb//c;d%20e/.f?q=%7E~%c3%BC+x%2By&empty=&q=2",
        "/",
        "/?a=b?c/d:e@f",
        "/%zz?%",
    ],
)
def test_an_address_is_sent_as_it_was_signed(run, target):
    """The signature covers its letters, so that nothing may be encoded, decoded or put in order."""
    request = httpx.Request("GET", "http://127.0.0.1/")
    request.url = request.url.copy_with(raw_path=target.encode())

    assert run(asked(over_aiohttp, request)).split(b" ")[1] == target.encode()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    "content", [None, b"", b'{"v": 1}', b"\x00\xff" * 40_000], ids=["none", "empty", "json", "large"]
)
def test_a_request_is_httpxs_byte_for_byte(run, method, content):
    """Headers in their order, with their letters and values; none is added, left out or changed."""
    headers = [
        ("Host", "netsuite.example"),
        ("Authorization", SIGNED),
        ("x-lower", "1"),
        ("X-Twice", "a"),
        ("X-Twice", "b, c"),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]

    async def work() -> list[bytes]:
        return [
            await asked(wire, httpx.Request(method, "http://127.0.0.1/a?b", headers=headers, content=content))
            for wire in (over_aiohttp, over_httpcore)
        ]

    ours, httpxs = run(work())

    assert ours == httpxs


def test_a_form_is_sent_as_httpx_writes_it(run):
    """The login's: an assertion with dots and signs."""

    async def work() -> list[bytes]:
        form = {"grant_type": "client_credentials", "client_assertion": "ey.J+/=&x"}
        return [
            await asked(wire, httpx.Request("POST", "http://127.0.0.1/token", data=form))
            for wire in (over_aiohttp, over_httpcore)
        ]

    ours, httpxs = run(work())

    assert ours == httpxs
    assert ours.endswith(b"grant_type=client_credentials&client_assertion=ey.J%2B%2F%3D%26x")


CHUNKED = answer(
    "200 OK\r\nTransfer-Encoding: chunked", b"3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: 1\r\n\r\n"
)
READ_WHOLE = {
    "a length": (answer("200 OK\r\nContent-Length: 5", b"abcde"), 200, b"abcde"),
    "chunks": (CHUNKED, 200, b"abcde"),
    "to its end": (answer("200 OK\r\nConnection: close", b"abcde"), 200, b"abcde"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nabcde", 200, b"abcde"),
    "no content": (answer("204 No Content"), 204, b""),
    "no reason": (answer("404 \r\nContent-Length: 0"), 404, b""),
    "100 first": (answer("100 Continue") + answer("200 OK\r\nContent-Length: 2", b"ok"), 200, b"ok"),
    "early hints first": (
        answer("103 Early Hints\r\nLink: </a>") + answer("200 OK\r\nContent-Length: 2", b"ok"),
        200,
        b"ok",
    ),
    "a redirect": (answer("307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0"), 307, b""),
    "a long header": (answer(f"200 OK\r\nX: {'y' * 12_000}\r\nContent-Length: 2", b"ok"), 200, b"ok"),
}


@pytest.mark.parametrize("name", READ_WHOLE)
def test_a_response_is_read_whole(wire, run, name):
    """No redirect is followed; what a host says first is not taken for its response."""
    sent, status, body = READ_WHOLE[name]

    response = run(response_of(wire, saying(sent)))

    assert (response.status_code, response.content) == (status, body)


def test_headers_keep_their_order_and_their_repetitions(wire, run):
    """`httpx.Headers` finds them by any letters."""
    sent = answer("503 Wait\r\nRetry-After: 7\r\nX-A: 1\r\nx-a: 2\r\nX-L: \xe9\r\nContent-Length: 0")

    response = run(response_of(wire, saying(sent)))

    assert response.headers["retry-after"] == "7"
    assert response.headers.get_list("X-A") == ["1", "2"]
    assert response.reason_phrase == "Wait"


def test_cookies_are_never_kept(run):
    """The next request is like the first."""

    async def work() -> list[bytes]:
        cookie = answer("200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0")
        async with listening(saying(cookie, OK)) as host:
            client = http_client.client(LIMIT, headers={}, trust_env=False, timeout=PATIENT)
            async with client:
                await client.get(host.url)
                await client.get(host.url)
            assert not client.cookies
            return host.requests

    first, second = run(work())

    assert first == second


FOLDED = gzip.compress(b"x" * 900)
BOMB = gzip.compress(b"x" * 10_000_000)
RAW_DEFLATE = zlib.compress(b"x" * 900)


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("gzip", FOLDED, b"x" * 900),
        ("deflate", RAW_DEFLATE, b"x" * 900),
        ("gzip", BOMB, "the answer of the host is larger than 0 KiB and was not read"),
        ("gzip", b"{}" + FOLDED, "the answer of the host is not compressed as it says"),
        ("br", FOLDED, "encoded as 'br', which was not asked for"),
        ("identity", b"x" * 1_001, "larger than"),
    ],
    ids=["gzip", "deflate", "bomb", "broken", "another", "large"],
)
def test_a_body_is_decompressed_once_within_its_limit(wire, run, encoding, body, expected):
    """The transport hands on what it has received."""

    async def work() -> bytes | str:
        sent = answer(f"200 OK\r\nContent-Encoding: {encoding}\r\nTransfer-Encoding: chunked")
        chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        async with listening(saying(sent + chunk)) as host:
            client = http_client.client(LIMIT, headers={}, transport=wire(), timeout=PATIENT)
            async with client:
                try:
                    return (await client.get(host.url)).content
                except AnswerUnreadable as error:
                    return str(error)

    found = run(work())

    assert found == expected if isinstance(expected, bytes) else expected in found


def test_the_content_of_a_request_is_no_stream(run):
    """It could not be sent again with another token."""

    async def pieces():
        yield b"a"

    async def work() -> None:
        async with listening(answering) as host, calling(over_aiohttp()) as client:
            with pytest.raises(httpx.RequestNotRead):
                await client.post(host.url, content=pieces())

    run(work())
