"""All open connections, limited in number and time, so that idle and slow ones do not block others."""

from __future__ import annotations

import asyncio
from typing import Protocol

from consumer.clock import Clock
from consumer.ingest.arrival import TOO_BUSY, Arrival
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.response import Answer

# About 30 KB of memory each while its request is received.
CONNECTIONS = 4_096
# Younger connections are not shed: a webhook of Lago's is complete within this time.
SPARED_S = 2.0
SWEEP_EVERY_S = 0.5
# While stopping, requests that are not complete by then get 503.
STOP_PATIENCE_S = 7.0


class Connection(Protocol):
    """What `Connections` uses of one connection."""

    arrival: Arrival | None

    def close(self) -> None:
        """Close it; no byte of a request is received."""
        ...

    def refuse(self, answer: Answer, *, ends_connection: bool = False) -> None:
        """Refuse the request that is being received."""
        ...

    def drain(self) -> None:
        """Close it after its next response."""
        ...

    def sweep(self, now_s: float) -> None:
        """End it when it has exceeded a time limit."""
        ...


class Connections:
    """
    All open connections by state.

    Attributes:
        inflight: the limit for their requests.
        clock: for their time limits.
        is_draining: whether connections close after their next response.
        is_stopping: whether no new connections are accepted.
    """

    def __init__(self, inflight: InflightLimit, *, clock: Clock, limit: int = CONNECTIONS) -> None:
        self.inflight = inflight
        self.clock = clock
        self.is_draining = False
        self.is_stopping = False
        self._limit = limit
        self._stopping_since_s = 0.0
        # Dictionaries keep the order of insertion: the oldest key is the first.
        self._open: dict[Connection, None] = {}
        self._idle: dict[Connection, None] = {}
        self._unproven: dict[Connection, Arrival] = {}

    def __len__(self) -> int:
        """The number of open connections."""
        return len(self._open)

    def opened(self, connection: Connection) -> bool:
        """Add a connection, and shed the oldest idle or unverified one if needed; False when none can be."""
        has_place = len(self._open) < self._limit or self._shed_one()
        self._open[connection] = None
        self._idle[connection] = None
        return has_place

    def closed(self, connection: Connection) -> None:
        """Remove a closed connection."""
        for each in (self._open, self._idle, self._unproven):
            each.pop(connection, None)

    def idle(self, connection: Connection) -> None:
        """Set it idle: no request is being received or processed."""
        self._unproven.pop(connection, None)
        if connection in self._open:
            self._idle[connection] = None

    def unproven(self, connection: Connection, arrival: Arrival) -> None:
        """Set it unverified: the first byte of a request is received."""
        self._idle.pop(connection, None)
        self._unproven[connection] = arrival

    def proven(self, connection: Connection) -> None:
        """Set it verified: its request is Lago's, and is not shed."""
        self._unproven.pop(connection, None)

    def make_space(self) -> bool:
        """Refuse the largest unverified request older than `SPARED_S`; False when there is none."""
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
        """From now on close every connection after its response."""
        self.is_draining = True
        for each in self._open:
            each.drain()

    def stop(self) -> None:
        """Begin to stop: requests that have begun may complete within `STOP_PATIENCE_S`."""
        self.is_stopping = True
        self._stopping_since_s = self.clock.monotonic_s()

    def sweep(self) -> None:
        """End connections that exceed a time limit, and while stopping refuse incomplete requests."""
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
