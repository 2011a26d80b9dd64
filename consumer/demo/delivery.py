"""Post Lago's webhooks to `ingest` at a constant rate, and wait until they are on Kafka."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from consumer.demo import http
from consumer.demo.bad_requests import TAKEN, Caller
from consumer.demo.lago import Lago
from consumer.demo.outcomes import Place, Played
from consumer.demo.processes_under_test import Ground
from consumer.demo.scenario_event import Algorithm, ScenarioEvent
from consumer.demo.topic_watch import TopicRecords, until
from consumer.kafka.cluster import Cluster
from consumer.kafka.republisher import Copy, Republisher, opened
from consumer.ops.metrics.reading import parked_in
from schemas import wire

# Well below the throughput of one account, so that the measured latency contains no time in a queue.
EVENTS_PER_S = 24.0
ARRIVE_LIMIT_S = 15.0
# A record that waits for a missing document is retried after five seconds; this wait must end before that.
WAITING_LIMIT_S = 4.0
LINK_LIMIT_S = 15.0
LOOK_EVERY_S = 0.1

Look = Callable[[], None]
"""Called repeatedly, to show the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    The response of `ingest` to one request.

    Attributes:
        said: ``error`` or ``status`` of the response body; the whole text when it is not a JSON object.
        sent_ms: when the request was posted, in milliseconds since the epoch.
        took_ms: how long the response took, in milliseconds.
    """

    status: int
    said: str
    algorithm: Algorithm
    sent_ms: float
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    An event of the scenario that has happened.

    With the response of ingest, or with its position when it went to Kafka directly; without both when it
    comes from Lago's API.
    """

    step: ScenarioEvent
    answer: Answer | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """
    Sends the scenario.

    Attributes:
        seen: the records read from the topics so far.
        events_per_s: how many events are sent in a second, at most.
    """

    processes: Ground
    lago: Lago
    seen: TopicRecords
    events_per_s: float = EVENTS_PER_S

    async def send(self, steps: Iterable[ScenarioEvent], look: Look) -> list[Sent]:
        """Send every event in order, each acknowledged before the next one is asked for."""
        due_s, sent = time.monotonic(), list[Sent]()
        async with opened(Cluster.of(self.processes.settings)) as republisher:
            for step in steps:
                if step.way in {"webhook", "topic"}:
                    await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                    due_s = max(due_s, time.monotonic()) + 1 / self.events_per_s
                sent.append(await self._send(step, republisher))
                await self._await(step)
                look()
        return sent

    async def send_bad_requests(self, caller: Caller) -> Answer:
        """Post one bad request; returns the response."""
        return await self._post(caller.body, caller.signed, caller.algorithm, caller.unique_key)

    async def _await(self, step: ScenarioEvent) -> None:
        invoices = self.lago.month.organization.invoices
        await until(
            lambda: all(invoices[each]["metadata"] for each in step.linked_first), limit_s=LINK_LIMIT_S
        )
        match step.until:
            case "taken":
                return
            case "published":
                await until(lambda: self.seen.has_ended(step), limit_s=ARRIVE_LIMIT_S)
            case "waiting":
                await self._until_it_waits()
            case _:
                assert_never(step.until)

    async def _until_it_waits(self) -> None:
        give_up_at_s = time.monotonic() + WAITING_LIMIT_S
        while time.monotonic() < give_up_at_s:
            _, text = await http.get(f"{self.processes.ops}/metrics")
            if parked_in(text, "dependency"):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _send(self, step: ScenarioEvent, republisher: Republisher) -> Sent:
        match step.way:
            case "webhook":
                answer = await self._post(step.value, step.value, step.algorithm, step.unique_key)
                return Sent(step=step, answer=answer)
            case "topic":
                topic = f"{self.processes.settings.topic_prefix}{step.topic}"
                copy = Copy(topic=topic, partition=0, key=step.key, value=step.value)
                [kept] = await republisher.put([copy])
                return Sent(step=step, place=(kept.topic, kept.partition, kept.offset))
            case "lago_api" | "lost":
                return Sent(step=step)
            case _:
                assert_never(step.way)

    async def _post(self, body: bytes, signed: bytes | None, algorithm: Algorithm, unique_key: str) -> Answer:
        headers = self.lago.headers(signed, algorithm, unique_key)
        sent_ms, began_s = time.time() * 1000, time.perf_counter()
        status, text = await http.post(self.processes.door, body, headers)
        took_ms = (time.perf_counter() - began_s) * 1000
        return Answer(status=status, said=_word(text), algorithm=algorithm, sent_ms=sent_ms, took_ms=took_ms)


async def until_arrived(sent: Sequence[Sent], seen: TopicRecords) -> list[Played]:
    """Wait until all accepted webhooks are on Kafka, `ARRIVE_LIMIT_S` at most; returns the events there."""
    taken = {each.step.unique_key for each in sent if each.answer and each.answer.status == TAKEN}
    await until(lambda: seen.arrivals.keys() >= taken, limit_s=ARRIVE_LIMIT_S)
    found = ((each, each.place or seen.arrivals.get(each.step.unique_key)) for each in sent)
    return [
        Played(step=each.step, place=place, sent_ms=each.answer.sent_ms if each.answer else None)
        for each, place in found
        if place is not None
    ]


async def until_read(sent: Sequence[Sent], seen: TopicRecords) -> list[Played]:
    """Wait until the worker has read all payments from Lago's API, `ARRIVE_LIMIT_S` at most."""
    expected = sum(each.step.reads for each in sent)
    await until(lambda: len(seen.read_by("lago_api")) >= expected, limit_s=ARRIVE_LIMIT_S)
    steps = {each.step.lago_id: each.step for each in sent if each.step.topic == "lago.payments"}
    return [
        Played(step=_as_read(steps[each.lago_id]), place=each.place)
        for each in seen.read_by("lago_api")
        if each.lago_id in steps
    ]


def _as_read(step: ScenarioEvent) -> ScenarioEvent:
    """The same payment, read because the invoice's status has changed."""
    title = f"payment {step.title.partition(' ')[2]}, read from Lago"
    known = None if step.way != "lago_api" else step.plant
    return replace(step, title=title, plant=known, way="lago_api")


def _word(text: str) -> str:
    try:
        said = wire.loads(text)
    except ValueError:
        return text
    return str(said.get("error") or said.get("status")) if isinstance(said, dict) else text
