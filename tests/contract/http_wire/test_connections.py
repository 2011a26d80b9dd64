"""A connection is used again only after a whole response, and what else comes on it is nobody's response."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.support.scripted_host import OK, Visit, answering, listening
from tests.support.wires import LIMIT_S, calling, over_aiohttp

BODY = b'{"v": 1}'
OTHER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"


def test_one_call_after_another_uses_one_connection(wire, run):
    async def work() -> int:
        async with listening(answering) as host, calling(wire()) as client:
            for _ in range(5):
                await client.post(host.url, content=BODY)
            return len(host.visits)

    assert run(work()) == 1


@pytest.mark.parametrize(("content", "expected"), [(BODY, 0), (b"x" * 100_000, 1)], ids=["small", "large"])
def test_a_small_request_on_a_kept_connection_takes_no_task(run, content, expected):
    """It is written at once; a large one may have to wait while its response comes already."""

    async def work() -> int:
        started = []

        def counted(loop: asyncio.AbstractEventLoop, coro, **options) -> asyncio.Task:
            started.append(coro)
            return asyncio.Task(coro, loop=loop, **options)

        async with listening(answering) as host, calling(over_aiohttp()) as client:
            await client.post(host.url, content=BODY)
            asyncio.get_running_loop().set_task_factory(counted)
            await client.post(host.url, content=content)
            asyncio.get_running_loop().set_task_factory(None)
        return len(started)

    assert run(work()) == expected


def test_calls_side_by_side_use_as_many_connections_as_allowed(wire, run):
    """The others wait for one that is free."""

    async def work() -> tuple[int, list[int]]:
        async with listening(answering) as host, calling(wire()) as client:
            answers = await asyncio.gather(*(client.post(host.url, content=BODY) for _ in range(8)))
            return len(host.visits), [each.status_code for each in answers]

    visits, statuses = run(work())

    assert visits == 2
    assert statuses == [200] * 8


@pytest.mark.parametrize(
    "response",
    [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", b"HTTP/1.0 200 OK\r\n\r\nok"],
    ids=["Connection: close", "HTTP/1.0"],
)
def test_a_connection_that_the_host_will_close_is_not_used_again(wire, run, response):
    async def closing(visit: Visit) -> None:
        await visit.request()
        await visit.send(response)

    async def work() -> list[bytes]:
        async with listening(closing) as host, calling(wire()) as client:
            return [(await client.post(host.url, content=BODY)).content for _ in range(3)]

    assert run(work()) == [b"ok"] * 3


def test_an_idle_connection_that_the_host_has_closed_is_not_used_again(wire, run):
    async def closing(visit: Visit) -> None:
        await visit.request()
        await visit.send(OK)

    async def work() -> list[int]:
        async with listening(closing) as host, calling(wire()) as client:
            statuses = []
            for _ in range(3):
                statuses.append((await client.post(host.url, content=BODY)).status_code)
                await asyncio.sleep(0.02)
            return statuses

    assert run(work()) == [200] * 3


def test_an_idle_connection_is_closed_after_its_time(wire, run):
    async def work() -> int:
        limits = httpx.Limits(max_connections=2, keepalive_expiry=0.02)
        async with listening(answering) as host, calling(wire(limits=limits)) as client:
            await client.post(host.url, content=BODY)
            await asyncio.sleep(0.05)
            await client.post(host.url, content=BODY)
            return len(host.visits)

    assert run(work()) == 2


@pytest.mark.parametrize(
    "early",
    [
        b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"\r\n",
    ],
    ids=["408", "200", "half", "a line"],
)
def test_what_comes_on_an_idle_connection_is_nobodys_response(wire, run, early):
    """Hosts say goodbye with a 408, and a defect may send a response twice."""

    async def hasty(visit: Visit) -> None:
        while await visit.request():
            await visit.send(OK)
            await asyncio.sleep(0.01)
            await visit.send(early)
            has_come.set()

    has_come = asyncio.Event()

    async def work() -> list[bytes]:
        async with listening(hasty) as host, calling(wire()) as client:
            found = []
            for _ in range(3):
                has_come.clear()
                found.append((await client.post(host.url, content=BODY)).content)
                await has_come.wait()
                await asyncio.sleep(0.01)  # the loop looks at its sockets meanwhile
            return found

    assert run(work()) == [b"ok"] * 3


def test_more_than_the_response_ends_the_connection(run):
    """Two responses to one request: the second is not that of the next call."""

    async def twice(visit: Visit) -> None:
        while await visit.request():
            await visit.send(OK + OTHER)

    async def work() -> list[bytes]:
        async with listening(twice) as host, calling(over_aiohttp()) as client:
            found = []
            for _ in range(3):
                try:
                    found.append((await client.post(host.url, content=BODY)).content)
                except httpx.RemoteProtocolError:
                    found.append(b"refused")
            return found

    assert b"other" not in run(work())


def test_a_host_that_speaks_first_gets_nothing(run):
    """As SSH does; the call ends, and is not reported as never sent."""

    async def greeting(visit: Visit) -> None:
        await visit.send(b"SSH-2.0-OpenSSH_9.2\r\n")
        await visit.request()

    async def work() -> None:
        async with listening(greeting) as host, calling(over_aiohttp()) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.post(host.url, content=BODY)

    run(work())


@pytest.mark.parametrize("stage", ["before the response", "in the headers", "in the body"])
def test_a_connection_of_a_cancelled_call_is_not_used_again(wire, run, stage):
    """Its response may still come. As many calls as before are possible afterwards."""
    reached = asyncio.Event()

    async def slow(visit: Visit) -> None:
        await visit.request()
        if visit.number > 2:
            await visit.send(OK)
            return
        if stage == "in the headers":
            await visit.send(OTHER[:20])
        if stage == "in the body":
            await visit.send(OTHER[:-3])
        await asyncio.sleep(0.02)
        reached.set()
        await asyncio.sleep(0.05)
        await visit.send(OTHER)

    async def work() -> list[bytes]:
        async with listening(slow) as host, calling(wire()) as client:
            for _ in range(2):
                reached.clear()
                await cancelled(client, host.url, reached)
            answers = await asyncio.gather(*(client.post(host.url, content=BODY) for _ in range(4)))
            return [each.content for each in answers]

    assert run(work()) == [b"ok"] * 4


def test_a_call_cancelled_in_the_handshake_holds_no_connection(run):
    """As many calls as before are possible afterwards, which is not so with httpx's own."""

    async def silent(visit: Visit) -> None:
        await visit.reader.read(1)
        reached.set()
        await visit.reader.read()

    reached = asyncio.Event()

    async def work() -> list[bytes]:
        async with listening(silent) as dead, listening(answering) as host, calling(over_aiohttp()) as client:
            for _ in range(3):
                reached.clear()
                await cancelled(client, dead.url.replace("http:", "https:"), reached)
            answers = await asyncio.gather(*(client.post(host.url, content=BODY) for _ in range(4)))
            return [each.content for each in answers]

    assert run(work()) == [b"ok"] * 4


