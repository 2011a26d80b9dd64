"""All open connections: bounded in number and in time, so that idle and slow ones cost nobody else."""

from __future__ import annotations

import asyncio
from typing import Protocol

from consumer.clock import Clock
from consumer.ingest.arrival import TOO_BUSY, Arrival
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.response import Answer

# About 30 KB each while its request comes in.
CONNECTIONS = 4_096
# Nobody is shed who has been here for less: an honest webhook is through by then.
SPARED_S = 2.0
SWEEP_EVERY_S = 0.5
# Of the time to stop: what has not come in whole by then is answered 503.
STOP_PATIENCE_S = 7.0


class Connection(Protocol):
    """One of them, as far as it matters here."""

    arrival: Arrival | None

    def close(self) -> None:
        """End it; nothing of a request has come."""
        ...

    def refuse(self, answer: Answer, *, ends_connection: bool = False) -> None:
        """Answer the request that is coming in."""
        ...

    def drain(self) -> None:
        """End it with the answer that comes next."""
        ...

    def sweep(self, now_s: float) -> None:
        """End what has taken too long."""
        ...


class Connections:
    """
    Every open connection by its state.

    Attributes:
        inflight: what requests count with.
        clock: by which they are timed.
        is_draining: whether connections end with their next answer.
        is_stopping: whether no new connection comes any more.
    """

    def __init__(self, inflight: InflightLimit, *, clock: Clock, limit: int = CONNECTIONS) -> None:
        self.inflight = inflight
        self.clock = clock
        self.is_draining = False
        self.is_stopping = False
        self._limit = limit
        self._stopping_since_s = 0.0
        # Dictionaries, because they keep the order in which their keys came: the oldest is the first.
        self._open: dict[Connection, None] = {}
        self._idle: dict[Connection, None] = {}
        self._unproven: dict[Connection, Arrival] = {}

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def opened(self, connection: Connection) -> bool:
        """One more, for which the oldest idle or unproven one is shed; False when nobody can be."""
        has_place = len(self._open) < self._limit or self._shed_one()
        self._open[connection] = None
        self._idle[connection] = None
        return has_place

    def closed(self, connection: Connection) -> None:
        """It is gone."""
        for each in (self._open, self._idle, self._unproven):
            each.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Nothing of a request has come that has no answer yet."""
        self._unproven.pop(connection, None)
        if connection in self._open:
            self._idle[connection] = None

    def unproven(self, connection: Connection, arrival: Arrival) -> None:
        """The first byte of a request has come."""
        self._idle.pop(connection, None)
        self._unproven[connection] = arrival

    def proven(self, connection: Connection) -> None:
        """Its request is Lago's, and is shed no more."""
        self._unproven.pop(connection, None)

    def make_space(self) -> bool:
        """Refuse the largest unproven request of those that are not spared any more; False without any."""
        spared_from_s = self.clock.monotonic_s() - SPARED_S
        largest: tuple[int, Connection] | None = None
        for connection, arrival in self._unproven.items():
            if arrival.began_s > spared_from_s:
                break
            if arrival.refusal is None and (largest is None or arrival.size_bytes > largest[0]):
                largest = (arrival.size_bytes, connection)
        if largest is None or largest[0] == 0:
            return False
        largest[1].refuse(TOO_BUSY)
        return True

    def drain(self) -> None:
        """From now on every connection ends with its answer."""
        self.is_draining = True
        for each in self._open:
            each.drain()

    def stop(self) -> None:
        """No connection comes any more; what has begun is waited for a little while."""
        self.is_stopping = True
        self._stopping_since_s = self.clock.monotonic_s()

    def sweep(self) -> None:
        """End what has taken too long, and when stopping what would take longer than the stop may."""
        now_s = self.clock.monotonic_s()
        for each in list(self._open):
            each.sweep(now_s)
        if self.is_stopping and now_s - self._stopping_since_s > STOP_PATIENCE_S:
            for each in list(self._unproven):
                each.refuse(TOO_BUSY)

    async def keep_swept(self) -> None:
        """Sweep twice a second until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            self.sweep()

    def _shed_one(self) -> bool:
        oldest_idle = next(iter(self._idle), None)
        if oldest_idle is not None:
            del self._idle[oldest_idle]
            oldest_idle.close()
            return True
        spared_from_s = self.clock.monotonic_s() - SPARED_S
        oldest = next(iter(self._unproven.items()), None)
        if oldest is None or oldest[1].began_s > spared_from_s:
            return False
        del self._unproven[oldest[0]]
        oldest[0].refuse(TOO_BUSY, ends_connection=True)
        return True
