"""Lago, NetSuite and the topics between them in one process, and `reconcile` as it is called."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumer import cli
from consumer.commands import (
    audit_trail,
    failure_log,
    reconcile,
    reconciliation_log,
    waiting_records,
)
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.lago_documents import LagoDocuments
from consumer.failures.history import History
from consumer.kafka import snapshot_reader
from consumer.lago.client import LagoClient
from consumer.netsuite.client import Client
from consumer.reconcile import run_event
from consumer.record import Event, LaneKey, Record, Source
from consumer.sandbox.lago.http import LagoServer
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.http import create_app
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import ui_edits
from consumer.sandbox.netsuite.suitescript.ui_edits import Edit
from schemas import audit, reconciliation, result
from schemas.reconciliation import Reconciliation
from tests.support.connection_files import yaml_text
from tests.support.lago_to_netsuite import Carried, LagoToNetSuite

LATER = datetime(2026, 8, 1, 6, 0, tzinfo=UTC)


class ComparedWorld(LagoToNetSuite):
    """
    Both sides with books in a file, which others are copied from.

    Attributes:
        topics: what is on the topics of results and of audit records, and what was sent to repair.
        changes: settings of the connection.
    """

    def __init__(self, state: Path, **changes: Any) -> None:
        super().__init__(**changes)
        self.state, self.changes = state, changes
        self.topics: list[Event] = []
        self._open()

    def _open(self) -> None:
        self.account.close()
        self.account = Account.open(Profile.load(), self.state, self.clock)
        self._netsuite = httpx.ASGITransport(create_app(self.account))

    def copied(self, state: Path) -> ComparedWorld:
        """The same some hours later; what happens to one does not happen to the other."""
        with closing(sqlite3.connect(self.state)) as connection:
            connection.execute("VACUUM INTO ?", (str(state),))
        made = ComparedWorld(state, **self.changes)
        made.clock.elapsed_s, made.clock.wall = self.clock.elapsed_s, LATER
        made.lago = copy.deepcopy(self.lago)
        made.lago.now = made.clock.now
        made._lago_server = LagoServer.of(made.lago, monotonic_s=made.clock.monotonic_s)
        made.topics = list(self.topics)
        return made

    async def carry(self, *others: bytes, repeats: int = 1) -> Carried:
        carried = await super().carry(*others, repeats=repeats)
        self.topics += carried.published
        return carried

    @property
    def lago_app(self) -> Any:
        return self._lago_server.app()

    async def sleep(self, seconds: float) -> None:
        await self._sleep(seconds)

    def under(self, profile: Profile) -> None:
        """Configure the account in another way; its books stay."""
        self.account = self.account.under(profile)
        self._netsuite = httpx.ASGITransport(create_app(self.account))

    def permit(self, **permissions: int) -> None:
        """Change the permissions of the integration's role."""
        self.under(self.account.profile.model_copy(update={"permissions": permissions}))

    def change(self, **changes: Any) -> None:
        """Set other settings of the connection from now on."""
        self._changes = self._changes | changes

    def lose_webhooks(self) -> None:
        """Nothing of what Lago has announced arrives."""
        self.lago.outbox.clear()

    def by_hand(self, act: str, record_type: str, external_id: str, **given: Any) -> int:
        """What Jane Doe does in NetSuite's pages."""
        edit = Edit.model_validate({"act": act, "type": record_type, "external_id": external_id} | given)
        return ui_edits.apply(self.account, edit)

    def forget_result(self, lago_id: str) -> None:
        """What was written of a document is no longer on the topic."""
        self.topics = [each for each in self.topics if lago_id.encode() not in (each.key or b"")]


@dataclass(slots=True)
class InPlaceOfKafka:
    """The topics of a world, and Lago's API, as commands read and write them."""

    world: ComparedWorld

    @asynccontextmanager
    async def documents_of(self, connection: Any, *_: Any) -> AsyncIterator[LagoDocuments]:
        transport, sleep = httpx.ASGITransport(self.world.lago_app), self.world.sleep
        client = LagoClient(connection, clock=self.world.clock, transport=transport, sleep=sleep)
        yield LagoDocuments(connection=connection, client=client, sleep=sleep)
        await client.aclose()

    async def history(self, _: Any, topic: str, **__: Any) -> AsyncIterator[Record]:
        for place, event in enumerate(self.world.topics):
            if event.topic == topic:
                source = Source(topic=topic, partition=0, offset=place)
                yield Record(
                    source=source, timestamp_ms=0, key=event.key, value=event.value, lane=LaneKey("")
                )

    async def exists(self, _: Any, topic: str) -> bool:
        return topic in {audit.TOPIC, result.TOPIC, reconciliation.TOPIC}

    async def publish(self, event: Event) -> None:
        self.world.topics.append(event)

    async def publish_run(self, _: Any, content: Reconciliation) -> None:
        await self.publish(run_event.event_of(content))

    @asynccontextmanager
    async def opened(self, cluster: Any, clock: Any) -> AsyncIterator[AuditTrail]:
        yield AuditTrail(publish=self.publish, clock=clock, records=await audit_trail.read(cluster))

    async def take(self, *_: Any) -> failure_log.FailureLog:
        return failure_log.FailureLog(history=History(), settled={})

    async def nothing(self, *_: Any) -> list[Any]:
        return []


Call = Callable[..., int]


def command(world: ComparedWorld, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Call:
    """Calls ``lago-netsuite reconcile`` with arguments; the exit code."""
    kafka, file = InPlaceOfKafka(world), folder / "connections.yaml"

    def client(connection: Any, *, clock: Any) -> Client:
        transport = httpx.ASGITransport(create_app(world.account))
        return Client(connection, clock=clock, transport=transport, sleep=world.sleep)

    for module, name, double in (
        (reconcile, "lago_documents_of", kafka.documents_of),
        (reconcile, "Client", client),
        (reconcile, "SystemClock", lambda: world.clock),
        (snapshot_reader, "history", kafka.history),
        (snapshot_reader, "exists", kafka.exists),
        (audit_trail, "opened", kafka.opened),
        (failure_log, "take", kafka.take),
        (waiting_records, "read", kafka.nothing),
        (reconciliation_log, "publish", kafka.publish_run),
    ):
        monkeypatch.setattr(module, name, double)
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))

    def call(*arguments: str) -> int:
        file.write_text(yaml_text(asyncio.run(world.connection_settings())), encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            cli.main(["reconcile", *arguments])
        return int(ended.value.code or 0)

    return call
