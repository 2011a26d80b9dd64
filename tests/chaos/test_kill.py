"""
Workers killed in mid-stream, and workers that race: every Lago object ends as exactly one NetSuite record.

Seeds are drawn anew in every run and printed; ``CHAOS_SEEDS="17 4711"`` repeats those that failed.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

import pytest

from tests import lago_events
from tests.integration import house
from tests.integration.brokers import choice
from tests.integration.stage import Stage, stage, until

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        choice.chosen() is not None and choice.chosen().is_substitute,
        reason="proves something on Apache Kafka only",
    ),
]

SEEDS = 10
INVOICES = 24
CUSTOMERS = 5
PARTITIONS = 12
GROUP = f"worker.{house.CODE}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one seed does."""

    seed: int
    invoices: tuple[str, ...]
    events: tuple[bytes, ...]
    kill_after: int
    fault: dict[str, object]

    @classmethod
    def of(cls, seed: int) -> Plan:
        chance = Random(seed)
        invoices = tuple(lago_events.id_of("chaos", seed, n) for n in range(INVOICES))
        events = [_event(seed, number, invoice) for number, invoice in enumerate(invoices)]
        repeats = chance.sample(events, INVOICES // 4)
        shuffled = [*events, *repeats]
        chance.shuffle(shuffled)
        kinds = [
            {"kind": "slow", "delay_s": 0.2, "times": chance.randint(1, 6)},
            {"kind": "reset_after_commit", "times": chance.randint(1, 2)},
            {"kind": "502", "times": 1},
        ]
        return cls(
            seed=seed,
            invoices=invoices,
            events=tuple(shuffled),
            kill_after=chance.randint(1, INVOICES - 4),
            fault=chance.choice(kinds),
        )


def _event(seed: int, number: int, invoice: str) -> bytes:
    who = number % CUSTOMERS
    customer = lago_events.customer(
        lago_id=lago_events.id_of("chaos customer", seed, who), external_id=f"c-{seed}-{who}", currency="EUR"
    )
    return lago_events.invoice_event(lago_id=invoice, number=f"K-{seed}-{number}", customer=customer)


def seeds() -> list[int]:
    given = os.environ.get("CHAOS_SEEDS")
    if given:
        return [int(seed) for seed in given.split()]
    return [SystemRandom().randrange(1_000_000) for _ in range(SEEDS)]


@pytest.fixture
def netsuite(tmp_path: Path) -> Iterator[house.Sandbox]:
    with house.sandbox(tmp_path) as ready:
        yield ready


def written(netsuite: house.Sandbox, invoices: tuple[str, ...]) -> Counter[str]:
    """How many NetSuite invoices there are for each of these Lago invoices."""
    ours = set(invoices)
    return Counter(
        each["custbody_lago_id"] for each in netsuite.records("invoice") if each["custbody_lago_id"] in ours
    )


async def all_committed(on_kafka: Stage, produced: Counter[int], group: str) -> bool:
    """Whether the group stands behind the last event of every partition."""
    return await on_kafka.positions(group, produced) == dict(produced)


async def test_a_killed_worker_leaves_nothing_out_and_nothing_twice(
    tmp_path, bootstrap_servers, topic_prefix, netsuite, capsys
):
    """Ten times SIGKILL at a random moment, with faults around it: one NetSuite record per Lago object."""
    environment = house.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=house.connection(netsuite),
        # The same member comes back after a kill: without it Kafka would wait for the dead one's session.
        static_membership="true",
    )
    produced: Counter[int] = Counter()
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        with ExitStack() as stack:
            worker = stack.enter_context(house.worker(tmp_path, environment))
            for seed in seeds():
                plan = Plan.of(seed)
                netsuite.strike(**plan.fault)
                for place, event in enumerate(plan.events):
                    partition = place % PARTITIONS
                    await on_kafka.produce(event, partition=partition)
                    produced[partition] += 1
                await until(lambda p=plan: len(written(netsuite, p.invoices)) >= p.kill_after)
                worker.kill()
                done_when_killed = len(written(netsuite, plan.invoices))
                worker = stack.enter_context(house.worker(tmp_path, environment))
                await until(lambda: all_committed(on_kafka, produced, f"{topic_prefix}{GROUP}"))

                with capsys.disabled():
                    killed = f"killed at {done_when_killed} of {INVOICES}"
                    print(f"\n  seed {seed}: {plan.fault['kind']}, {killed}", end="")  # noqa: T201 - see above
                assert written(netsuite, plan.invoices) == Counter(dict.fromkeys(plan.invoices, 1)), seed
    customers = Counter(each["custentity_lago_id"] for each in netsuite.records("customer"))
    assert set(customers.values()) == {1}


async def test_the_same_event_fifty_times_and_two_workers_at_once_make_one_record(
    tmp_path, bootstrap_servers, topic_prefix, netsuite
):
    """Copies of one event on all partitions, some at either worker: one creates, the rest find."""
    environment = house.environment(
        tmp_path,
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        connection=house.connection(netsuite),
    )
    plan = Plan.of(seed=0)
    produced: Counter[int] = Counter()

    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        with (
            house.worker(tmp_path, environment, name="first") as first,
            house.worker(tmp_path, environment, name="second") as second,
        ):
            await asyncio.to_thread(first.until_ready)
            await asyncio.to_thread(second.until_ready)
            for copy in range(50):
                await on_kafka.produce(plan.events[0], partition=copy % PARTITIONS)
                produced[copy % PARTITIONS] += 1
            await until(lambda: all_committed(on_kafka, produced, f"{topic_prefix}{GROUP}"))
            shares = [first.said.count("record_settled"), second.said.count("record_settled")]

    assert len(netsuite.records("invoice")) == 1
    assert len(netsuite.records("customer")) == 1
    assert sum(shares) == 50
    assert min(shares) > 0
