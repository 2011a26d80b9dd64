"""Our client against an account that refuses, breaks, or loses its answer (rows 6 to 12)."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from consumer.netsuite.client import Client
from consumer.outcome import AccountDown, AlreadyThere, Ambiguous, Delivered, Rejected, Throttled, Unavailable
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import runner
from tests.contract import sandbox_server as boxes
from tests.contract.sandbox_server import Sandbox

SECONDS_AT_MOST = 20


@pytest.fixture
def box():
    with boxes.running() as running:
        yield running


class Held:
    """A script that starts and then waits until it is let go."""

    def __init__(self) -> None:
        self.started = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.calls = 0

    def __call__(self, account, **call):
        self.calls += 1
        self.started.release()
        assert self.let_go.wait(SECONDS_AT_MOST)
        return runner.call(account, **call)

    async def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self.started.acquire, timeout=SECONDS_AT_MOST)


def bearer(box: Sandbox) -> dict[str, str]:
    """Log in once and stay so, for calls that are not our client's."""
    client = box.client("oauth2")
    token = asyncio.run(_token(client))
    return {"authorization": f"Bearer {token}"}


async def _token(client: Client) -> str:
    async with client:
        await client.ping()
        return await client._auth._tokens.current()


async def test_answer_lost_after_the_commit_is_found_by_the_repeat(box):
    """Row 10: the record exists once, and a repeat of the same call returns it."""
    box.inject("reset_after_commit", match="lago-cus-lost")

    first = await box.write(boxes.customer("lost"))
    second = await box.write(boxes.customer("lost"))

    assert isinstance(first, Ambiguous)
    assert isinstance(second, AlreadyThere)
    assert [record["externalid"] for record in box.records()] == ["lago-cus-lost"]


async def test_connection_lost_before_the_script_ran_leaves_nothing(box):
    """
    Row 10: for the client the two are the same; the repeat makes the record.
    """
    box.inject("reset_before")

    first = await box.write(boxes.customer("early"))
    standing = box.records()
    second = await box.write(boxes.customer("early"))

    assert isinstance(first, Ambiguous)
    assert standing == []
    assert isinstance(second, Delivered)


@pytest.mark.parametrize("kind", ["502", "503"])
async def test_gateway_and_maintenance_pass_within_one_call(box, kind):
    """
    Row 10: two failures of three attempts are not visible to the caller.
    """
    box.inject(kind, times=2)

    assert isinstance(await box.write(boxes.customer()), Delivered)


@pytest.mark.parametrize(("kind", "expected"), [("500", Ambiguous), ("502", Ambiguous), ("503", Unavailable)])
async def test_lasting_server_errors_reach_the_caller(box, kind, expected):
    """
    Row 10: after three attempts it is the engine's turn.
    """
    box.inject(kind, times=3)

    assert isinstance(await box.write(boxes.customer()), expected)
    assert box.records() == []


async def test_fault_strikes_only_the_call_it_is_meant_for(box):
    """
    Others pass, and the fault waits for its own.
    """
    box.inject("500", match="lago-cus-b")

    other = await box.write(boxes.customer("a"))
    meant = await box.write(boxes.customer("b"))

    assert isinstance(other, Delivered)
    assert isinstance(meant, Ambiguous)
    assert box.http.get("/sandbox/faults").json() == []


async def test_faults_that_are_cleared_do_not_strike(box):
    """
    The queue can be looked at and emptied.
    """
    box.inject("500", times=7)
    assert [fault["times"] for fault in box.http.get("/sandbox/faults").json()] == [7]

    assert box.http.delete("/sandbox/faults").json() == {"cleared": 1}

    assert isinstance(await box.write(boxes.customer()), Delivered)


async def test_row_101_an_error_is_thrown_at_the_save_it_is_meant_for(box):
    """
    The text of a workflow reaches the caller as it is, and nothing is kept; the next save goes through.
    """
    error = {"at": "save", "type": "customer", "name": "USER_ERROR", "message": "Ask Jared first."}
    box.inject("error", **error, match="cus_b")

    other = await box.write(boxes.customer("a"))
    refused = await box.write(boxes.customer("b"))
    again = await box.write(boxes.customer("b"))

    assert isinstance(other, Delivered)
    assert isinstance(refused, Rejected)
    assert "Ask Jared first." in str(refused)
    assert isinstance(again, Delivered)


