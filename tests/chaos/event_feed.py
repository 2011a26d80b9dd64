"""The events for fault injections, and their comparison with the sandbox's records."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random, SystemRandom

from aiokafka.errors import KafkaError

from consumer.errors import StartupError
from tests.integration import running_programs
from tests.integration.worker_under_test import Stage
from tests.support import lago

CUSTOMERS = 5
PARTITIONS = 12
GROUP = f"worker.{running_programs.CODE}"
EVENTUALLY_S = 120.0
LOOK_EVERY_S = 0.1
SEED_OF_CI = 20_261_130


def seeds(count: int) -> list[int]:
    """New seeds in every run, CI's excepted; ``CHAOS_SEEDS="17 4711"`` repeats those that failed."""
    given = os.environ.get("CHAOS_SEEDS")
    if given:
        return [int(seed) for seed in given.split()]
    chance = Random(SEED_OF_CI) if os.environ.get("CI") else SystemRandom()
    return [chance.randrange(1_000_000) for _ in range(count)]


@dataclass(slots=True, kw_only=True)
class Feed:
    """Invoices on all partitions, some more than once; `chance` decides what and when."""

    seed: int
    on_kafka: Stage
    invoices: list[str] = field(default_factory=list)
    produced: Counter[int] = field(default_factory=Counter)
    chance: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        self.chance.seed(self.seed)

    async def produce(self, count: int) -> None:
        """So many new invoices, and a quarter of them again; each customer keeps its order of events."""
        numbers = range(len(self.invoices), len(self.invoices) + count)
        events = [self._event(number) for number in numbers]
        events += self.chance.sample(events, count // 4)
        self.chance.shuffle(events)
        for event in events:
            partition = self.chance.randrange(PARTITIONS)
            await self.on_kafka.produce(event, partition=partition)
            self.produced[partition] += 1

    def written(self, netsuite: running_programs.Sandbox) -> Counter[str]:
        """How many NetSuite invoices there are for each Lago invoice."""
        ours = set(self.invoices)
        found = (each["custbody_lago_id"] for each in netsuite.records("invoice"))
        return Counter(each for each in found if each in ours)

    def is_in_the_books(self, netsuite: running_programs.Sandbox) -> None:
        """Every invoice and customer is written exactly once."""
        assert self.written(netsuite) == Counter(dict.fromkeys(self.invoices, 1)), f"seed {self.seed}"
        customers = Counter(each["custentity_lago_id"] for each in netsuite.records("customer"))
        assert set(customers.values()) == {1}, f"seed {self.seed}"

    async def all_committed(self) -> bool:
        """Whether the group has committed the last event of every partition."""
        group = f"{self.on_kafka.cluster.topic_prefix}{GROUP}"
        return await self.on_kafka.positions(group, self.produced) == dict(self.produced)

    def _event(self, number: int) -> bytes:
        invoice = lago.id_of("chaos", self.seed, number)
        self.invoices.append(invoice)
        who = number % CUSTOMERS
        customer = lago.customer(
            lago_id=lago.id_of("chaos customer", self.seed, who),
            external_id=f"c-{self.seed}-{who}",
            currency="EUR",
        )
        return lago.invoice_event(lago_id=invoice, number=f"K-{self.seed}-{number}", customer=customer)


async def until(
    claim: Callable[[], bool | Awaitable[bool]], *, limit_s: float = EVENTUALLY_S, because: str = ""
) -> float:
    """Wait for a claim about other processes; gives how long it took."""
    began_s, unknown = time.monotonic(), None
    while time.monotonic() - began_s < limit_s:
        unknown = None
        try:
            answer = claim()
            if await answer if isinstance(answer, Awaitable) else answer:
                return time.monotonic() - began_s
        except (StartupError, KafkaError, AttributeError) as error:
            # A broker is away, and nobody can say; AttributeError is aiokafka's for a coordinator's code.
            unknown = error
        await asyncio.sleep(LOOK_EVERY_S)
    raise AssertionError(f"not within {limit_s:.0f} s {because}") from unknown
