"""Each right of each user, taken away alone: something of that user's then says which it lacks."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from consumer.config.settings import env_name
from consumer.kafka.rights import INPUTS, USES, Operation, Right
from consumer.record import Event, LaneKey, Record
from consumer.sandbox.broker import free_port
from schemas import audit, reconciliation, undeliverable, waiting
from tests.chaos import secured
from tests.chaos.secured import USER, Secured
from tests.integration import failed_events, lago_programs, running_programs
from tests.integration.brokers import apache
from tests.integration.ingest_and_relay import webhook
from tests.integration.lago_programs import Lago
from tests.integration.worker_under_test import Stage, stage
from tests.support import lago as lago_events
from tests.support.command_line import called

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

Found = TypeVar("Found")
RIGHTS = {use.user: use.rights for use in USES}
PREFIX = "each."
DENIED = "does not let"
# A waiting record is shown after half a minute; everything else is said within seconds.
SAID_WITHIN_S = 60.0
LOOK_EVERY_S = 0.1
MONTH = "--month 2026-01 --reason x"
# What each user does, until something is denied. ID is a new failure of the topic in question, FILE an event
# for it.
LINES = {
    "viewer": ("errors", "audit", "status", "plan --topic"),
    "operator": (
        "errors", "replay --id ID --go", "errors close ID --reason x --go",
        "pause --connection netsuite-house --reason x",
    ),
    "sender": ("send FILE --topic --wait 1",),
    "reconcile": ("reconcile", f"reconcile sign-off {MONTH}"),
    "check": ("check --deep --json",),
    "topics": ("topics create",),
}  # fmt: skip
PROCESSES = frozenset({"worker", "ingest", "relay", "console"})
EVENTS = {
    "lago.customers": ("customer.updated", lago_events.customer),
    "lago.credit_notes": ("credit_note.created", lago_events.credit_note),
    "lago.payments": ("payment.succeeded", lago_events.payment),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One on the broker, with Lago and NetSuite beside it; `webhooks_port` is where Lago posts to."""

    broker: Secured
    folder: Path
    lago: Lago
    netsuite: running_programs.Sandbox
    webhooks_port: int
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def environment(self, *, prefix: str = PREFIX, is_administrator: bool = False) -> dict[str, str]:
        """That of the user, who is denied what it has no right to, or of somebody who may do everything."""
        by_user = {"bootstrap_servers": self.broker.bootstrap_servers, **self.broker.settings}
        endpoint = webhook("finance", "http://127.0.0.1:1/")
        connection = running_programs.connection(self.netsuite, lago=self.lago.settings, webhooks=[endpoint])
        return running_programs.environment(
            self.folder,
            topic_prefix=prefix,
            connection=connection,
            **({"bootstrap_servers": self.broker.by_anybody} if is_administrator else by_user),
        )

    def give(self, rights: frozenset[Right], prefix: str = PREFIX) -> None:
        _done(self.broker.give(rights, prefix))

    def take(self, rights: frozenset[Right], prefix: str = PREFIX) -> None:
        for right in rights:
            _done(self.broker.take(right, prefix))

    def failure(self, topic: str) -> str:
        """The id of a new failure of an event on this topic."""
        return self._on_kafka(lambda on_kafka: _failure(on_kafka, topic, next(self.numbers)))

    def produce(self, topic: str, *values: bytes) -> None:
        self._on_kafka(lambda on_kafka: on_kafka.produce(*values, topic=topic))

    def write_a_result(self) -> None:
        """Of the first failure, so that it is to be said that this has ended."""
        self._on_kafka(_written)

    def use(self, right: Right) -> None:
        """Give a worker something to do for which it needs the right, beside what it does by itself."""
        if right == Right(kind="topic", name=waiting.TOPIC, operation=Operation.WRITE):
            event = lago_events.event("payment.succeeded", lago_events.payment())
            self.produce("lago.payments", json.dumps(event).encode())
        if right == Right(kind="topic", name="lago.payments", operation=Operation.WRITE):
            by_administrator = self.environment(is_administrator=True)
            with lago_programs.ingest(self.folder, by_administrator, port=self.webhooks_port):
                self.lago.act("customers", external_id="acme", currency="EUR")
                bill = self.lago.bill()
                self.lago.act("payments", invoice_ids=[bill["lago_id"]], how="charged_at_once")

    def _on_kafka(self, work: Callable[[Stage], Coroutine[Any, Any, Found]]) -> Found:
        async def staged() -> Found:
            async with stage(self.broker.by_anybody, PREFIX) as on_kafka:
                return await work(on_kafka)

        return _done(staged())


def _done(work: Coroutine[Any, Any, Found]) -> Found:
    return asyncio.run(work)


async def _failure(on_kafka: Stage, topic: str, number: int) -> str:
    event = failed_events.invoices(PREFIX, number + 1)[number]
    place = await on_kafka.publisher.put(Event(topic=topic, key=b"k", value=event, partition=0))
    failure = failed_events.failed(event, place)
    await on_kafka.publisher.publish(failure)
    return dict(failure.headers)["ce_id"].decode()