@pytest.mark.parametrize("code", ["MODULE_DOES_NOT_EXIST", "ACCT_TEMP_UNAVAILABLE", "A_CODE_NOBODY_KNOWS"])
def test_row_102_the_platform_answers_with_any_code_and_the_script_does_not_run(box, code):
    """Status, code and text are those requested; the stored records are unchanged."""
    headers = bearer(box)
    box.inject("platform", code=code, message="Not today.")

    answer = box.http.post(box.restlet_url, headers=headers, json={"v": 1})

    assert answer.status_code == 400
    assert answer.json() == {"error": {"code": code, "message": "Not today."}}
    assert box.records() == []


def test_row_102_a_platform_answer_may_be_any_text(box):
    """A page of HTML with its own status, as of a proxy in front of NetSuite."""
    headers = bearer(box)
    box.inject("platform", status=421, body="<p>Elsewhere</p>", content_type="text/html")

    answer = box.http.post(box.restlet_url, headers=headers, json={"v": 1})

    assert (answer.status_code, answer.text) == (421, "<p>Elsewhere</p>")
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "418"},
        {"kind": "500", "times": 0},
        {"kind": "500", "tmies": 1},
        {"kind": "error", "at": "breakfast", "name": "USER_ERROR"},
        {"kind": "error", "at": "save"},
        {"kind": "platform", "status": 99},
        {},
    ],
)
def test_fault_that_does_not_exist_is_refused_with_a_reason(box, fault):
    """
    A typing error in a test must not become a test of nothing.
    """
    response = box.http.post("/sandbox/faults", json=fault)

    assert response.status_code == 400
    assert response.json()["error"]


def test_client_that_gave_up_waiting_finds_the_record_later():
    """Row 10: the script commits although the connection is closed."""
    finished = threading.Event()

    def call(account, **arguments):
        answer = runner.call(account, **arguments)
        finished.set()
        return answer

    with boxes.running(call=call) as box:
        headers = bearer(box)
        finished.clear()
        box.inject("slow", delay_s=0.5, match="lago-cus-slow")
        with pytest.raises(httpx.ReadTimeout):
            post(box, headers, boxes.customer("slow").body(), timeout=0.05)
        assert finished.wait(SECONDS_AT_MOST)

        outcome = asyncio.run(box.write(boxes.customer("slow")))

    assert isinstance(outcome, AlreadyThere)


def post(
    box: Sandbox, headers: dict[str, str], body: bytes, timeout: float = SECONDS_AT_MOST
) -> httpx.Response:
    given = {"content-type": "application/json"} | headers
    return box.http.post(box.restlet_url, content=body, headers=given, timeout=timeout)


async def test_calls_over_the_cap_are_refused_before_the_script():
    """
    Row 9: five run, the sixth is refused at once and never starts; our client has it written a moment later.
    """
    held = Held()

    async def until_the_others_are_done(_: float) -> None:
        held.let_go.set()
        await asyncio.gather(*others)

    with boxes.running(call=held) as box:
        async with (
            box.client(concurrency=6) as client,
            Client(box.connection(), clock=box.clock, sleep=until_the_others_are_done) as patient,
        ):
            others = [asyncio.create_task(client.write(boxes.customer(str(n)))) for n in range(5)]
            await held.wait_for(5)

            last = await patient.write(boxes.customer("last"))

        stats = await asyncio.to_thread(box.stats)

    assert isinstance(last, Delivered)
    assert all(isinstance(task.result(), Delivered) for task in others)
    assert held.calls == 6
    assert stats == {"calls": 7, "refused": 1, "running": 0, "peak": 5, "concurrency": 5}


async def test_lasting_refusals_are_throttled():
    """
    Row 9: while the cap is used up by others, the outcome says so.
    """
    held = Held()
    profile = Profile.load().model_copy(update={"concurrency": 1})

    with boxes.running(profile, call=held) as box:
        async with box.client() as client:
            first = asyncio.create_task(client.write(boxes.customer("a")))
            await held.wait_for(1)

            second = await client.write(boxes.customer("b"))

            held.let_go.set()
            await first

    assert second == Throttled(reason="SSS_REQUEST_LIMIT_EXCEEDED: Request Limit Exceeded!")


