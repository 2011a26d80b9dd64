"""
The whole way in one process: the emulated Lago's webhooks and API, the pipeline of a connection, the RESTlet.

Only Kafka is missing: what is unsettled is delivered again, and what the pipeline puts on an input topic is
delivered after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.lago.api import LagoApi
from consumer.netsuite.client import Client
from consumer.outcome import AlreadyThere, Delivered, Ignored, Outcome, Rejected
from consumer.pipeline.assembly import Delivery, delivery_of
from consumer.record import Event, LaneKey, Record, Source
from consumer.sandbox.lago import serializers
from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.notation import body
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.http import create_app
from consumer.sandbox.netsuite.profile import Profile
from schemas.lane import lane_of
from tests.support.connection_files import FULL_MAPPING, Settings, settings

NETSUITE = "http://127.0.0.1:8080"
LAGO = "http://127.0.0.1:3000"
SUBSIDIARIES = {"acme-eu": "1", "acme-fr": "4"}
MAPPING = FULL_MAPPING | {
    "currencies": {"EUR": "2", "USD": "1", "JPY": "4"},
    "refund": {"account": "110", "payment_method": "5"},
    "billing_entities": {"acme-fr": {"subsidiary": "4"}},
}
MAX_ROUNDS = 10
_SETTLED = Delivered | AlreadyThere | Ignored | Rejected


@dataclass(slots=True, kw_only=True)
class Carried:
    """What became of webhooks, by their place, and what was published besides input events."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    published: list[Event] = field(default_factory=list)

    @property
    def rejections(self) -> list[Rejected]:
        """What needs a person."""
        return [each for each in self.outcomes.values() if isinstance(each, Rejected)]

    @property
    def rules(self) -> list[str]:
        """The rules that ignored."""
        return [each.rule for each in self.outcomes.values() if isinstance(each, Ignored)]

    @property
    def warnings(self) -> list[str]:
        """The warnings of all that was written."""
        written = (
            one for each in self.outcomes.values() if isinstance(each, Delivered) for one in each.written
        )
        return [warning for one in written for warning in one.warnings]


class LagoToNetSuite:
    """One organisation and one account; `settings` are those of the connection."""

    def __init__(self, profile: Profile | None = None, *, has_api: bool = True, **changes: Any) -> None:
        """Both are empty."""
        self.clock = FakeClock()
        self.lago = Organization(now=self.clock.now)
        self.account = Account.open(profile or Profile.load(), None, self.clock)
        self._changes = changes
        self._has_api = has_api
        self._lago_server = LagoServer.of(self.lago, monotonic_s=self.clock.monotonic_s)
        self._netsuite = httpx.ASGITransport(create_app(self.account))
        self._offset = 0

    def close(self) -> None:
        """Close the books."""
        self.account.close()

    def configure(self, **changes: Any) -> None:
        """Other settings of the connection, from the next delivery on."""
        self._changes |= changes

    async def carry(self, *others: bytes | Record, repeats: int = 1) -> Carried:
        """
        Deliver Lago's outbox, then the other webhooks or records, each `repeats` times, until all is settled.

        Raises:
            TimeoutError: something is not settled after `MAX_ROUNDS` rounds.
        """
        webhooks = [body(serializers.webhook(self.lago, each)) for each in self.lago.outbox]
        self.lago.outbox.clear()
        carried = Carried()
        waiting = [self._record(value) for value in [*webhooks, *others] * repeats]
        connection = await self._connection()
        api = self._api(connection) if self._has_api else None
        async with Client(
            connection, clock=self.clock, transport=self._netsuite, sleep=self._sleep
        ) as client:
            delivery = self._delivery(connection, client, api, carried, waiting)
            for _ in range(MAX_ROUNDS):
                if not waiting:
                    break
                due = waiting.copy()
                waiting.clear()
                waiting += [record for record in due if not await self._is_settled(delivery, record, carried)]
                self.clock.advance(60)
        if api is not None:
            await api.aclose()
        if waiting:
            raise TimeoutError(str([carried.outcomes[each.source.offset] for each in waiting]))
        return carried

    def records(self, record_type: str) -> list[dict[str, Any]]:
        """What the account has of a type."""
        return self.account.records(record_type)

    def _delivery(
        self,
        connection: Connection,
        client: Client,
        api: LagoApi | None,
        carried: Carried,
        waiting: list[Record],
    ) -> Delivery:
        async def publish(event: Event) -> None:
            if event.topic == "lago.payments":
                waiting.append(self._record(event.value))
            else:
                carried.published.append(event)

        return delivery_of(
            connection=connection, all_connections=(connection,), write=client.write_many, publish=publish,
            clock=self.clock, look_up=api.customer if api else None,
            list_payments=api.payments_of_invoice if api else None,
        )  # fmt: skip

    def _api(self, connection: Connection) -> LagoApi:
        transport = httpx.ASGITransport(self._lago_server.app())
        return LagoApi(connection, clock=self.clock, transport=transport, sleep=self._sleep)

    async def _is_settled(self, delivery: Delivery, record: Record, carried: Carried) -> bool:
        [outcome] = await delivery.deliver([record], _release)
        carried.outcomes[record.source.offset] = outcome
        return isinstance(outcome, _SETTLED)

    async def connection_settings(self) -> Settings:
        """The connection as an entry of the file."""
        async with httpx.AsyncClient(transport=self._netsuite, base_url=NETSUITE) as http:
            credentials = (await http.get("/sandbox/credentials")).json()
        api = {"api_url": LAGO, "api_key": API_KEY} if self._has_api else {}
        given = {name: credentials[name] for name in ("account_id", "environment", "restlet_url")}
        given |= {"auth": credentials["tba"], "mapping": MAPPING}
        lago = {"organization_id": self.lago.lago_id} | api
        return settings(**given | {"lago": lago} | self._changes)

    async def _connection(self) -> Connection:
        return Connection.model_validate(await self.connection_settings())

    def _record(self, value: bytes | Record) -> Record:
        if isinstance(value, Record):
            return value
        self._offset += 1
        return Record(
            source=Source(topic="lago.invoices", partition=0, offset=self._offset),
            timestamp_ms=0,
            key=b"",
            value=value,
            lane=LaneKey(lane_of(value) or ""),
        )

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await asyncio.sleep(0)


def _release(_: Iterable[Outcome]) -> None:
    """Nothing is held."""
