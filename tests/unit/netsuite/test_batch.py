"""Several requests in one call."""

from __future__ import annotations

import asyncio
import json

import httpx

from consumer.clock import FakeClock
from consumer.netsuite.batch import batches
from consumer.netsuite.client import Client
from consumer.outcome import Ambiguous, Delivered, Outcome, Rejected, Throttled, Waiting
from schemas import wire
from tests.unit.netsuite import examples


def request_of(name: str, *, items: int = 1) -> wire.WriteRequest:
    return wire.WriteRequest(
        request_id=name, items=tuple(examples.item(str(place + 1)) for place in range(items))
    )


def carried(*answers: httpx.Response | Exception, requests: list[wire.WriteRequest]) -> tuple:
    """The outcomes, the bodies that were sent, and how often the account refused."""
    bodies: list[bytes] = []
    refusals: list[float] = []
    left = list(answers)

    async def handle(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        content = json.loads(answer.content)
        if content.get("request_id") == "echo":
            content["request_id"] = json.loads(request.content)["request_id"]
        return httpx.Response(answer.status_code, json=content)

    async def sleep(_: float) -> None:
        return

    async def write() -> list[Outcome]:
        client = Client(
            examples.connection(),
            clock=FakeClock(),
            transport=httpx.MockTransport(handle),
            sleep=sleep,
            refused=refusals.append,
        )
        async with client:
            return await client.write_many(requests)

    return asyncio.run(write()), bodies, len(refusals)


def answer_of(*items: dict) -> httpx.Response:
    return httpx.Response(200, json=examples.envelope(*items, request_id="echo"))


def test_a_call_of_one_is_what_it_is_to_the_last_byte():
    """What preview prints is what is sent."""
    request = request_of("r", items=2)

    [batch] = batches([request])

    assert batch.request.body() == request.body()


def test_requests_go_together_with_their_items_numbered_through():
    """In their order; the id of the call depends on all of them."""
    [batch] = batches([request_of("a", items=2), request_of("b")])
    [other] = batches([request_of("a", items=2), request_of("c")])

    assert [item.ref for item in batch.request.items] == ["1", "2", "3"]
    assert [[item.ref for item in part.items] for part in batch.parts] == [["1", "2"], ["3"]]
    assert {part.request_id for part in batch.parts} == {batch.request.request_id}
    assert batch.request.request_id not in {"a", "b", other.request.request_id}


def test_a_call_holds_twenty_five_items_and_no_request_is_torn_apart():
    """The rest goes in the next call; what is too large for any goes alone."""
    requests = [
        request_of("a", items=24),
        request_of("b", items=2),
        request_of("c"),
        request_of("d", items=30),
    ]

    sizes = [[len(part.items) for part in batch.parts] for batch in batches(requests)]

    assert sizes == [[24], [2, 1], [30]]


def test_every_request_gets_its_own_share_of_the_answer():
    """Written, refused, waiting and left over, side by side in one call."""
    missing = examples.failed("3", **{"class": "dependency", "code": "REFERENCE_NOT_FOUND"})
    answer = answer_of(
        examples.created("1"),
        examples.failed("2", **{"class": "validation", "code": "USER_ERROR"}),
        missing,
        {"ref": "4", "status": "skipped"},
    )

    outcomes, bodies, refusals = carried(answer, requests=[request_of(name) for name in "abcd"])

    assert [type(outcome) for outcome in outcomes] == [Delivered, Rejected, Waiting, Throttled]
    assert outcomes[3] == Throttled(reason="skipped", by="script")
    assert (len(bodies), refusals) == (1, 0)


def test_a_lost_answer_leaves_the_fate_of_all_unknown():
    """Any of them may have been written; repeating is harmless."""
    outcomes, bodies, _ = carried(httpx.ReadError("gone"), requests=[request_of("a"), request_of("b")])

    assert [type(outcome) for outcome in outcomes] == [Ambiguous, Ambiguous]
    assert len(bodies) == 1


def test_a_limit_that_several_broke_together_rejects_none_of_them():
    """Smaller calls show which of them is too big."""
    too_big = httpx.Response(400, content=examples.platform_error("SSS_USAGE_LIMIT_EXCEEDED"))

    together, _, _ = carried(too_big, requests=[request_of("a"), request_of("b")])
    alone, _, _ = carried(too_big, requests=[request_of("a")])

    assert [type(outcome) for outcome in together] == [Ambiguous, Ambiguous]
    assert [type(outcome) for outcome in alone] == [Rejected]


def test_every_refusal_for_the_limit_is_told_also_when_a_repeat_came_through():
    """The permit pool must count it."""
    refused = httpx.Response(400, content=examples.platform_error("SSS_REQUEST_LIMIT_EXCEEDED"))
    answer = answer_of(examples.created("1"), examples.created("2"))

    outcomes, bodies, refusals = carried(
        refused, refused, answer, requests=[request_of("a"), request_of("b")]
    )

    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered]
    assert (len(bodies), refusals) == (3, 2)
