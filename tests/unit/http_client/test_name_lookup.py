"""A host whose name server does not respond occupies one thread and delays no other host."""

import asyncio
import gc
import socket
import threading
from collections import Counter
from ipaddress import ip_address

import pytest

from consumer.http_client.name_lookup import NameLookup, addresses_of

PUBLIC = [ip_address("93.184.216.34")]


class NameServers:
    """Answers at once, except for hosts that are dead until they are revived."""

    def __init__(self, *dead: str) -> None:
        self.asked: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self._revived = {host: threading.Event() for host in dead}

    def __call__(self, host):
        self.asked[host] += 1
        if host in self._revived:
            self._revived[host].wait(30)
        self.ended[host] += 1
        if host.startswith("unknown"):
            raise socket.gaierror(-2, "Name or service not known")
        return PUBLIC

    def revive(self, *hosts: str):
        for host in hosts or self._revived:
            self._revived[host].set()


@pytest.fixture
def servers(request):
    made = NameServers(*getattr(request, "param", ("dead",)))
    yield made
    made.revive()


def lookups_of(host):
    return [each for each in threading.enumerate() if each.name == f"lookup-{host}"]


def hosts(count):
    return tuple(f"dead-{number}" for number in range(count))


@pytest.mark.parametrize("servers", [hosts(40)], indirect=True)
async def test_hosts_with_dead_name_servers_keep_no_other_waiting(servers):
    """Forty of them are more than the threads that an event loop keeps for lookups."""
    lookup = NameLookup(servers, limit_s=20)
    waiting = [asyncio.ensure_future(lookup.of(host)) for host in hosts(40)]
    await asyncio.sleep(0)

    async with asyncio.timeout(10):
        found = await lookup.of("alive")

    assert found == PUBLIC
    assert not any(each.done() for each in waiting)
    servers.revive()
    assert await asyncio.gather(*waiting) == [PUBLIC] * 40


async def test_who_asks_meanwhile_waits_for_the_same_lookup(servers):
    """One lookup is in flight for a host, however many webhooks wait for it."""
    lookup = NameLookup(servers)
    waiting = [asyncio.ensure_future(lookup.of("dead")) for _ in range(20)]
    await asyncio.sleep(0)
    servers.revive()

    assert await asyncio.gather(*waiting) == [PUBLIC] * 20
    assert servers.asked["dead"] == 1


async def test_each_who_asks_has_a_deadline_and_the_lookup_stays_one(servers):
    """The thread cannot be ended; so it is waited for by the next who asks, not started again."""
    lookup = NameLookup(servers, limit_s=0.01)

    for _ in range(3):
        with pytest.raises(OSError, match=r"no name server has answered within 0\.01 s"):
            await lookup.of("dead")

    assert servers.asked["dead"] == 1


async def test_who_gives_up_takes_the_lookup_from_nobody(servers):
    """A cancelled delivery must not cancel what another one waits for."""
    lookup = NameLookup(servers)
    first, second = (asyncio.ensure_future(lookup.of("dead")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    servers.revive()

    assert first.cancelled()
    assert await second == PUBLIC
    assert servers.asked["dead"] == 1


async def test_after_an_answer_the_name_is_looked_up_anew():
    """No answer is kept: each attempt checks the very address that it then uses."""
    servers = NameServers()
    lookup = NameLookup(servers)

    for _ in range(2):
        assert await lookup.of("alive") == PUBLIC

    assert servers.asked["alive"] == 2


@pytest.mark.parametrize("servers", [("dead", "dead-too")], indirect=True)
async def test_more_hosts_than_may_be_looked_up_at_once_take_turns(servers):
    """The bound holds for threads that run, not for those who wait; a free one is used at once."""
    lookup = NameLookup(servers, at_once=2)
    waiting = [asyncio.ensure_future(lookup.of(host)) for host in ("dead", "dead-too", "alive")]
    await asyncio.sleep(0)
    assert servers.asked["alive"] == 0

    servers.revive("dead")

    assert await waiting[2] == PUBLIC
    assert not waiting[1].done()
    servers.revive()
    assert await waiting[1] == PUBLIC


async def test_a_name_that_does_not_exist_is_said_by_the_systems_own_error():
    with pytest.raises(socket.gaierror, match="not known"):
        await NameLookup(NameServers()).of("unknown")


@pytest.mark.parametrize("servers", [("unknown-and-dead",)], indirect=True)
async def test_an_error_that_nobody_waits_for_any_more_is_no_noise(servers, caplog):
    """It is asyncio's habit to complain about it on standard error."""
    lookup = NameLookup(servers, limit_s=0.01)
    with pytest.raises(OSError, match="no name server has answered"):
        await lookup.of("unknown-and-dead")
    [thread] = lookups_of("unknown-and-dead")
    servers.revive()
    await asyncio.to_thread(thread.join, 10)
    await asyncio.sleep(0)
    gc.collect()

    assert caplog.records == []


def test_the_end_of_the_process_waits_for_no_name_server(servers):
    """A thread that still looks up is left running, and finds its loop closed without an error."""

    async def ask():
        with pytest.raises(OSError, match="no name server has answered"):
            await NameLookup(servers, limit_s=0.01).of("dead")

    asyncio.run(ask())
    [thread] = lookups_of("dead")
    assert thread.daemon
    servers.revive()
    thread.join(10)

    assert not thread.is_alive()


async def test_the_systems_lookup_names_each_address_once():
    found = await NameLookup(addresses_of).of("127.0.0.1")

    assert found == [ip_address("127.0.0.1")]