async def test_part_of_the_cap_set_aside_for_an_integration_is_its_own():
    """
    Row 9: neither may the others use it, nor may it use theirs.
    """
    held = Held()
    base = Profile.load()
    limited = tuple(
        one.model_copy(update={"concurrency": 1}) if one.kind == "tba" else one for one in base.integrations
    )
    profile = base.model_copy(update={"concurrency": 2, "integrations": limited})

    with boxes.running(profile, call=held) as box:
        async with box.client("tba") as tba, box.client("oauth2") as oauth2:
            running = [
                asyncio.create_task(tba.write(boxes.customer("a"))),
                asyncio.create_task(oauth2.write(boxes.customer("b"))),
            ]
            await held.wait_for(2)

            refused = [await tba.write(boxes.customer("c")), await oauth2.write(boxes.customer("d"))]

            held.let_go.set()
            await asyncio.gather(*running)

    assert all(isinstance(outcome, Throttled) for outcome in refused)


@pytest.mark.parametrize(
    "changes", [{"status": "TESTING"}, {"id": "customscript_other"}, {"deploy": "customdeploy_x"}]
)
async def test_script_that_does_not_answer_stops_the_account(changes):
    """
    Row 6: unknown, or not released; the sentence leads to the deployment.
    """
    base = Profile.load()
    script = base.scripts[0]
    url = f"?script={script.id}&deploy={script.deploy}"

    with boxes.running(base.model_copy(update={"scripts": (script.model_copy(update=changes),)})) as box:
        address = box.restlet_url.partition("?")[0]
        outcome = await box.write(boxes.customer(), restlet_url=address + url)

    assert isinstance(outcome, AccountDown)
    assert "SSS_INVALID_SCRIPTLET_ID" in outcome.reason
    assert "Released" in outcome.reason


@pytest.mark.parametrize(
    "content_type", [None, "application/x-www-form-urlencoded", "Application/JSON", "text/html"]
)
def test_other_content_types_are_refused(box, content_type):
    """
    Row 7: JSON, XML and plain text in exactly that spelling, nothing else.
    """
    headers = bearer(box) | ({"content-type": content_type} if content_type else {})

    response = box.http.post(box.restlet_url, content=b"{}", headers=headers)

    assert response.status_code == 415


def test_charset_beside_the_content_type_is_fine(box):
    """
    Row 7: only the type itself is looked at.
    """
    headers = bearer(box) | {"content-type": "application/json; charset=utf-8"}

    assert post(box, headers, boxes.customer().body()).status_code == 200


def test_object_cannot_be_returned_as_plain_text(box):
    """
    Row 11: without a content type the answer would be text.
    """
    response = box.http.get(f"{box.restlet_url}&op=ping", headers=bearer(box))

    assert (response.status_code, response.json()["error"]["code"]) == (400, "INVALID_RETURN_DATA_FORMAT")


def test_verb_without_entry_point_is_not_allowed(box):
    """
    Row 12: our script knows no DELETE.
    """
    response = box.http.delete(box.restlet_url, headers=bearer(box) | {"content-type": "application/json"})

    assert response.status_code == 405


def test_body_beyond_ten_megabytes_is_refused(box):
    """
    Row 16: before the script sees it.
    """
    response = post(box, bearer(box), b'"' + b"x" * (10 * 1024 * 1024) + b'"')

    assert response.status_code == 400


def test_records_need_a_type(box):
    """
    The sentence says what to add.
    """
    response = box.http.get("/sandbox/records")

    assert (response.status_code, response.json()) == (400, {"error": "which records? add ?type=invoice"})


def test_balances_are_listed_by_customer_and_currency(box):
    """
    Nobody owes anything in empty books.
    """
    assert box.http.get("/sandbox/balances").json() == []


def test_sandbox_is_healthy(box):
    """
    A program that starts it can wait for this response.
    """
    assert box.http.get("/healthz").json()["status"] == "ok"