async def cancelled(client: httpx.AsyncClient, url: str, reached: asyncio.Event) -> None:
    call = asyncio.ensure_future(client.post(url, content=BODY))
    await reached.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


def test_a_call_cancelled_while_it_waits_for_a_connection_takes_none(wire, run):
    async def held(visit: Visit) -> None:
        await visit.request()
        await is_over.wait()
        await visit.send(OK)
        await answering(visit)

    is_over = asyncio.Event()

    async def work() -> list[int]:
        async with listening(held) as host, calling(wire()) as client:
            busy = [asyncio.ensure_future(client.post(host.url, content=BODY)) for _ in range(2)]
            await host.visited(2)
            waiting = [asyncio.ensure_future(client.post(host.url, content=BODY)) for _ in range(3)]
            await asyncio.sleep(0)
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            is_over.set()
            answers = await asyncio.gather(*busy, *(client.post(host.url, content=BODY) for _ in range(4)))
            assert len(host.requests) == 6
            return [each.status_code for each in answers]

    assert run(work()) == [200] * 6


def test_a_response_that_is_not_read_to_its_end_ends_its_connection(wire, run):
    """As of a webhook's endpoint that talks without end."""

    async def endless(visit: Visit) -> None:
        await visit.request()
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        while True:
            await visit.send(b"x" * 65_536)

    async def work() -> list[int]:
        async with listening(endless) as host, calling(wire()) as client:
            for _ in range(3):
                async with client.stream("POST", host.url, content=BODY) as response:
                    async for _ in response.aiter_raw():
                        break
            return [each.number for each in host.visits]

    assert run(work()) == [1, 2, 3]


def test_closing_ends_all_connections(wire, run):
    is_over = asyncio.Event()

    async def until_the_end(visit: Visit) -> None:
        await answering(visit)
        is_over.set()

    async def work() -> None:
        async with listening(until_the_end) as host:
            async with calling(wire()) as client:
                await client.post(host.url, content=BODY)
            async with asyncio.timeout(LIMIT_S):
                await is_over.wait()

    run(work())
