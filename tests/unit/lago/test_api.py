"""Requests to Lago are cached, limited in rate and retried, and every response is a value."""

import asyncio

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.errors import ConfigurationError
from consumer.lago.api import Failed, Found, LagoApi, Missing
from tests.support import lago
from tests.support.connection_files import connection

KEY = "lago-key-7c1e"
CUSTOMER = lago.customer(integration_customers=[lago.link()])
NOT_FOUND = {"status": 404, "error": "Not Found", "code": "customer_not_found"}


class Lago:
    """Answers by a script of responses and exceptions, the last of them for ever."""

    def __init__(self, *script):
        self.script = list(script) or [httpx.Response(200, json={"customer": CUSTOMER})]
        self.requests = []
        self.waits_s = []
        self.clock = FakeClock()

    async def answer(self, request):
        self.requests.append(request)
        await asyncio.sleep(0)  # a network lets others run
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    async def sleep(self, seconds):
        self.waits_s.append(seconds)
        self.clock.advance(seconds)

    def api(self, api_url="https://api.lago.example", api_key=KEY):
        chosen = connection(lago={"api_url": api_url, "api_key": api_key})
        transport = httpx.MockTransport(self.answer)
        return LagoApi(chosen, clock=self.clock, transport=transport, sleep=self.sleep)


