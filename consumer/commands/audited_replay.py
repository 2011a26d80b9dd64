"""A replay as an act of a person, at the command line or on a page: first on the audit record, then done."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consumer.clock import Clock
from consumer.commands import audit_trail
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.replay_run import Advance, Done, Replaying
from consumer.failures import run as runs
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.failures.run import Begin, Run
from consumer.failures.selection import Selection
from consumer.kafka import republisher
from consumer.kafka.cluster import Cluster

LISTED_IDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who acts, and why; the reason may be empty."""

    actor: str
    reason: str = ""


class Chosen(Protocol):
    """What the audit record needs to know of a failure."""

    @property
    def id(self) -> str: ...
    @property
    def connection(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def published_ms(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    A run of replays as somebody asks for it.

    Attributes:
        selection: how the failures were chosen; None where by their ids.
        carried_on: a run that had stopped, instead of a new one.
    """

    by: By
    rate_per_s: float
    selection: Selection | None = None
    carried_on: Run | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def run_id(self) -> str:
        """The id of the run."""
        return self.carried_on.id if self.carried_on else self.id


Chunks = AsyncIterator[Sequence[Failure]]
"""The failures to replay, all that share an event in one chunk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """
    What a run goes by.

    Attributes:
        history: of the replays before; it may grow with each chunk.
        stop: ends the run after the present batch.
        is_steered: whether a record of a person on the audit has stopped it.
        done: what it has done up to now.
    """

    history: History
    clock: Clock
    stop: asyncio.Event
    advance: Advance = lambda _: None
    is_steered: Callable[[], bool] = lambda: False
    done: Done = field(default_factory=Done)


async def run(cluster: Cluster, order: Order, failures: Sequence[Failure], way: Way) -> Done:
    """
    Replay failures; an audit record for each connection goes before its first event.

    Of none it does nothing, unless a run is carried on, which ends then.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done, a second run does the rest.
    """
    if not failures and order.carried_on is None:
        return Done()

    async def one_chunk() -> Chunks:
        yield failures

    async with audit_trail.opened(cluster, way.clock) as trail:
        home = await begin(trail, order, failures)
        await replayed(cluster, order.run_id, order.rate_per_s, one_chunk(), way)
        done = way.done
        if not (done.is_interrupted and way.is_steered()):
            await end(trail, home, order, done, reason="it was interrupted" if done.is_interrupted else "")
    return done


async def begin(trail: AuditTrail, order: Order, chosen: Sequence[Chosen]) -> str:
    """
    Put on the audit record that a run begins or is carried on; gives the connection that steers it.

    Raises:
        StartupError: Kafka does not say what others have appended.
        ContractError: Kafka did not acknowledge.
    """
    by, before = order.by, order.carried_on
    if before is not None:
        said = {"run": before.id, "rate": f"{order.rate_per_s:g}", "left": str(len(chosen))}
        await trail.append(before.home, runs.RESUME, actor=by.actor, reason=by.reason, details=said)
        return before.home
    codes = sorted({each.connection for each in chosen})
    beginning = Begin(
        id=order.run_id,
        rate_per_s=order.rate_per_s,
        newest_ms=max(each.published_ms for each in chosen),
        selection=order.selection,
        ids=[each.id for each in chosen],
    )
    for code in codes:
        own = [each for each in chosen if each.connection == code]
        said = details(own) | beginning.details(codes)
        await trail.append(code, "replay", actor=by.actor, reason=by.reason, details=said)
    return codes[0]


async def replayed(cluster: Cluster, run_id: str, rate_per_s: float, chunks: Chunks, way: Way) -> None:
    """
    Replay what the chunks have, until they end or `way.stop` is set.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge; what is marked is done.
    """
    async with republisher.opened(cluster) as way_back:
        replaying = Replaying(
            cluster,
            way_back,
            history=way.history,
            clock=way.clock,
            rate_per_s=rate_per_s,
            stop=way.stop,
            run_id=run_id,
            done=way.done,
        )
        async for chunk in chunks:
            if way.stop.is_set():
                way.done.is_interrupted = True
            if way.done.is_interrupted:
                break
            await replaying.run(chunk, way.advance)


async def end(trail: AuditTrail, home: str, order: Order, done: Done, *, reason: str) -> None:
    """
    Put on the audit record that a run is done, or why it has stopped; what a person stops is there already.

    Raises:
        StartupError: Kafka does not say what others have appended.
        ContractError: Kafka did not acknowledge.
    """
    said = {
        "run": order.run_id,
        "outcome": "stopped" if reason else "done",
        "replayed": str(len(done.replayed)),
        "missing": str(len(done.missing)),
    }
    await trail.append(home, runs.END, actor=order.by.actor, reason=reason, details=said)


def details(failures: Sequence[Chosen]) -> dict[str, str]:
    """What the audit record says of a replay: how many documents, of which codes, and the first ones' ids."""
    return {
        "documents": str(len(failures)),
        "codes": ", ".join(sorted({each.code for each in failures})),
        "first": failures[0].id,
        "errors": ", ".join(each.id for each in failures[:LISTED_IDS]),
    }
