"""A backfill killed on its way beside live events: the books agree to the minor unit, each document once."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from consumer.kafka.cluster import stop
from tests.bench import books
from tests.chaos.event_feed import GROUP, PARTITIONS
from tests.integration import running_programs
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import World, world
from tests.integration.worker_under_test import Stage, stage

pytestmark = pytest.mark.kafka

INPUTS = ("lago.customers", "lago.invoices", "lago.credit_notes", "lago.payments")
TYPES = ("customer", "invoice", "creditmemo", "customerpayment")
LIVE_EVERY_S, LOOK_EVERY_S = 0.5, 5.0
COPIES = 100
KILLS = 3
READ_BEFORE_A_KILL = 2_500
LIMIT_S = 3_600.0


@dataclass(slots=True, kw_only=True)
class Backfill:
    """A backfill of an empty NetSuite, beside what happens in Lago meanwhile."""

    running: World
    folder: Path
    on_kafka: Stage
    unpaid: list[str]
    made: int = 0

    def killed(self) -> None:
        """Begin or continue it, and kill it once it has read so many more invoices."""
        enough = self._read() + READ_BEFORE_A_KILL
        with self._begun("--go") as process:
            give_up_at_s = time.monotonic() + LIMIT_S
            while self._read() < enough:
                assert process.poll() is None, f"it ended before it could be killed: {self._said}"
                assert time.monotonic() < give_up_at_s, self._said
                self.happen()
                time.sleep(LIVE_EVERY_S)
            process.send_signal(signal.SIGKILL)
            process.wait()

    def happen(self) -> None:
        """A new invoice with a payment, note or void of its own; or a payment of one of the past."""
        self.made += 1
        lago, customer = self.running.lago, f"customer-{self.made % books.CUSTOMERS}"
        lago_id = lago.bill(customer)["lago_id"]
        match self.made % 4:
            case 0:
                lago.act("payments", invoice_ids=[lago_id], how="settled_later")
            case 1:
                lago.act("credit_notes", invoice_id=lago_id, to="offset", share="0.5")
            case 2:
                lago.act("voids", invoice_id=lago_id)
            case _ if self.unpaid:
                lago.act("payments", invoice_ids=[self.unpaid.pop()], how="manual")
            case _:
                pass

    def completed(self, *options: str) -> None:
        """Begin or continue it, and wait for its end."""
        with self._begun(*options) as process:
            assert process.wait(LIMIT_S) == 0, self._said

    async def until_settled(self) -> None:
        """Wait until the worker has committed all that lies on its topics."""
        async with asyncio.timeout(LIMIT_S):
            while await self._backlog():  # noqa: ASYNC110 - another process
                await asyncio.sleep(LOOK_EVERY_S)

    async def _backlog(self) -> int:
        cluster = self.on_kafka.cluster
        places = [
            TopicPartition(cluster.topic(name), place) for name in INPUTS for place in range(PARTITIONS)
        ]
        reader = cluster.reader()
        await cluster.start(reader)
        try:
            ends = await reader.end_offsets(places)
        finally:
            await stop(reader)
        async with cluster.admin() as admin:
            found = await admin.list_consumer_group_offsets(cluster.topic(GROUP), partitions=places)
        return sum(end - max(0, found[place].offset) for place, end in ends.items())

    def in_balance(self) -> str:
        """The last line of `reconcile`, which must end with 0."""
        code, said, problems = command(self.running.environment, "reconcile", limit_s=LIMIT_S)
        assert code == 0, said[-5_000:] + problems
        return str(said.splitlines()[-1])

    def counts(self) -> Counter[str]:
        """The records of each type in NetSuite, of which no two have the same key."""
        found = {each: self.running.netsuite.records(each) for each in TYPES}
        for records in found.values():
            keys = Counter(each["externalid"] for each in records)
            assert not keys or set(keys.values()) == {1}
        return Counter({each: len(records) for each, records in found.items()})

    @contextmanager
    def _begun(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        arguments = ["backfill", *options]
        with running_programs.running(arguments, self._log, self.running.environment) as process:
            yield process

    @property
    def _log(self) -> Path:
        return self.folder / "backfill.log"

    @property
    def _said(self) -> str:
        return self._log.read_text()[-3_000:]

    def _read(self) -> int:
        found: int = self.running.lago.state["requests"].get("GET /invoices/{lago_id}", 0)
        return found


@pytest.mark.chaos_long
async def test_row_29_a_backfill_killed_three_times_beside_live_events_leaves_books_that_agree(
    tmp_path, bootstrap_servers, topic_prefix
):
    """Twenty thousand documents of two thousand customers; a second backfill of all writes nothing."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        with world(tmp_path, bootstrap_servers, topic_prefix, copies=COPIES) as running:
            past = books.organization(1).invoices.values()
            unpaid = [each["lago_id"] for each in past if each["total_due_amount_cents"]]
            one = Backfill(running=running, folder=tmp_path, on_kafka=on_kafka, unpaid=unpaid)
            for _ in range(KILLS):
                await asyncio.to_thread(one.killed)
            await asyncio.to_thread(one.completed, "--go")
            await one.until_settled()
            agreed, counts = await asyncio.to_thread(one.in_balance), one.counts()
            await asyncio.to_thread(one.completed, "--go", "--restart")
            await one.until_settled()

            assert agreed.startswith("In balance: ")
            assert (await asyncio.to_thread(one.in_balance), one.counts()) == (agreed, counts)
            assert counts["customer"] == COPIES * books.CUSTOMERS
            assert sum(counts.values()) > COPIES * (books.CUSTOMERS + books.DOCUMENTS)