def replies(status, content=None, **headers):
    return httpx.Response(status, json=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def asked(lago_, external_id="acme"):
    return await lago_.api().customer(external_id)


@pytest.mark.parametrize(
    "api_url",
    [
        "https://api.lago.example",
        "https://api.lago.example/",
        "https://api.lago.example/api/v1",
        "https://api.lago.example/api/v1/",
    ],
)
async def test_a_customer_is_asked_for_by_its_external_id_and_with_the_key(api_url):
    """Whichever form of the address stands in the file."""
    server = Lago()

    answer = await server.api(api_url).customer("acme")

    assert answer == Found(customer=CUSTOMER)
    [request] = server.requests
    assert (request.method, str(request.url)) == ("GET", "https://api.lago.example/api/v1/customers/acme")
    assert request.headers["authorization"] == f"Bearer {KEY}"


async def test_an_external_id_is_data_and_never_a_path():
    """It is any text a user of Lago has chosen."""
    server = Lago()

    await asked(server, "a/../b?c=1#d é%")

    assert server.requests[0].url.raw_path == b"/api/v1/customers/a%2F..%2Fb%3Fc%3D1%23d%20%C3%A9%25"


async def test_an_answer_is_kept_for_five_minutes():
    """Then the customer may have been linked elsewhere."""
    server = Lago()
    api = server.api()

    await api.customer("acme")
    server.clock.advance(299)
    await api.customer("acme")
    assert len(server.requests) == 1

    server.clock.advance(2)
    await api.customer("acme")
    assert len(server.requests) == 2


async def test_a_missing_customer_is_forgotten_after_half_a_minute():
    """It may be on its way."""
    server = Lago(replies(404, NOT_FOUND))
    api = server.api()

    assert await api.customer("acme") == Missing(external_id="acme")
    server.clock.advance(29)
    await api.customer("acme")
    assert len(server.requests) == 1

    server.clock.advance(2)
    await api.customer("acme")
    assert len(server.requests) == 2


async def test_at_most_ten_thousand_answers_are_kept():
    """The one that was not asked for longest is forgotten first."""
    server = Lago()
    api = server.api()
    api._cache = type(api._cache)(2, ttu=api._cache.ttu, timer=server.clock.monotonic_s)
    assert LagoApi(connection_with_api(), clock=server.clock)._cache.maxsize == 10_000

    for external_id in ("a", "b", "c", "a"):
        await api.customer(external_id)

    assert [request.url.path[-1] for request in server.requests] == ["a", "b", "c", "a"]


def connection_with_api(**changes):
    return connection(lago={"api_url": "https://api.lago.example", "api_key": KEY} | changes)


async def test_who_asks_for_what_is_being_asked_waits_for_that_answer():
    """A hundred events of one customer cost one request, also when it fails."""
    server = Lago(replies(500))
    api = server.api()

    answers = await asyncio.gather(*(api.customer("acme") for _ in range(100)))

    assert len(server.requests) == 3
    assert len(set(answers)) == 1


async def test_when_the_first_to_ask_is_cancelled_the_next_asks_again():
    """Nobody waits for an answer that never comes."""
    permit_pool = asyncio.Event()
    server = Lago()

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            await permit_pool.wait()
            return await server.answer(request)

    api = LagoApi(connection_with_api(), clock=server.clock, transport=Slow(), sleep=server.sleep)
    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(api.customer("acme"))
        second = tasks.create_task(api.customer("acme"))
        await asyncio.sleep(0)
        first.cancel()
        permit_pool.set()

    assert second.result() == Found(customer=CUSTOMER)


async def test_no_more_than_fifty_requests_go_out_in_a_second():
    """Lago's limit is for the whole organisation."""
    server = Lago()
    api, began_s = server.api(), server.clock.monotonic_s()

    for number in range(101):
        await api.customer(f"customer-{number}")

    assert server.clock.monotonic_s() - began_s == pytest.approx(100 / 49)


@pytest.mark.parametrize("fault", [replies(502), replies(429), httpx.ConnectError("refused")])
async def test_a_passing_fault_is_waited_out(fault):
    """Within seconds, so that nothing is parked for it."""
    server = Lago(fault, replies(200, {"customer": CUSTOMER}))

    assert await asked(server) == Found(customer=CUSTOMER)
    assert len(server.requests) == 2


@pytest.mark.parametrize("fault", [replies(503), httpx.ConnectError("refused")])
async def test_a_lasting_fault_is_given_up_after_three_tries(fault):
    """And asked for anew by the next event: only answers are kept."""
    server = Lago(fault)
    api = server.api()

    assert isinstance(await api.customer("acme"), Failed)
    assert len(server.requests) == 3
    await api.customer("acme")
    assert len(server.requests) == 6


async def test_a_request_that_hangs_is_not_repeated():
    """Its record is parked instead of holding a permit for half a minute."""
    server = Lago(httpx.ReadTimeout("slow"))

    answer = await asked(server)

    assert isinstance(answer, Failed)
    assert len(server.requests) == 1
    assert answer.reason.endswith("ReadTimeout")


async def test_the_rate_limits_reset_is_honoured():
    """Also by the next request."""
    server = Lago(replies(429, x_ratelimit_reset="4"), replies(200, {"customer": CUSTOMER}))
    began_s = server.clock.monotonic_s()

    assert await asked(server) == Found(customer=CUSTOMER)
    assert server.clock.monotonic_s() - began_s >= 4


async def test_a_long_reset_is_left_to_the_parking():
    """Nobody is asked before it is over."""
    server = Lago(replies(429, x_ratelimit_reset="30"))
    api = server.api()

    first, second = await api.customer("acme"), await api.customer("other")

    assert isinstance(first, Failed)
    assert isinstance(second, Failed)
    assert (first.retry_after_s, second.retry_after_s) == (30, 30)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_names_the_setting(status):
    """Trying again would not help."""
    server = Lago(replies(status, {"status": status, "error": "Unauthorized"}))

    answer = await asked(server)

    assert answer == Failed(
        reason="Lago refuses the key of lago.api_key of connection netsuite-eu at lago.api_key "
        f"(HTTP {status}): it must be valid and allowed to read customers"
    )
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answered",
    [
        httpx.Response(404, html="<h1>no such page</h1>"),
        replies(404, {"status": 404, "code": "resource_not_found"}),
        httpx.Response(200, html="<h1>welcome</h1>"),
        replies(200, {"customers": []}),
        replies(200, ["customer"]),
        replies(302),
        replies(422),
    ],
)
async def test_an_answer_that_is_not_lagos_blames_the_address(answered):
    """A wrong address must not look like a missing customer."""
    answer = await asked(Lago(answered))

    assert isinstance(answer, Failed)
    assert "lago.api_url of connection netsuite-eu" in answer.reason


async def test_neither_key_nor_customer_is_ever_logged(capsys, caplog):
    """Logs go far."""
    with caplog.at_level("DEBUG", logger="consumer"):
        await asked(Lago(replies(503, {"customer": CUSTOMER})))

    logged = "".join(capsys.readouterr()) + caplog.text
    assert "lago_attempt_failed" in logged
    assert KEY not in logged
    assert CUSTOMER["external_id"] not in logged


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"api_key": None}, "lago.api_key is missing"),
        ({"api_url": None}, "lago.api_url is missing"),
        ({"api_key": "env:NO_SUCH_LAGO_KEY"}, "environment variable NO_SUCH_LAGO_KEY is not set"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_asked(changes, named):
    """At the start of the worker."""
    with pytest.raises(ConfigurationError, match=named):
        LagoApi(connection_with_api(**changes), clock=FakeClock())


async def test_a_closed_api_has_closed_its_connections():
    """Nothing is left open when the worker stops."""
    api = Lago().api()

    await api.aclose()

    assert api._client._http.is_closed
