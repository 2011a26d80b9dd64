"""Events processed by a worker in memory, and their outcomes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from structlog.testing import capture_logs

from consumer.record import Event
from tests.memory.system import World
from tests.memory.worker import TURNS_AT_MOST, Worker

TURNS_AN_EVENT = 100
IN_NETSUITE = {"written", "already_there"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """
    The outcomes of events, by offset.

    Attributes:
        ends: how often each was settled; 1 is correct.
        outcomes: in NetSuite, ignored by which rule, rejected with which code.
        errors: their error events.
        documents: what is in NetSuite.
    """

    ends: Counter[int]
    outcomes: dict[int, str]
    errors: dict[int, list[Event]]
    documents: set[str]
    committed: int | None

    def code(self, offset: int) -> str:
        """The error code of a record's only error event."""
        [event] = self.errors[offset]
        body = json.loads(event.value)
        code: str = body["accounting_provider_customer_error"]["provider_error"]["error_code"]
        return code


async def carried(values: Sequence[bytes]) -> Carried:
    """Produce these events, and run a worker until all are settled and committed."""
    world = World()
    world.kafka.produce(*values)
    with capture_logs() as logs:
        async with Worker(world).running() as worker:
            await worker.until_at_rest(TURNS_AT_MOST + TURNS_AN_EVENT * len(values))
    settled = [each for each in logs if each["event"] == "record_settled"]
    errors: dict[int, list[Event]] = {}
    for event in world.kafka.errors:
        errors.setdefault(json.loads(event.value)["source"]["offset"], []).append(event)
    return Carried(
        ends=Counter(_offset(each) for each in settled),
        outcomes={_offset(each): _outcome(each) for each in settled},
        errors=errors,
        documents=set(world.account.versions),
        committed=world.kafka.position(),
    )


def _offset(line: dict) -> int:
    return int(line["source"].rsplit("/", 1)[1])


def _outcome(line: dict) -> str:
    if line["outcome"] in IN_NETSUITE:
        return "in NetSuite"
    return f"{line['outcome']} {line.get('rule') or line.get('code')}"
