"""Logins and refusals into the audit: taken at once, written when Kafka takes them."""

from __future__ import annotations

import asyncio
from collections import deque

import structlog

from consumer.clock import Clock
from consumer.commands import audit_trail
from consumer.console.audit_entry import AuditEntry
from consumer.errors import LagoNetsuiteError
from consumer.kafka.cluster import Cluster
from schemas.audit import CONSOLE

LARGEST_COUNT = 1_000
"""Of entries that wait for Kafka; what is beyond is in the log only."""
AGAIN_AFTER_S = 5.0

log = structlog.get_logger(__name__)


class ConsoleAudit:
    """
    The chain of what is about the console itself and no connection.

    People can read while Kafka is away, so a login does not wait for its record. The log has each at once.
    """

    def __init__(self, cluster: Cluster, clock: Clock, one_at_a_time: asyncio.Lock) -> None:
        """Begin with nothing; `one_at_a_time` is held while records of this process are written."""
        self.clock, self.one_at_a_time = clock, one_at_a_time
        self._cluster = cluster
        self._waiting: deque[AuditEntry] = deque()
        self._is_due = asyncio.Event()

    def keep(self, entry: AuditEntry) -> None:
        """Take an entry."""
        log.info("console_audited", act=entry.name, actor=entry.actor, reason=entry.reason)
        if len(self._waiting) >= LARGEST_COUNT:
            log.warning("console_audit_full", act=entry.name, actor=entry.actor)
            return
        self._waiting.append(entry)
        self._is_due.set()

    async def run(self) -> None:
        """Write what is taken until cancelled; while Kafka is away it is tried again."""
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            while self._waiting:
                try:
                    await self.write()
                except LagoNetsuiteError as error:
                    log.warning("console_audit_waits", entries=len(self._waiting), error=str(error))
                    await asyncio.sleep(AGAIN_AFTER_S)

    async def write(self) -> None:
        """
        Write what waits.

        Raises:
            StartupError: Kafka cannot be reached, or lacks the topic.
            ContractError: Kafka did not acknowledge; what is acknowledged waits no longer.
        """
        async with self.one_at_a_time, audit_trail.opened(self._cluster, self.clock) as trail:
            while self._waiting:
                entry = self._waiting[0]
                await trail.append(
                    CONSOLE, entry.name, actor=entry.actor, reason=entry.reason, details=entry.details
                )
                self._waiting.popleft()
