"""The limits of a connection before the application gets a request."""

import asyncio
import gc
import json
import weakref

import pytest
import uvicorn
from uvicorn.server import ServerState

from consumer.clock import FakeClock
from consumer.ingest.answer_log import AnswerLog
from consumer.ingest.connections import Connections
from consumer.ingest.http import EXTENSION
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.protocol import protocol

KIBIBYTE = 1024
BEGINNING = b"POST /lago/x HTTP/1.1\r\nx-lago-signature: "


class Transport:
    """What is written to it, and whether it has been closed."""

    def __init__(self):
        self.written = b""
        self.is_closed = False

    def get_extra_info(self, name):
        return self if name == "socket" else None

    def setsockopt(self, *_):
        """Nothing is sent anyway."""

    def getsockname(self):
        return ("127.0.0.1", 1)

    getpeername = getsockname

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.is_closed

    def close(self):
        self.is_closed = True

    abort = close

    def set_protocol(self, _):
        raise AssertionError("no web sockets here")

    def pause_reading(self):
        """Flow control is uvicorn's."""

    resume_reading = pause_reading


class House:
    """Connections to an application that reads a body, says 204, and one registry for them all."""

    def __init__(self, *, size_bytes=200 * KIBIBYTE, body_limit_bytes=100 * KIBIBYTE, limit=1000):
        self.clock = FakeClock()
        self.inflight = InflightLimit(unproven_bytes=size_bytes)
        self.registry = Connections(self.inflight, clock=self.clock, limit=limit)
        self.counted = []
        self.protocol = protocol(
            connections=self.registry,
            answers=AnswerLog(self, clock=self.clock),
            body_limit_bytes=body_limit_bytes,
        )
        self.config = uvicorn.Config(
            self.app,
            http=self.protocol,
            ws="none",
            log_config=None,
            lifespan="off",
            interface="asgi3",
            log_level="error",
        )
        self.config.load()

    def ingest_answered(self, *, answer, seconds, connection):
        self.counted.append(answer)

    async def app(self, scope, receive, send):
        arrival = scope["extensions"][EXTENSION]
        status = 401 if b"unsigned" in scope["path"].encode() else 204
        try:
            with arrival.refusable():
                while status == 204 and (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            status = arrival.refusal.status
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    def connection(self, first=b""):
        loop = asyncio.get_running_loop()
        made = self.protocol(config=self.config, server_state=ServerState(), app_state={}, _loop=loop)
        made.connection_made(Transport())
        if first:
            made.data_received(first)
        return made

    def later(self, seconds):
        self.clock.advance(seconds)
        self.registry.sweep()


def status_of(connection):
    return connection.transport.written.partition(b"\r\n")[0].decode()


@pytest.fixture
def house():
    return House()


BODY_BEGUN = b"POST /lago/x HTTP/1.1\r\ncontent-length: 5242880\r\n\r\n{"
UNSIGNED = BODY_BEGUN.replace(b"/x", b"/unsigned")
WHOLE = b"POST /lago/x HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}"


async def turn():
    """What is ready runs."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_heads_of_many_are_held_only_as_far_as_there_is_room(house):
    """The connection beyond the limit gets a complete response that asks for a repeat."""
    first = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)
    house.inflight.unproven.take(house.inflight.unproven._limits[1] - 160 * KIBIBYTE)
    second = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)

    head, _, body = second.transport.written.partition(b"\r\n\r\n")
    assert not first.transport.is_closed
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 503 Service Unavailable",
        b"content-type: application/json",
        b"retry-after: 5",
        b"connection: close",
    ]
    assert json.loads(body) == {"error": "too much is under way here, send it again"}
    assert second.transport.is_closed
    assert house.counted == ["too_busy"]


async def test_what_is_announced_takes_no_room(house):
    """Ninety connections that announce 5 MiB each hold what they have sent."""
    begun = [house.connection(BODY_BEGUN) for _ in range(90)]
    honest = house.connection(WHOLE)
    await turn()

    assert status_of(honest) == "HTTP/1.1 204 No Content"
    assert not any(each.transport.is_closed for each in begun)


async def test_for_an_honest_one_the_largest_that_lingers_is_refused(house):
    """Two seconds are spared; after them what holds most goes, and it is answered."""
    holder = house.connection(BODY_BEGUN + b" " * 150 * KIBIBYTE)
    small = house.connection(BODY_BEGUN)
    house.clock.advance(2.1)
    honest = house.connection(BODY_BEGUN + b" " * 150 * KIBIBYTE)
    await turn()

    assert status_of(holder) == "HTTP/1.1 503 Service Unavailable"
    assert honest.arrival.refusal is None
    assert not small.transport.written


async def test_headers_larger_than_any_webhooks_are_refused():
    """Three times the largest body, and a little."""
    house = House(size_bytes=10**9)
    connection = house.connection(BEGINNING)
    for _ in range(40):
        connection.data_received(b"x" * 10 * KIBIBYTE)

    assert status_of(connection) == "HTTP/1.1 431 Request Header Fields Too Large"
    assert house.counted[0] == "headers_too_large"


async def test_more_lines_than_any_head_has_are_refused(house):
    connection = house.connection(b"POST /lago/x HTTP/1.1\r\n" + b"a: b\r\n" * 102)

    assert status_of(connection) == "HTTP/1.1 431 Request Header Fields Too Large"


async def test_more_lines_behind_a_body_in_chunks_are_refused(house):
    """They would be held as the head is."""
    begun = b"POST /lago/x HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"
    connection = house.connection(begun + b"a: b\r\n" * 102)
    await turn()

    assert status_of(connection) == "HTTP/1.1 431 Request Header Fields Too Large"
    assert connection.transport.is_closed


async def test_what_is_no_http_is_answered_and_counted(house):
    connection = house.connection(b"\x16\x03\x01 no http\r\n\r\n")

    assert status_of(connection) == "HTTP/1.1 400 Bad Request"
    assert house.counted == ["malformed"]


@pytest.mark.parametrize("begun", [BEGINNING, BODY_BEGUN], ids=["head", "body"])
async def test_what_comes_too_slowly_is_refused(house, begun):
    """Five seconds of grace, then a minimum rate, whatever trickles in."""
    connection = house.connection(begun)
    for _ in range(5):
        house.later(0.9)
        connection.data_received(b"x")
    await turn()
    assert not connection.transport.is_closed
    house.later(0.9)
    await turn()

    assert status_of(connection) == "HTTP/1.1 408 Request Timeout"
    assert connection.transport.is_closed


async def test_what_comes_fast_enough_is_not_refused():
    house = House(size_bytes=10**9, body_limit_bytes=10**6)
    connection = house.connection(BODY_BEGUN)
    for _ in range(10):
        connection.data_received(b"x" * 20 * KIBIBYTE)
        house.later(1)
    await turn()

    assert not connection.transport.is_closed


async def test_idle_connections_are_closed_after_half_a_minute(house):
    connection = house.connection()
    house.later(29)
    assert not connection.transport.is_closed
    house.later(2)

    assert connection.transport.is_closed


async def test_for_one_connection_too_many_the_oldest_idle_one_goes():
    house = House(limit=2)
    first, second, third = house.connection(), house.connection(), house.connection()

    assert [each.transport.is_closed for each in (first, second, third)] == [True, False, False]


async def test_without_an_idle_one_the_oldest_that_lingers_goes():
    """Answered, and not before its two seconds; till then the newcomer is refused."""
    house = House(limit=2)
    lingering = [house.connection(BODY_BEGUN) for _ in range(2)]
    await turn()
    too_early = house.connection()
    too_early.connection_lost(None)
    house.clock.advance(2.1)
    honest = house.connection(WHOLE)
    await turn()

    assert status_of(too_early) == status_of(lingering[0]) == "HTTP/1.1 503 Service Unavailable"
    assert status_of(honest) == "HTTP/1.1 204 No Content"
    assert not lingering[1].transport.is_closed


async def test_the_rest_of_what_is_refused_is_dropped_for_two_seconds(house):
    """So the client reads the response; the rest is not counted, and the connection stays usable."""
    hasty, patient = house.connection(UNSIGNED), house.connection(UNSIGNED)
    await turn()
    for _ in range(10):
        hasty.data_received(b"x" * 50 * KIBIBYTE)
    assert status_of(hasty) == "HTTP/1.1 401 Unauthorized"
    assert not hasty.transport.is_closed
    patient.data_received(b"x" * (5242880 - 1) + WHOLE)
    await turn()
    house.later(2.1)

    assert hasty.transport.is_closed
    assert patient.transport.written.count(b"HTTP/1.1 ") == 2
    assert not patient.transport.is_closed


async def test_what_follows_an_unanswered_request_has_no_answer(house):
    """The connection ends with the answer that is due, and what is no HTTP does not take it away."""
    for behind in (WHOLE, b"\x16\x03\x01 no http\r\n\r\n"):
        connection = house.connection(WHOLE + behind)
        await turn()

        assert connection.transport.written.count(b"HTTP/1.1 204") == 1
        assert connection.transport.written.count(b"HTTP/1.1 ") == 1
        assert connection.transport.is_closed


async def test_room_is_given_back_when_a_request_is_answered_and_when_a_connection_ends(house):
    """By the first of the two, and only once."""
    complete = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE + b"\r\ncontent-length: 0\r\n\r\n")
    await turn()
    broken = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)
    broken.connection_lost(None)
    complete.connection_lost(None)

    assert house.inflight.unproven._size_bytes == 0
    assert len(house.registry) == 0


async def test_a_connection_that_has_ended_is_freed_at_once(house):
    """The garbage collector of ingest runs seldom, and Lago opens a connection for each webhook."""
    gc.disable()
    try:
        connection = house.connection(WHOLE)
        await turn()
        connection.connection_lost(None)
        freed = weakref.ref(connection)
        del connection
        await turn()

        assert freed() is None
    finally:
        gc.enable()


async def test_while_draining_every_answer_ends_its_connection(house):
    """Those under way when it begins, and those that come after."""
    in_flight, idle = house.connection(BODY_BEGUN.replace(b"5242880", b"2")), house.connection()
    await turn()
    house.registry.drain()
    in_flight.data_received(b"}")
    idle.data_received(WHOLE)
    await turn()

    for each in (in_flight, idle):
        assert b"connection: close" in each.transport.written
        assert each.transport.is_closed


async def test_a_stop_closes_what_is_idle_and_waits_for_what_has_begun(house):
    """What has said nothing yet has a second, what has begun seven; then it is answered, not reset."""
    served, fresh, begun = house.connection(WHOLE), house.connection(), house.connection(BODY_BEGUN)
    await turn()
    house.registry.stop()
    for each in (served, fresh, begun):
        each.shutdown()
    assert [each.transport.is_closed for each in (served, fresh, begun)] == [True, False, False]
    house.later(1.1)
    assert fresh.transport.is_closed
    begun.data_received(b" " * 60 * KIBIBYTE)
    house.later(6)
    await turn()

    assert status_of(begun) == "HTTP/1.1 503 Service Unavailable"
    assert b"connection: close" in begun.transport.written
