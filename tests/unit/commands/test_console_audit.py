"""Logins and refusals reach the audit record once, in order, also when Kafka is away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from consumer.clock import FakeClock
from consumer.commands import console_audit
from consumer.commands.console_audit import ConsoleAudit
from consumer.console.audit_entry import AuditEntry
from consumer.errors import ContractError, StartupError
from schemas.audit import CONSOLE


class Trail:
    """In place of the audit topic: keeps what is appended, and fails as often as it is asked to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.written: list[tuple[str, str, str]] = []
        self.failing_openings = self.failing_writes = self.pauses = 0
        monkeypatch.setattr(console_audit.audit_trail, "opened", self.opened)
        monkeypatch.setattr(console_audit.asyncio, "sleep", self.pause)

    async def pause(self, seconds: float) -> None:
        self.pauses += 1

    @asynccontextmanager
    async def opened(self, *_: Any) -> AsyncIterator[Trail]:
        if self.failing_openings:
            self.failing_openings -= 1
            raise StartupError("Kafka cannot be reached")
        yield self

    async def append(self, connection: str, act: str, *, actor: str, reason: str, details: Any) -> None:
        if self.failing_writes:
            self.failing_writes -= 1
            raise ContractError("Kafka did not acknowledge")
        self.written.append((connection, act, actor))


@pytest.fixture
def trail(monkeypatch: pytest.MonkeyPatch) -> Trail:
    return Trail(monkeypatch)


@pytest.mark.parametrize(("openings", "writes"), [(0, 0), (3, 0), (0, 2), (1, 1)])
async def test_what_is_taken_is_written_once_and_in_order(trail, openings, writes):
    """It is tried again until Kafka takes it."""
    trail.failing_openings, trail.failing_writes = openings, writes
    audit = ConsoleAudit(None, FakeClock(), asyncio.Lock())
    for number in range(3):
        audit.keep(AuditEntry(name="login", actor=f"person {number}"))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(audit.run())
        async with asyncio.timeout(10):
            while len(trail.written) < 3:
                await asyncio.wait([running], timeout=0.01)
        running.cancel()

    assert trail.written == [(CONSOLE, "login", f"person {number}") for number in range(3)]
    assert trail.pauses == openings + writes


async def test_what_waits_for_kafka_is_bounded(trail):
    """The log has the rest."""
    audit = ConsoleAudit(None, FakeClock(), asyncio.Lock())

    for number in range(console_audit.LARGEST_COUNT + 5):
        audit.keep(AuditEntry(name="login_refused", actor=f"person {number}"))
    await audit.write()

    assert len(trail.written) == console_audit.LARGEST_COUNT
