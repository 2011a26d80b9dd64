"""
A worker's report of how its connection stands: breaker, pause and permits, on ``lago.netsuite.waiting``.

It never stops the stream: what cannot be published is tried again at the next turn.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from consumer.clock import Clock
from consumer.engine.engine import Engine
from consumer.errors import ContractError, StartupError
from consumer.events import error_parts, headers
from consumer.limits.permit_reading import Reading
from consumer.limits.permits import PermitPool
from consumer.ops.best_effort import BestEffort
from consumer.record import Event
from consumer.stream.waiting_topic import WaitingOutput
from schemas import connection_state, waiting
from schemas.connection_state import ConnectionState
from schemas.scalar import utc_text

LOOK_EVERY_S = 5.0
REPORT_EVERY_S = 60.0

log = structlog.get_logger(__name__)


class StateReport:
    """The reports of one stream."""

    def __init__(  # noqa: PLR0913 - what it reads, each named at the one call
        self,
        output: WaitingOutput,
        *,
        connection: str,
        worker: str,
        topic: str,
        cap: int,
        engine: Engine,
        permit_pool: PermitPool,
        clock: Clock,
    ) -> None:
        """
        Nothing is reported yet.

        Args:
            output: where the reports go.
            connection: its code.
            worker: the name of this host.
            topic: the first input topic, with prefix.
            cap: the account's limit.
            engine: knows the partitions and the calls in flight.
            permit_pool: knows the breaker and the permits.
            clock: of the timestamps.
        """
        self._output = output
        self._connection = connection
        self._worker = worker
        self._topic = topic
        self._cap = cap
        self._engine = engine
        self._permit_pool = permit_pool
        self._clock = clock
        self._best_effort = BestEffort(monotonic_s=clock.monotonic_s)
        self._open_since: datetime | None = None
        self._said: tuple[object, ...] | None = None
        self._said_at_s = float("-inf")

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            with self._best_effort.of("state_report"):
                await self.turn()

    async def turn(self) -> None:
        """Report when breaker, pause or share change and every `REPORT_EVERY_S`; not without partitions."""
        state = self.state()
        if state is None:
            return
        now_s = self._clock.monotonic_s()
        said = (state.key, state.breaker, state.reason, state.leased, state.paused)
        if said == self._said and now_s - self._said_at_s < REPORT_EVERY_S:
            return
        try:
            if not await self._output.topic.exists():
                return
            await self._output.publish(_event(state))
        except (ContractError, StartupError, TimeoutError) as error:
            log.debug("state_not_reported", connection=self._connection, error=str(error))
            return
        self._said, self._said_at_s = said, now_s

    def state(self) -> ConnectionState | None:
        """The present state; None while this worker owns no partition."""
        owned = [
            each.number for each in self._engine.owned_partitions.partitions if each.topic == self._topic
        ]
        reading, now = self._permit_pool.reading(), self._clock.now()
        self._open_since = (self._open_since or now) if reading.reason else None
        if not owned:
            return None
        return ConnectionState(
            connection=self._connection,
            partition=min(owned),
            worker=self._worker,
            cap=self._cap,
            leased=reading.leased,
            permits=reading.permits,
            in_use=self._engine.calls,
            paused=reading.is_paused,
            as_of=utc_text(now),
            **_breaker(reading, self._open_since),
        )


def _breaker(reading: Reading, since: datetime | None) -> dict[str, str | None]:
    if reading.reason is None:
        return {"breaker": "closed"}
    return {
        "breaker": "open",
        "reason": reading.reason.value,
        "because": error_parts.short(reading.because),
        "since": utc_text(since) or None,
    }


def _event(state: ConnectionState) -> Event:
    return Event(
        topic=waiting.TOPIC,
        key=state.key.encode(),
        value=state.model_dump_json().encode(),
        headers=headers.cloud_event(
            event_id=f"{state.key}/{state.as_of}",
            event_type=connection_state.EVENT_TYPE,
            source=f"/lago-netsuite/{state.connection}",
            time=state.as_of,
        ),
    )
