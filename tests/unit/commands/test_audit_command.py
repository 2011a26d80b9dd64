"""`audit verify` names the record that was altered; `audit export` says who closed what, when and why."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from consumer.commands import audit as command
from consumer.commands import audit_trail, error_closing
from consumer.commands.error_closing import Wish
from consumer.config.settings import Settings
from schemas import audit
from schemas.audit import AuditRecord
from tests.unit.failures.errors import failure


def close(number: int, previous: str) -> AuditRecord:
    """Ada closes a failure."""
    wish = Wish(act="close", ids=(), reason="entered twice", actor="ada", go=True)
    named = failure(number, message=f"invoice ACME-{number} (10.00 EUR, 2026-08-01): no item")
    return AuditRecord(
        connection="netsuite-eu",
        act="close",
        actor="ada",
        at=f"2026-08-0{number}T09:00:00Z",
        reason=wish.reason,
        details=error_closing.details(wish, named),
    ).sealed(previous)


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> list[AuditRecord]:
    """Three acts of one connection."""
    found: list[AuditRecord] = []
    for number in (1, 2, 3):
        found.append(close(number, found[-1].hash if found else audit.FIRST))

    async def read(_: object) -> list[AuditRecord]:
        return found

    monkeypatch.setattr(audit_trail, "read", read)
    return found


def test_an_altered_record_is_named(records, capsys):
    """By its number among the acts of its connection; exit code 1."""
    records[1] = records[1].model_copy(update={"reason": "because I can"})

    assert asyncio.run(command.verify(Settings())) == 1
    assert capsys.readouterr().out == (
        "connection netsuite-eu, record 2: its content is not what its hash says\n"
    )


def test_the_export_answers_who_closed_what_when_and_why(records, capsys):
    """A row for each act; what was overtaken and appended again is one."""
    overtaken = close(3, records[0].hash)
    records.insert(2, overtaken)

    asyncio.run(command.export(Settings(), None))

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(each["actor"], each["act"], each["at"], each["reason"]) for each in rows] == [
        ("ada", "close", f"2026-08-0{number}T09:00:00Z", "entered twice") for number in (1, 2, 3)
    ]
    assert "document Invoice ACME-1 (10.00 EUR)" in rows[0]["details"]
    assert "error error-1" in rows[0]["details"]
    assert asyncio.run(command.verify(Settings())) == 0
    assert "3 records of 1 connections: every chain holds." in capsys.readouterr().out
