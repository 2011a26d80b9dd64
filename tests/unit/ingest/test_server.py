"""What a connection may send before the application hears of it."""

import asyncio
import json

import pytest
import uvicorn
from consumer.ingest.room import Room
from uvicorn.server import ServerState

from consumer.ingest import server

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

    def set_protocol(self, _):
        raise AssertionError("no web sockets here")

    def pause_reading(self):
        """Flow control is uvicorn's."""

    resume_reading = pause_reading


class House:
    """Connections to an application that answers with 204, and one room for all of them."""

    def __init__(self, *, size_bytes, body_limit_bytes=100 * KIBIBYTE):
        self.room = Room(size_bytes=size_bytes)
        self.counted = []
        self.protocol = server.protocol(body_limit_bytes=body_limit_bytes, room=self.room, observer=self)
        self.config = uvicorn.Config(self.app, http=self.protocol, ws="none", log_config=None, lifespan="off")
        self.config.load()

    def ingest_answered(self, *, answer, seconds):
        self.counted.append(answer)

    async def app(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    def connection(self, first=b""):
        loop = asyncio.get_running_loop()
        made = self.protocol(config=self.config, server_state=ServerState(), app_state={}, _loop=loop)
        made.connection_made(Transport())
        made.data_received(first)
        return made


def status_of(connection):
    return connection.transport.written.partition(b"\r\n")[0].decode()


@pytest.fixture
def house():
    return House(size_bytes=200 * KIBIBYTE)


async def test_headers_of_many_are_held_only_as_far_as_there_is_room(house):
    """The one that would be too much is told to come again, in words that any client understands."""
    first = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)
    second = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)

    head, _, body = second.transport.written.partition(b"\r\n\r\n")
    assert not first.transport.is_closed
    assert head.split(b"\r\n") == [
        b"HTTP/1.1 503 Service Unavailable",
        b"content-type: application/json",
        b"connection: close",
        b"retry-after: 5",
    ]
    assert json.loads(body) == {"error": "too much is under way here, send it again"}
    assert second.transport.is_closed
    assert house.counted == ["too_busy"]


async def test_small_headers_need_no_room(house):
    """However many connections wait for the rest of theirs."""
    house.room.take(200 * KIBIBYTE)

    assert not any(house.connection(BEGINNING).transport.is_closed for _ in range(20))


async def test_headers_larger_than_any_webhooks_are_refused():
    """Three times the largest body, and a little."""
    house = House(size_bytes=10**9)
    connection = house.connection(BEGINNING)
    for _ in range(40):
        connection.data_received(b"x" * 10 * KIBIBYTE)

    assert status_of(connection) == "HTTP/1.1 431 Request Header Fields Too Large"
    assert house.counted[0] == "headers_too_large"


async def test_room_is_given_back_when_headers_are_complete_and_when_a_connection_ends(house):
    """Whichever comes first, and only once."""
    complete = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)
    complete.data_received(b"\r\ncontent-length: 0\r\n\r\n")
    broken = house.connection(BEGINNING + b"x" * 150 * KIBIBYTE)
    broken.connection_lost(None)
    complete.connection_lost(None)

    assert house.room.take(200 * KIBIBYTE)
    assert not house.room.take(1)
