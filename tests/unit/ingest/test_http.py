"""Every request has its answer: a status, one sentence, and a place in the count."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from consumer.errors import ContractError
from consumer.ingest import arrival as arrivals
from consumer.ingest import request_body as body_module
from consumer.ingest.arrival import Arrival
from consumer.ingest.http import EXTENSION
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.response import STATUS
from consumer.kafka.publisher import RecordTooLargeError
from tests.support import lago
from tests.support.webhooks import (
    BODY_LIMIT_BYTES,
    CODE,
    SIGNER,
    UNIQUE_KEY,
    House,
    Signer,
    headers,
    jwt_headers,
)

BODY = lago.invoice_event()


@pytest.fixture
def house():
    return House()


@pytest.mark.parametrize("name", [CODE, lago.ORGANIZATION_ID])
@pytest.mark.parametrize("given", [headers(BODY), jwt_headers(BODY)], ids=["hmac", "jwt"])
async def test_a_webhook_of_lago_is_accepted_once_kafka_has_it(house, name, given):
    """By either of its signatures, under either name."""
    answer = await house.post(BODY, given, to=f"/lago/{name}")

    assert (answer.status_code, answer.json()) == (202, {"status": "produced"})
    [event] = house.events
    assert event.value == BODY
    assert house.counted("produced") == 1


async def test_a_repeat_is_accepted_and_not_produced_again(house):
    """Lago repeats what it has not seen the answer to."""
    await house.post(BODY)

    answer = await house.post(BODY)

    assert (answer.status_code, answer.json()) == (202, {"status": "repeated"})
    assert len(house.events) == 1
    assert b"lago_netsuite_ingest_repeats_total 1.0" in house.metrics.exposition()


async def test_another_webhook_with_the_same_body_is_no_repeat(house):
    """Each has a key of its own."""
    await house.post(BODY)
    await house.post(BODY, headers(BODY, x_lago_unique_key="another"))

    assert len(house.events) == 2


async def test_what_kafka_did_not_acknowledge_is_no_repeat_when_it_comes_again(house):
    """503 first, then produced."""
    house.refuses = ContractError("Kafka did not acknowledge")
    first = await house.post(BODY)
    house.refuses = None
    second = await house.post(BODY)

    assert (first.status_code, second.status_code) == (503, 202)
    assert first.headers["retry-after"] == "5"
    assert first.json() == {"error": "Kafka has not acknowledged it, send it again"}
    assert second.json() == {"status": "produced"}


async def test_an_event_nobody_has_a_use_for_is_accepted_and_counted(house):
    body = lago.body(lago.event("subscription.started", {"lago_id": "1"}))

    answer = await house.post(body)

    assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
    assert house.events == []
    assert house.counted("ignored") == 1


async def test_a_record_too_large_for_kafka_is_not_asked_for_again(house):
    house.refuses = RecordTooLargeError("Kafka refused an event for lago.invoices: too large")

    answer = await house.post(BODY)

    assert (answer.status_code, house.counted("too_large")) == (413, 1)
    assert answer.json() == {"error": "Kafka refused an event for lago.invoices: too large"}


FOREIGN = lago.body(lago.event("invoice.created", lago.invoice(), organization_id="org-2"))
NO_WEBHOOKS = [
    (b"", "this is no Lago webhook: the body is empty"),
    (b"x", "this is no Lago webhook: not JSON: Expecting value at character 0"),
    (b"[]", "this is no Lago webhook: not a JSON object"),
    (b"{}", "this is no Lago webhook: no text under 'webhook_type'"),
    (b"\xff", "this is no Lago webhook: not UTF-8 at byte 0"),
    (b"[" * 100_000, "this is no Lago webhook: not JSON: nested too deeply"),
    (b"\0\0\0\0\1" + BODY, "this is no Lago webhook: not JSON: it begins with a zero byte"),
]
CASES = [
    ("no_signature", BODY, headers(BODY, x_lago_signature=None), "the header X-Lago-Signature is missing"),
    (
        "unknown_algorithm",
        BODY,
        headers(BODY, x_lago_signature_algorithm=None),
        "the header X-Lago-Signature-Algorithm is neither hmac nor jwt",
    ),
    (
        "unknown_algorithm",
        BODY,
        headers(BODY, x_lago_signature_algorithm="none"),
        "the header X-Lago-Signature-Algorithm is neither hmac nor jwt",
    ),
    (
        "bad_signature",
        BODY.replace(b"Nordlicht", b"Sudlicht"),
        headers(BODY),
        "X-Lago-Signature is not the HMAC of this body under the organisation's key",
    ),
    ("bad_signature", BODY + b" ", jwt_headers(BODY), "X-Lago-Signature was made for another body"),
    (
        "bad_signature",
        BODY,
        jwt_headers(BODY, Signer().token(BODY)),
        "X-Lago-Signature is no JWT signed with Lago's key",
    ),
    (
        "foreign_issuer",
        BODY,
        jwt_headers(BODY, SIGNER.token(BODY, issuer="https://elsewhere.example")),
        "X-Lago-Signature was not issued by https://api.getlago.example",
    ),
    (
        "foreign_organization",
        FOREIGN,
        jwt_headers(FOREIGN),
        "organisation 'org-2' has no business at 'netsuite-eu'",
    ),
    (
        "no_unique_key",
        BODY,
        headers(BODY, x_lago_unique_key=None),
        "the header X-Lago-Unique-Key is missing",
    ),
    (
        "no_unique_key",
        BODY,
        headers(BODY, x_lago_unique_key="x" * 201),
        "the header X-Lago-Unique-Key is not 200 characters of ASCII at most",
    ),
    (
        "wrong_content_type",
        BODY,
        headers(BODY, content_type="text/plain"),
        "the content type is not application/json, which Lago sends",
    ),
    (
        "wrong_content_type",
        BODY,
        headers(BODY, content_type=None),
        "the content type is not application/json, which Lago sends",
    ),
    (
        "wrong_content_encoding",
        BODY,
        headers(BODY, content_encoding="gzip"),
        "the body is compressed, which Lago's never are; nothing is unpacked here",
    ),
    (
        "too_large",
        b" " * (BODY_LIMIT_BYTES + 1),
        headers(b""),
        f"the body is larger than {BODY_LIMIT_BYTES} bytes",
    ),
    *(("not_a_webhook", body, headers(body), sentence) for body, sentence in NO_WEBHOOKS),
]


@pytest.mark.parametrize(("name", "body", "given", "sentence"), CASES)
async def test_what_is_wrong_is_refused_with_a_sentence_and_counted(house, name, body, given, sentence):
    """Nothing of it reaches Kafka."""
    answer = await house.post(body, given)

    assert (answer.json(), answer.status_code) == ({"error": sentence}, STATUS[name])
    assert house.counted(name) == 1
    assert house.events == []


NOBODY = "'nobody' is neither a connection's code nor an organisation's id here"
NOTHING = "there is nothing here, webhooks are posted to /lago/ and a connection's code"


@pytest.mark.parametrize(
    ("method", "path", "name", "sentence"),
    [
        ("POST", "/lago/nobody", "unknown_name", NOBODY),
        ("GET", f"/lago/{CODE}", "wrong_method", "GET is not possible here, webhooks are posted"),
        ("POST", f"/lago/{CODE}/", "no_such_page", NOTHING),
        ("POST", "/lago/", "no_such_page", NOTHING),
        ("GET", "/", "no_such_page", NOTHING),
    ],
)
async def test_any_other_page_says_where_webhooks_go(house, method, path, name, sentence):
    async with house.client() as client:
        answer = await client.request(method, path)

    assert (answer.status_code, answer.json()) == (STATUS[name], {"error": sentence})
    assert house.counted(name) == 1


async def test_a_wrong_method_is_told_the_right_one(house):
    async with house.client() as client:
        assert (await client.get(f"/lago/{CODE}")).headers["allow"] == "POST"


async def test_the_content_type_may_name_its_characters(house):
    given = headers(BODY, content_type="Application/JSON; charset=utf-8")

    assert (await house.post(BODY, given)).status_code == 202


async def test_a_body_may_come_in_pieces(house):
    async def pieces():
        for start in range(0, len(BODY), 1000):
            yield BODY[start : start + 1000]

    assert (await house.post(pieces(), headers(BODY))).status_code == 202
    assert house.events[0].value == BODY


class Sender:
    """An exact sequence of ASGI messages; after the last it says nothing more."""

    def __init__(self, *messages, path=f"/lago/{CODE}", **changes):
        self.waiting = list(messages)
        self.read = 0
        self.has_read = asyncio.Event()
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "headers": [(name.encode(), text.encode()) for name, text in headers(BODY, **changes).items()],
        }

    async def receive(self):
        if self.read == len(self.waiting):
            await asyncio.Event().wait()
        self.read += 1
        self.has_read.set()
        return self.waiting[self.read - 1]

    async def answered(self, house, arrival=None):
        sent = []

        async def send(message):
            sent.append(message)

        if arrival is not None:
            self.scope["extensions"] = {EXTENSION: arrival}
        async with asyncio.timeout(10):
            await house.app(self.scope, self.receive, send)
        return httpx.Response(sent[0]["status"], content=sent[1]["body"])


async def test_a_body_without_end_is_cut_off(house):
    """In any form, at most the allowed size and one read more are read."""

    async def endless():
        while True:
            yield b" " * 100_000
            await asyncio.sleep(0)

    async with asyncio.timeout(10):
        answer = await house.post(endless(), headers(b""))

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"x_lago_signature": None}, "no_signature"),
        ({"x_lago_signature": ""}, "no_signature"),
        ({"x_lago_signature_algorithm": None}, "unknown_algorithm"),
        ({"x_lago_unique_key": None}, "no_unique_key"),
        ({"content_type": None}, "wrong_content_type"),
        ({"content_encoding": "br"}, "wrong_content_encoding"),
        ({"content_length": str(BODY_LIMIT_BYTES + 1)}, "too_large"),
        ({"path": "/lago/nobody"}, "unknown_name"),
    ],
)
async def test_what_its_head_is_refused_for_has_its_answer_before_its_body_is_read(house, changes, name):
    """A sender that holds its body back costs nothing."""
    sender = Sender(**changes)

    answer = await sender.answered(house)

    assert (answer.status_code, house.counted(name)) == (STATUS[name], 1)
    assert sender.read == 0


async def test_without_a_key_for_its_algorithm_no_body_is_read(house):
    endpoint = replace(house.endpoint, hmac_keys=())
    house = House(endpoint=endpoint)

    answer = await Sender().answered(house)

    assert (answer.status_code, house.counted("no_key")) == (401, 1)


async def test_a_refusal_ends_the_reading_of_a_body(house):
    """The connection refuses a body that is too slow; that refusal is the response."""
    arrival = Arrival(house.inflight)
    sender = Sender({"type": "http.request", "body": BODY[:10], "more_body": True})

    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(sender.answered(house, arrival))
        await sender.has_read.wait()
        arrival.refuse(arrivals.TOO_SLOW)

    answer = answering.result()
    assert (answer.status_code, answer.json()) == (408, {"error": arrivals.TOO_SLOW.sentence})
    assert house.counted("too_slow") == 1


async def test_what_is_proven_is_refused_no_more(house):
    """Kafka may have it by then."""
    arrival = Arrival(house.inflight)

    async def refuses():
        arrival.refuse(arrivals.TOO_BUSY)
        await asyncio.sleep(0)

    house.acknowledges = refuses

    answer = await Sender({"type": "http.request", "body": BODY}).answered(house, arrival)

    assert answer.json() == {"status": "produced"}


async def test_before_a_connection_ends_its_sender_may_finish(house):
    """Up to a limit: many clients do not read a response before they have sent the whole request."""
    arrival = Arrival(house.inflight)
    arrival.ends_connection = True
    rest = [{"type": "http.request", "body": b"x", "more_body": more} for more in (True, True, False)]
    sender = Sender(*rest, x_lago_signature=None)

    answer = await sender.answered(house, arrival)

    assert (answer.status_code, sender.read) == (401, 3)


async def test_whoever_does_not_finish_before_a_connection_ends_is_answered_all_the_same(house, monkeypatch):
    monkeypatch.setattr(body_module, "DISCARD_LIMIT_S", 0.01)
    arrival = Arrival(house.inflight)
    arrival.ends_connection = True

    answer = await Sender(x_lago_signature=None).answered(house, arrival)

    assert answer.status_code == 401


async def test_a_sender_that_leaves_is_counted(house):
    """Half a body is no webhook."""
    part = {"type": "http.request", "body": BODY[:10], "more_body": True}

    await Sender(part, {"type": "http.disconnect"}).answered(house)

    assert house.counted("incomplete") == 1
    assert house.events == []


async def test_of_repeated_headers_the_first_counts(house):
    """Also for what is put on the record."""
    given = [*headers(BODY).items(), ("x-lago-unique-key", "second")]

    await house.post(BODY, given)

    assert dict(house.events[0].headers)["x-lago-unique-key"] == UNIQUE_KEY.encode()


async def test_too_many_at_once_are_asked_to_come_again():
    """503 with the time to wait; what ends makes room for the next."""
    house = House(inflight=InflightLimit(requests=1))
    has_begun, may_end = asyncio.Event(), asyncio.Event()
    house.acknowledges = lambda: (has_begun.set(), may_end.wait())[1]

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(house.post(BODY))
        await has_begun.wait()
        refused = await house.post(BODY, headers(BODY, x_lago_unique_key="another"))
        may_end.set()
    third = await house.post(BODY)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json() == {"error": "too much is under way here, send it again"}
    assert house.counted("too_busy") == 1
    assert [first.result().json(), third.json()] == [{"status": "produced"}, {"status": "repeated"}]


async def test_what_is_not_proven_takes_no_place_of_what_is():
    """However many bodies are on their way, the one that is Lago's is let in."""
    house = House(inflight=InflightLimit(requests=1))
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        slow = [Sender({"type": "http.request", "body": b"{", "more_body": True}) for _ in range(20)]
        in_flight = [tasks.create_task(each.answered(house)) for each in slow]
        await asyncio.sleep(0)
        answer = await house.post(BODY)
        for each in in_flight:
            each.cancel()

    assert answer.status_code == 202


async def test_whatever_the_end_its_place_is_given_back():
    """Also after an unexpected exception."""
    house = House(inflight=InflightLimit(requests=1), refuses=RuntimeError("unthought of"))
    with pytest.raises(RuntimeError):
        await house.post(BODY)
    house.refuses = None
    await house.post(b"x")

    assert (await house.post(BODY)).status_code == 202
