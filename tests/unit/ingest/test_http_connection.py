"""One request after the other is parsed and answered, whatever form HTTP gives it."""

import asyncio

import pytest
import uvicorn
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from consumer.ingest.exchange import HIGH_WATER_BYTES
from consumer.ingest.http_connection import HttpConnection

POST = b"POST /lago/x HTTP/1.1\r\ncontent-length: 2\r\n"
BODY = b'{"status":"ok"}'


class Transport(asyncio.Transport):
    """What is written to it, and what is asked of it."""

    def __init__(self):
        super().__init__()
        self.written, self.is_closed, self.reads = b"", False, True

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.is_closed

    def close(self):
        self.is_closed = True

    def pause_reading(self):
        self.reads = False

    def resume_reading(self):
        self.reads = True


class House:
    """An application that does what a test sets, and connections to it."""

    def __init__(self):
        self.scopes, self.messages = [], []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.fails = None
        self.reads = True
        self.config = uvicorn.Config(
            self.app, http=HttpConnection, lifespan="off", log_config=None, interface="asgi3"
        )

    async def app(self, scope, receive, send):
        self.scopes.append(scope)
        if self.fails is not None:
            raise self.fails
        while self.reads:
            self.messages.append(await receive())
            if not self.messages[-1].get("more_body"):
                break
        await self.may_answer.wait()
        headers = [(b"content-length", b"%d" % len(BODY))]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": BODY})

    def connection(self, *pieces):
        made = HttpConnection(self.config, ServerState(), {}, asyncio.get_running_loop())
        made.connection_made(Transport())
        for piece in pieces:
            made.data_received(piece)
        return made


async def turn():
    """What is ready runs."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.fixture
async def house():
    return House()


async def answered(house, *pieces):
    connection = house.connection(*pieces)
    await turn()
    return connection.transport


async def test_a_request_is_answered_and_its_connection_stays_open(house):
    """Also when head and body come byte by byte."""
    request = POST + b"\r\n{}"

    transport = await answered(house, *(request[n : n + 1] for n in range(len(request))))

    assert transport.written == b"HTTP/1.1 202 Accepted\r\ncontent-length: 15\r\n\r\n" + BODY
    assert not transport.is_closed
    assert b"".join(each["body"] for each in house.messages) == b"{}"


@pytest.mark.parametrize(
    "request_bytes",
    [
        POST.replace(b"1.1", b"1.0") + b"\r\n{}",
        POST + b"connection: close\r\n\r\n{}",
    ],
    ids=["HTTP/1.0", "connection: close"],
)
async def test_a_client_that_sends_one_request_is_not_kept_waiting(house, request_bytes):
    transport = await answered(house, request_bytes)

    assert b"connection: close\r\n" in transport.written
    assert transport.is_closed


async def test_a_response_to_head_has_no_body(house):
    """But its length."""
    transport = await answered(house, b"HEAD /lago/x HTTP/1.1\r\n\r\n")

    assert transport.written == b"HTTP/1.1 202 Accepted\r\ncontent-length: 15\r\n\r\n"


async def test_a_client_that_waits_for_100_continue_gets_it_when_its_body_is_wanted(house):
    """And not with a response that does not need the body."""
    wanted = await answered(house, POST + b"expect: 100-continue\r\n\r\n")
    house.reads = False
    refused = await answered(house, POST + b"expect: 100-continue\r\n\r\n")

    assert wanted.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert refused.written.startswith(b"HTTP/1.1 202 ")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/lago/x?a=b", "/lago/x"),
        (b"/lago/%C3%A9", "/lago/é"),
        (b"http://ingest.example/lago/x", "/lago/x"),
        (b"//lago/x", "//lago/x"),
    ],
)
async def test_the_path_is_that_of_the_target(house, target, path):
    await answered(house, b"POST " + target + b" HTTP/1.1\r\ncontent-length: 0\r\n\r\n")

    assert [each["path"] for each in house.scopes] == [path]


async def test_a_request_to_become_another_protocol_is_answered_as_any_other(house):
    upgrade = b"GET /lago/x HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"

    assert (await answered(house, upgrade)).written.startswith(b"HTTP/1.1 202 ")


async def test_a_defect_of_the_application_is_logged_and_answered(house):
    """And the connection ends, since what it has read is not known."""
    house.fails = RuntimeError("unthought of")
    with capture_logs() as logs:
        transport = await answered(house, POST + b"\r\n{}")

    assert transport.written.startswith(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n")
    assert transport.is_closed
    assert [(each["event"], str(each["exc_info"])) for each in logs] == [("request_failed", "unthought of")]


async def test_a_cancelled_request_is_answered(house):
    """The server cancels what takes too long when it stops."""
    house.may_answer.clear()
    connection = house.connection(POST + b"\r\n{}")
    await turn()
    with capture_logs():
        for task in connection._server_state.tasks:
            task.cancel()
        await turn()

    assert connection.transport.written.startswith(b"HTTP/1.1 500 ")


async def test_a_body_that_is_not_read_yet_is_not_received_without_limit(house):
    """Until the application takes it."""
    house.may_answer.clear()
    connection = house.connection(b"POST / HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n")
    connection.data_received(b"x" * (HIGH_WATER_BYTES + 1))
    assert not connection.transport.reads
    await turn()

    assert connection.transport.reads
    assert len(b"".join(each["body"] for each in house.messages)) == HIGH_WATER_BYTES + 1


async def test_a_client_that_does_not_read_is_written_nothing_until_it_does(house):
    connection = house.connection()
    connection.pause_writing()
    connection.data_received(POST + b"\r\n{}")
    await turn()
    before = connection.transport.written
    connection.resume_writing()
    await turn()

    assert (before, connection.transport.written[:13]) == (b"", b"HTTP/1.1 202 ")


async def test_a_request_before_the_response_to_the_one_before_is_not_begun(house):
    """Its bytes are not those of the first."""
    house.may_answer.clear()
    connection = house.connection(POST + b"\r\n{}" + POST + b"\r\n[]")
    await turn()

    assert not connection.transport.reads
    assert len(house.scopes) == 1
    assert [each["body"] for each in house.messages] == [b"{}"]


@pytest.mark.parametrize("when", ["while its body is received", "while it is processed"])
async def test_a_lost_connection_ends_its_request(house, when):
    """Nothing is written to it, and the server need not wait for it."""
    house.may_answer.clear()
    connection = house.connection(POST + b"\r\n{" + (b"}" if when == "while it is processed" else b""))
    await turn()
    connection.connection_lost(None)
    house.may_answer.set()
    await turn()

    assert connection.transport.written == b""
    assert not connection._server_state.tasks
    assert not connection._server_state.connections


async def test_a_stop_closes_what_is_idle_and_what_is_answered(house):
    idle, busy = house.connection(), house.connection(POST + b"\r\n{")
    for each in (idle, busy):
        each.shutdown()
    assert (idle.transport.is_closed, busy.transport.is_closed) == (True, False)
    busy.data_received(b"}")
    await turn()

    assert b"connection: close" in busy.transport.written
    assert busy.transport.is_closed


async def test_what_is_no_http_ends_the_connection(house):
    assert (await answered(house, b"\x16\x03\x01 no http\r\n\r\n")).is_closed
