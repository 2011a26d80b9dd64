from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

import httpx
import pytest
from structlog.testing import capture_logs

from consumer.clock import FakeClock
from consumer.errors import ConfigurationError
from consumer.netsuite.client import Client
from consumer.outcome import AccountDown, AlreadyThere, Ambiguous, Delivered, Rejected, Throttled, Unavailable
from schemas import wire
from tests.unit.netsuite import examples

PAGE = httpx.Response(503, text="<html></html>")
REFUSED = httpx.Response(400, content=examples.platform_error("SSS_REQUEST_LIMIT_EXCEEDED"))
CREATED = httpx.Response(200, json=examples.envelope(examples.created()))
EXISTS = httpx.Response(200, json=examples.envelope(examples.created(status="exists")))
LOST = httpx.ReadError("gone")


class Net:
    """Answers one after the other, and keeps what was asked and how long was waited between."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0)  # lets other calls overtake, as a network would
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def client(self, **changes) -> Client:
        transport = httpx.MockTransport(self.handle)
        return Client(
            examples.connection(**changes), clock=FakeClock(), transport=transport, sleep=self.sleep
        )


async def test_request_is_posted_unchanged_as_json():
    """
    The bytes that preview shows are the bytes on the wire; the query keeps script and deploy.
    """
    net = Net(CREATED)
    request = examples.request()

    outcome = await net.client().write(request)

    sent = net.requests[0]
    assert isinstance(outcome, Delivered)
    assert (sent.method, sent.content) == ("POST", request.body())
    assert (sent.headers["content-type"], sent.headers["accept"]) == ("application/json", "application/json")
    assert str(sent.url) == examples.RESTLET_URL
    assert sent.headers["authorization"].startswith('OAuth realm="1234567_SB1", ')


@pytest.mark.parametrize(
    "first",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        REFUSED,
        httpx.Response(429),
        httpx.Response(502),
        PAGE,
        httpx.Response(200, json=examples.envelope({"ref": "1", "status": "skipped"})),
    ],
)
async def test_fast_faults_never_leave_the_client(first):
    """
    What is safe to repeat and soon over is repeated within seconds, with the same bytes.
    """
    net = Net(first, CREATED)

    outcome = await net.client().write(examples.request())

    assert isinstance(outcome, Delivered)
    assert net.requests[0].content == net.requests[1].content
    assert len(net.slept) == 1
    assert 0 < net.slept[0] < 10


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LOST, Ambiguous),
        (httpx.ReadTimeout("late"), Ambiguous),
        (httpx.Response(500), Ambiguous),
        (httpx.Response(504), Ambiguous),
        (httpx.Response(401), AccountDown),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), AccountDown),
        (httpx.Response(400, content=examples.platform_error("SSS_USAGE_LIMIT_EXCEEDED")), Rejected),
    ],
)
async def test_everything_else_is_left_to_the_caller_at_once(answer, expected):
    """
    Neither a lost answer nor a refusal gets better by asking again right away; redirects are not followed.
    """
    net = Net(answer)

    outcome = await net.client().write(examples.request())

    assert isinstance(outcome, expected)
    assert net.slept == []
    assert len(net.requests) == 1


async def test_patience_ends_after_three_attempts():
    """
    The last outcome is the caller's to deal with.
    """
    net = Net(REFUSED, REFUSED, REFUSED)

    outcome = await net.client().write(examples.request())

    assert outcome == Throttled(reason="SSS_REQUEST_LIMIT_EXCEEDED: No.")
    assert len(net.requests) == 3


async def test_every_attempt_is_signed_anew():
    """
    NetSuite takes a nonce once.
    """
    net = Net(REFUSED, REFUSED, CREATED)

    await net.client().write(examples.request())

    assert len({request.headers["authorization"] for request in net.requests}) == 3


async def test_wait_that_netsuite_asked_for_is_kept():
    """
    A short Retry-After is waited out within the call.
    """
    net = Net(httpx.Response(429, headers={"retry-after": "8"}), CREATED)

    await net.client().write(examples.request())

    assert net.slept == [8.0]


async def test_long_wait_is_the_callers():
    """
    Nobody holds a permit for minutes.
    """
    net = Net(httpx.Response(503, headers={"retry-after": "300"}))

    outcome = await net.client().write(examples.request())

    assert outcome == Unavailable(reason="HTTP_503", retry_after_s=300.0)


@pytest.mark.parametrize("last", [PAGE, httpx.ConnectError("refused"), REFUSED])
async def test_an_attempt_that_may_have_worked_keeps_the_outcome_ambiguous(last):
    """After a 502 it is unknown whether the call was processed."""
    net = Net(httpx.Response(502), last, last)

    assert isinstance(await net.client().write(examples.request()), Ambiguous)


async def test_a_certain_answer_ends_the_doubt():
    """
    When the repeat finds the record, it is there.
    """
    net = Net(httpx.Response(502), EXISTS)

    assert isinstance(await net.client().write(examples.request()), AlreadyThere)


async def test_failed_attempts_are_logged_by_code_only():
    """
    One line an attempt: no payload, no address, no sentence of NetSuite's.
    """
    net = Net(REFUSED, CREATED)

    with capture_logs() as logs:
        await net.client().write(examples.request())

    assert logs == [
        {
            "event": "netsuite_attempt_failed",
            "log_level": "warning",
            "connection": "netsuite-eu",
            "attempt": 1,
            "outcome": "Throttled",
            "code": "SSS_REQUEST_LIMIT_EXCEEDED",
        }
    ]


async def test_ping_asks_by_get_and_returns_the_envelope():
    """
    The operation is a signed parameter; the content type is sent although there is no body.
    """
    net = Net(httpx.Response(200, json=examples.envelope()))

    found = await net.client().ping()

    sent = net.requests[0]
    assert isinstance(found, wire.Response)
    assert found.script.version == "1.0.0"
    assert (sent.method, sent.url.params["op"], sent.url.params["script"]) == (
        "GET",
        "ping",
        "customscript_lago_netsuite",
    )
    assert sent.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([httpx.ReadTimeout("late")], Unavailable),
        ([httpx.Response(500)], Unavailable),
        ([httpx.Response(400, content=examples.platform_error("USER_ERROR"))], Unavailable),
        ([httpx.Response(401)], AccountDown),
        ([REFUSED], Throttled),
        (
            [httpx.Response(200, json=examples.envelope(account={"id": "7", "environment": "SANDBOX"}))],
            AccountDown,
        ),
    ],
)
async def test_ping_tells_why_the_account_cannot_be_met(answers, expected):
    """
    A ping writes nothing: it is never ambiguous, and a refusal is one of the connection.
    """
    net = Net(*answers * 3)

    assert isinstance(await net.client().ping(), expected)


OAUTH2 = {"type": "oauth2", "client_id": "ci", "certificate_id": "kid"}
TOKEN = httpx.Response(200, json={"access_token": "t1", "expires_in": "3600", "token_type": "Bearer"})
ANOTHER = httpx.Response(200, json={"access_token": "t2", "expires_in": 3600, "token_type": "Bearer"})
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"


def paths(net: Net) -> list[str]:
    return ["token" if request.url.path == TOKEN_PATH else "restlet" for request in net.requests]


@pytest.fixture
def oauth2(ec_pem) -> dict[str, str]:
    return OAUTH2 | {"private_key": ec_pem}


async def test_token_is_fetched_once_and_kept(oauth2):
    """
    The form goes to the account's suitetalk host; later calls carry the same token.
    """
    net = Net(TOKEN, CREATED, EXISTS)
    client = net.client(auth=oauth2)

    await client.write(examples.request())
    await client.write(examples.request())

    form = parse_qs(net.requests[0].content.decode())
    assert paths(net) == ["token", "restlet", "restlet"]
    assert net.requests[0].url.host == "1234567-sb1.suitetalk.api.netsuite.com"
    assert net.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert form["grant_type"] == ["client_credentials"]
    assert net.requests[2].headers["authorization"] == "Bearer t1"


async def test_refused_token_is_replaced_once(oauth2):
    """
    It may have been revoked; the same call goes out again with another.
    """
    net = Net(TOKEN, httpx.Response(401), ANOTHER, CREATED)

    outcome = await net.client(auth=oauth2).write(examples.request())

    assert isinstance(outcome, Delivered)
    assert paths(net) == ["token", "restlet", "token", "restlet"]
    assert net.requests[3].headers["authorization"] == "Bearer t2"
    assert net.requests[3].content == examples.request().body()


async def test_second_refusal_stops_the_account(oauth2):
    """
    A fresh token that is refused too is no accident.
    """
    net = Net(TOKEN, httpx.Response(401), ANOTHER, httpx.Response(401))

    assert isinstance(await net.client(auth=oauth2).write(examples.request()), AccountDown)


async def test_refused_login_writes_nothing_and_names_what_to_check(oauth2):
    """
    The record is never posted; the sentence leads to the certificate's page.
    """
    net = Net(httpx.Response(400, json={"error": "invalid_grant"}))

    outcome = await net.client(auth=oauth2).write(examples.request())

    assert paths(net) == ["token"]
    assert isinstance(outcome, AccountDown)
    assert outcome.reason.startswith(
        "NetSuite refuses connection netsuite-eu with invalid_grant (HTTP 400): check "
    )
    assert "certificate_id" in outcome.reason


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout("late"), httpx.ConnectError("no"), httpx.Response(502), PAGE]
)
async def test_token_endpoint_that_is_down_is_tried_again(oauth2, fault):
    """
    Nothing was posted, so even a lost answer is no doubt about the record.
    """
    net = Net(fault, TOKEN, CREATED)

    outcome = await net.client(auth=oauth2).write(examples.request())

    assert isinstance(outcome, Delivered)
    assert len(net.slept) == 1


async def test_many_calls_share_one_login(oauth2):
    """
    Twenty calls at once ask for one token.
    """
    net = Net(TOKEN, *[CREATED] * 20)
    client = net.client(auth=oauth2, concurrency=20)

    async with asyncio.TaskGroup() as calls:
        tasks = [calls.create_task(client.write(examples.request())) for _ in range(20)]

    assert paths(net).count("token") == 1
    assert all(isinstance(task.result(), Delivered) for task in tasks)


async def test_many_calls_share_one_refused_login(oauth2):
    """
    Repeated bad logins can lock a user, so those who waited for one take its failure.
    """
    net = Net(httpx.Response(400, json={"error": "invalid_grant"}))
    client = net.client(auth=oauth2)

    async with asyncio.TaskGroup() as calls:
        tasks = [calls.create_task(client.write(examples.request())) for _ in range(20)]

    assert len(net.requests) == 1
    assert all(isinstance(task.result(), AccountDown) for task in tasks)


async def test_token_is_renewed_two_minutes_before_it_expires(oauth2):
    """
    A call under way never meets an expired token.
    """
    net = Net(TOKEN, CREATED, CREATED, ANOTHER, CREATED)
    clock = FakeClock()
    client = Client(examples.connection(auth=oauth2), clock=clock, transport=httpx.MockTransport(net.handle))

    await client.write(examples.request())
    clock.advance(3600 - 121)
    await client.write(examples.request())
    clock.advance(2)
    await client.write(examples.request())

    assert paths(net) == ["token", "restlet", "restlet", "token", "restlet"]


async def test_closed_client_sends_nothing_more():
    """
    Closing takes every connection with it.
    """
    net = Net(CREATED)
    client = net.client()

    await client.aclose()

    with pytest.raises(RuntimeError, match="closed"):
        await client.write(examples.request())


def test_missing_secrets_are_named_all_at_once(monkeypatch):
    """
    One round of corrections is enough: connection, setting and variable are named, with the line.
    """
    monkeypatch.delenv("NS_A", raising=False)
    auth = {
        "type": "tba",
        "client_id": "env:NS_A",
        "client_secret": "x",
        "token_id": "y",
        "token_secret": "file:/no",
    }
    connection = examples.connection(auth=auth).with_lines({"auth": "connections.yaml:7"})

    with pytest.raises(ConfigurationError) as raised:
        Client(connection, clock=FakeClock())

    assert raised.value.problems == (
        "connections.yaml:7: connection netsuite-eu, auth.client_id: environment variable NS_A is not set",
        "connections.yaml:7: connection netsuite-eu, auth.token_secret: file /no is missing or empty",
    )


def test_text_that_is_no_key_is_refused_without_showing_it():
    """
    The sentence says which keys NetSuite takes, and not what stood there.
    """
    with pytest.raises(ConfigurationError) as raised:
        Client(examples.connection(auth=OAUTH2 | {"private_key": "hush"}), clock=FakeClock())

    (problem,) = raised.value.problems
    assert problem.startswith(
        "connection netsuite-eu, auth.private_key: not a PEM private key of RSA, or of EC"
    )
    assert "hush" not in problem


def test_unusable_address_is_refused():
    """
    Without script and deployment there is nothing to call.
    """
    with pytest.raises(ConfigurationError, match="restlet_url has no deploy parameter"):
        Client(examples.connection(restlet_url="https://h.example/restlet.nl?script=1"), clock=FakeClock())