async def _written(on_kafka: Stage) -> None:
    event = failed_events.invoices(PREFIX, 1)[0]
    place = await on_kafka.publisher.put(Event(topic="lago.invoices", key=b"k", value=event, partition=0))
    await on_kafka.publisher.publish(failed_events.failed(event, place))
    record = Record(source=place, timestamp_ms=0, key=b"k", value=event, lane=LaneKey("invoice:1"))
    for each in failed_events.written(record):
        await on_kafka.publisher.publish(each)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """
    With a record on every topic: where there is nothing to read, nobody misses the right to it.

    An invoice of Lago's is missing in NetSuite, so that `reconcile` asks what has failed and what waits.
    """
    apache.require()
    folder, port = tmp_path_factory.mktemp("each-right"), free_port()
    with (
        secured.secured(folder) as broker,
        running_programs.sandbox(folder) as netsuite,
        lago_programs.lago(folder, webhooks=f"http://127.0.0.1:{port}/lago/{running_programs.CODE}") as lago,
    ):
        made = Deployment(broker=broker, folder=folder, lago=lago, netsuite=netsuite, webhooks_port=port)
        for topic in INPUTS:
            made.failure(topic)
        for topic in (waiting.TOPIC, audit.TOPIC, reconciliation.TOPIC, undeliverable.TOPIC):
            made.produce(topic, b"{}")
        made.write_a_result()
        lago.act("customers", external_id="missing", currency="EUR")
        lago.bill("missing")
        yield made


def _named(given: str | Right) -> str:
    return given if isinstance(given, str) else f"{given.operation} {given.name or 'groups'}"


# Kafka leaves out groups that a client may not see without a word, so `check` finds no removed connections.
UNSAID = {("check", "")}
# What the console needs for a single act or record, which its pages are not asked for here.
OF_ACTS = {("console", name) for name in ("", *INPUTS)}
CASES = [
    (user, right)
    for user in RIGHTS
    for right in sorted(RIGHTS[user])
    if (user, right.name) not in UNSAID | OF_ACTS and (user, right.operation) != ("console", Operation.WRITE)
]
# Made by `topics create` itself, each time anew.
BARE = "bare."


@pytest.mark.parametrize(("user", "right"), CASES, ids=_named)
def test_a_right_that_is_taken_away_is_missed(deployment, capsys, user, right):
    """User, resource and what to allow are named; a right that nobody misses would be one too many."""
    prefix = BARE if user == "topics" else PREFIX
    deployment.give(RIGHTS[user], prefix)
    try:
        deployment.take(frozenset({right}), prefix)
        said = _worked(deployment, capsys, user, right)
    finally:
        deployment.take(RIGHTS[user], prefix)

    wanted = re.sub(r"(?<!^)(?=[A-Z])", "_", right.operation).upper()
    named = f"{prefix}{right.name or 'worker.'}"
    sentences = [line for line in said.splitlines() if DENIED in line and named in line]
    assert sentences, said[-3_000:]
    assert all(f"the user {USER} " in each and wanted in each.partition("allow ")[2] for each in sentences), (
        sentences
    )
    assert "Traceback" not in said, said[-3_000:]


def _worked(deployment: Deployment, capsys: pytest.CaptureFixture[str], user: str, right: Right) -> str:
    """What the user is shown or logs, up to a denial."""
    if user in PROCESSES:
        work = partial(deployment.use, right) if user == "worker" else None
        return _ran(deployment, user, work=work)
    return _typed(deployment, capsys, user, right)


def _typed(deployment: Deployment, capsys: pytest.CaptureFixture[str], user: str, right: Right) -> str:
    said = ""
    topic = right.name if right.name in INPUTS else "lago.invoices"
    environment = deployment.environment(prefix=BARE if user == "topics" else PREFIX)
    for line in LINES[user]:
        given = {"ID": lambda: deployment.failure(topic), "FILE": lambda: _file(deployment.folder, topic)}
        words = [given[word]() if word in given else word for word in line.split()]
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            _, out, problems = called(capsys, *words)
        said += out + problems
        if DENIED in said:
            break
    return said


def _file(folder: Path, topic: str) -> str:
    """An event of the kind that belongs on a topic."""
    file = folder / f"{topic}.json"
    if topic in EVENTS:
        webhook_type, content = EVENTS[topic]
        file.write_text(json.dumps(lago_events.event(webhook_type, content())))
    else:
        file.write_bytes(lago_events.invoice_event())
    return str(file)


@contextmanager
def _process(deployment: Deployment, user: str, **own: str) -> Iterator[Path]:
    """The log of one that runs."""
    log_file = deployment.folder / f"{user}.log"
    log_file.unlink(missing_ok=True)
    ports = ("ops_port", "ingest_port", "console_port")
    given = {name: str(free_port()) for name in ports} | {
        "ops_host": "127.0.0.1",
        "console_state": str(deployment.folder / "console.sqlite"),
        **own,
    }
    settings = {env_name(name): value for name, value in given.items()}
    with running_programs.running([user], log_file, deployment.environment() | settings):
        yield log_file


def _ran(deployment: Deployment, user: str, *, work: Callable[[], object] | None = None) -> str:
    with _process(deployment, user) as log_file:
        if work:
            work()
        _wait(lambda: DENIED in log_file.read_text())
        return log_file.read_text()


def _wait(claim: Callable[[], bool]) -> None:
    end_s = time.monotonic() + SAID_WITHIN_S
    while not claim() and time.monotonic() < end_s:
        time.sleep(LOOK_EVERY_S)
