"""
Webhooks delivered to an emulated NetSuite as the worker does, in any order, several times, over a faulty
network.

The real mapping, pipeline and client write to the real RESTlet, which runs in the sandbox; only the network
between them (`BadLine`) and the clock are simulated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.netsuite.client import Client
from consumer.outcome import AlreadyThere, Delivered, Ignored, Outcome, Rejected
from consumer.pipeline.assembly import pipeline_of
from consumer.pipeline.pipeline import Pipeline
from consumer.record import Event, LaneKey, Record, Source
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.http import create_app
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript.response import refusal
from schemas.lane import lane_of
from tests.support.connection_files import FULL_MAPPING, settings

ORIGIN = "http://127.0.0.1:8080"
FAULTS = ("refused", "unavailable", "unreachable", "reset_before", "reset_after_commit")
CURRENCIES = {"EUR": "2", "USD": "1", "JPY": "4", "GBP": "3", "HUF": "6"}
SUBSIDIARIES = {"acme-eu": "1", "acme-fr": "4"}
MAPPING: dict[str, Any] = {
    "currencies": CURRENCIES,
    "refund": {"account": "110", "payment_method": "5"},
    "prepaid_credit_granted": {"id": "809"},
    "products": {"code_0": {"id": "808"}},
    "billing_entities": {"acme-fr": {"subsidiary": SUBSIDIARIES["acme-fr"]}},
}
MAX_ROUNDS = 30
MAX_CALL = 3


class BadLine(httpx.AsyncBaseTransport):
    """
    A transport to the account that fails at random.

    ``reset_before`` and ``reset_after_commit`` look the same to the client; only the second is executed.
    """

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        """No failures until they are set."""
        self._way = way
        self._dice = Random(0)
        self._share = 0.0

    def worsen(self, dice: Random, share: float) -> None:
        """Let this share of the calls fail from now on."""
        self._dice, self._share = dice, share

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Forward one call, or fail it."""
        fault = self._dice.choice(FAULTS) if self._dice.random() < self._share else None
        match fault:
            case "refused":
                answer = refusal("SSS_REQUEST_LIMIT_EXCEEDED", "Request Limit Exceeded!")
                return httpx.Response(
                    answer.status, headers={"content-type": answer.content_type}, text=answer.body
                )
            case "unavailable":
                return httpx.Response(503, html="<h1>NetSuite is temporarily unavailable</h1>")
            case "unreachable":
                raise httpx.ConnectError("the connection was refused", request=request)
            case "reset_before":
                raise httpx.ReadError("the connection was reset", request=request)
            case "reset_after_commit":
                await (await self._way.handle_async_request(request)).aread()
                raise httpx.ReadError("the connection was reset", request=request)
            case _:
                return await self._way.handle_async_request(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One event on its topic."""

    topic: str
    value: bytes


@dataclass(slots=True, kw_only=True)
class Carried:
    """What became of the webhooks: the last outcome of each delivery, by its place."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @property
    def rejections(self) -> list[Rejected]:
        """What would need a person."""
        return [one for one in self.outcomes.values() if isinstance(one, Rejected)]


class Road:
    """One emulated account with its faulty transport."""

    def __init__(self, profile: Profile | None = None) -> None:
        """Open the account; its books are empty."""
        self.clock = FakeClock()
        self.account = Account.open(profile or Profile.load(), None, self.clock)
        self._line = BadLine(httpx.ASGITransport(create_app(self.account)))
        self._credentials: dict[str, Any] = {}
        self._dice = Random(0)

    async def connection(self, **changes: Any) -> Connection:
        """The connection to the account, with real credentials."""
        if not self._credentials:
            async with httpx.AsyncClient(transport=self._line, base_url=ORIGIN) as http:
                self._credentials = (await http.get("/sandbox/credentials")).json()
        known = {name: self._credentials[name] for name in ("account_id", "environment", "restlet_url")}
        mapping = {"mapping": FULL_MAPPING | MAPPING}
        given = known | {"auth": self._credentials["tba"]} | mapping | changes
        return Connection.model_validate(settings(**given))

    async def carry(
        self, webhooks: Sequence[Webhook], *, dice: Random, share_of_faults: float = 0.0, **changes: Any
    ) -> Carried:
        """
        Deliver all webhooks in the given order, and again what is not settled, until everything is.

        Raises:
            TimeoutError: something was not settled after `MAX_ROUNDS` rounds.
        """
        carried = Carried()

        async def publish(event: Event) -> None:
            carried.events.append(event)

        connection = await self.connection(**changes)
        self._dice = dice
        self._line.worsen(dice, share_of_faults)
        async with Client(
            connection, clock=self.clock, transport=Lent(self._line), sleep=_no_sleep
        ) as client:
            pipeline = pipeline_of(
                connection=connection, reports_orphans=True, all_connections=(connection,),
                write=client.write_many, publish=publish, clock=self.clock,
            )  # fmt: skip
            await self._drain(
                pipeline, [_record(place, each) for place, each in enumerate(webhooks)], carried
            )
        return carried

    async def _drain(self, pipeline: Pipeline, records: list[Record], carried: Carried) -> None:
        for round_number in range(MAX_ROUNDS):
            # Faults end after some rounds; with endless faults nothing can be guaranteed.
            if round_number == MAX_ROUNDS // 2:
                self._line.worsen(Random(0), 0.0)
            records = await self._round(pipeline, records, carried)
            if not records:
                return
            self.clock.advance(1)
        outcomes = {str(carried.outcomes.get(record.source.offset)) for record in records}
        raise TimeoutError(f"not settled after {MAX_ROUNDS} rounds: {outcomes}")

    async def _round(self, pipeline: Pipeline, records: list[Record], carried: Carried) -> list[Record]:
        """Carry all once, as the engine does: what is not settled holds back the rest of its lane."""
        left: list[Record] = []
        for call in self._calls(records):
            held = {record.lane for record in left}
            free = [record for record in call if record.lane not in held]
            failed = await self._unsettled(pipeline, free, carried) if free else []
            left += [record for record in call if record in failed or record.lane in held]
        return left

    def _calls(self, records: Sequence[Record]) -> Iterator[list[Record]]:
        """One to three records a call, no two of one lane, as the worker hands them out."""
        call: list[Record] = []
        size = self._dice.randint(1, MAX_CALL)
        for record in records:
            if len(call) == size or record.lane in {other.lane for other in call}:
                yield call
                call, size = [], self._dice.randint(1, MAX_CALL)
            call.append(record)
        yield call

    async def _unsettled(self, pipeline: Pipeline, call: list[Record], carried: Carried) -> list[Record]:
        outcomes = await pipeline.deliver(call)
        carried.outcomes |= {one.source.offset: outcome for one, outcome in zip(call, outcomes, strict=True)}
        is_settled = (isinstance(each, Delivered | AlreadyThere | Ignored | Rejected) for each in outcomes)
        return [record for record, settled in zip(call, is_settled, strict=True) if not settled]

    def close(self) -> None:
        """Close the books."""
        self.account.close()


class Lent(httpx.AsyncBaseTransport):
    """A transport that outlives the client it is lent to."""

    def __init__(self, way: httpx.AsyncBaseTransport) -> None:
        """Keep the way."""
        self._way = way

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a call on."""
        return await self._way.handle_async_request(request)


async def _no_sleep(_: float) -> None:
    await asyncio.sleep(0)


def _record(place: int, webhook: Webhook) -> Record:
    return Record(
        source=Source(topic=webhook.topic, partition=0, offset=place),
        timestamp_ms=0,
        key=b"",
        value=webhook.value,
        lane=LaneKey(lane_of(webhook.value) or ""),
    )
