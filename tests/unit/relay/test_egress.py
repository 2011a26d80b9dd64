"""One attempt: to the address that was checked, under the name that was asked for, and within its limit."""

import asyncio
from ipaddress import ip_address

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.relay.egress import ANSWER_LIMIT_BYTES, Answered, Egress, NotAnswered
from consumer.relay.endpoint import Target

PUBLIC, INSIDE = "93.184.216.34", "169.254.169.254"


def answer_of(status, **more):
    """As from the network: its body is still to come."""

    async def body():
        yield b"said"

    return httpx.Response(status, content=body(), **more)


def egress(handler, *addresses: str, url="https://hooks.example.com:8443/in?a=1", allow_http=False, **more):
    async def resolve(host):
        asked.append(host)
        return [ip_address(each) for each in addresses]

    asked: list[str] = []
    made = Egress(
        Target.of(url, allow_http=allow_http),
        clock=FakeClock(),
        resolve=resolve,
        transport=httpx.MockTransport(handler),
        **more,
    )
    return made, asked


async def test_the_request_goes_to_the_resolved_address_under_its_name():
    """Host and certificate are the name's; the name is looked up once."""
    seen = []

    def handler(request):
        seen.append(request)
        return answer_of(204)

    made, asked = egress(handler, PUBLIC)
    answer = await made.post(b"{}", {"webhook-id": "1"})

    [request] = seen
    assert isinstance(answer, Answered)
    assert answer.status == 204
    assert str(request.url) == f"https://{PUBLIC}:8443/in?a=1"
    assert request.headers["host"] == "hooks.example.com:8443"
    assert request.extensions["sni_hostname"] == "hooks.example.com"
    assert asked == ["hooks.example.com"]


@pytest.mark.parametrize("addresses", [[INSIDE], [PUBLIC, INSIDE], ["::ffff:10.0.0.1"], []])
async def test_a_name_that_leads_inside_is_not_posted_to(addresses):
    """Not even when it leads outside as well."""

    def handler(_):
        raise AssertionError("nothing may be sent")

    made, _ = egress(handler, *addresses)

    assert "must not be posted to" in str(await made.post(b"{}", {}))


async def test_a_name_server_that_changes_its_mind_is_asked_for_every_attempt():
    """Each attempt checks the very answer it then uses."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    async def resolve(host):
        return [ip_address(each) for each in next(answers)]

    seen = []

    def handler(request):
        seen.append(request.url.host)
        return answer_of(200)

    made = Egress(
        Target.of("https://hooks.example.com/", allow_http=False),
        clock=FakeClock(),
        resolve=resolve,
        transport=httpx.MockTransport(handler),
    )
    first, second = await made.post(b"", {}), await made.post(b"", {})

    assert seen == [PUBLIC]
    assert isinstance(first, Answered)
    assert isinstance(second, NotAnswered)


async def test_a_redirect_is_an_answer_and_is_not_followed():
    """It could lead anywhere."""
    seen = []

    def handler(request):
        seen.append(request)
        return answer_of(302, headers={"location": f"http://{INSIDE}/"})

    made, _ = egress(handler, PUBLIC)
    answer = await made.post(b"", {})

    assert isinstance(answer, Answered)
    assert answer.status == 302
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("Sat, 01 Aug 2026 00:01:00 GMT", 60.0), ("soon", None), ("-5", None)],
)
async def test_retry_after_is_read_as_seconds_or_as_a_date(header, seconds):
    """Anything else says nothing."""
    made, _ = egress(lambda _: answer_of(503, headers={"retry-after": header}), PUBLIC)

    answer = await made.post(b"", {})

    assert isinstance(answer, Answered)
    assert answer.retry_after_s == seconds


async def test_a_long_answer_is_not_read_to_its_end():
    """A few kilobytes are enough, and the error contains their beginning."""
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 1024
            yield b"x\n" * 512

    made, _ = egress(lambda _: httpx.Response(500, content=endless()), PUBLIC)
    answer = await made.post(b"", {})

    assert isinstance(answer, Answered)
    assert read <= ANSWER_LIMIT_BYTES
    assert len(answer.excerpt) <= 256
    assert "\n" not in answer.excerpt


async def test_an_endpoint_that_does_not_answer_is_not_waited_for():
    """The whole attempt has one limit."""

    async def handler(_):
        await asyncio.Event().wait()

    made, _ = egress(handler, PUBLIC, limit_s=0.01)

    assert "no answer within" in str(await made.post(b"", {}))


async def test_a_connection_that_fails_is_tried_once_more():
    """Nothing has been sent then."""
    tries = []

    def handler(request):
        tries.append(request)
        if len(tries) == 1:
            raise httpx.ConnectError("refused")
        return answer_of(200)

    made, _ = egress(handler, PUBLIC)

    assert isinstance(await made.post(b"", {}), Answered)
    assert len(tries) == 2


@pytest.mark.parametrize("error", [httpx.ReadError("reset"), httpx.ReadTimeout("late")])
async def test_what_fails_after_sending_is_not_repeated_here(error):
    """The receiver may have had it; the schedule decides."""
    tries = []

    def handler(request):
        tries.append(request)
        raise error

    made, _ = egress(handler, PUBLIC)

    assert isinstance(await made.post(b"", {}), NotAnswered)
    assert len(tries) == 1


async def test_a_name_without_address_is_an_answer_too():
    """Name servers fail like everything else."""

    async def resolve(host):
        raise OSError("name or service not known")

    made = Egress(
        Target.of("https://hooks.example.com/", allow_http=False), clock=FakeClock(), resolve=resolve
    )

    assert "not known" in str(await made.post(b"", {}))
    await made.aclose()
