"""``audit``: the actions of people, read from the topic ``lago.netsuite.audit``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from consumer.commands import audit_trail, console_output, csv_file
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster
from consumer.ops import plain_text
from schemas import audit
from schemas.audit import AuditRecord

GOOD, FAILED = 0, 1
COLUMNS = ("at", "connection", "actor", "act", "reason", "details", "hash")


async def show(settings: Settings, connection: str | None, *, as_json: bool) -> int:
    """
    List the actions, oldest first.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    records = await _acts(settings, connection)
    if as_json:
        console_output.say_json([record.model_dump(mode="json") for record in records])
        return GOOD
    if not records:
        console_output.say("Nobody has done anything yet.")
    for record in records:
        _say(f"{record.at}  {record.connection}  {record.actor}: {record.act}")
        for line in (record.reason, _details(record)):
            if line:
                _say(f"    {line}")
    return GOOD


async def verify(settings: Settings) -> int:
    """
    Check the hash chain of every connection; 1 when one is broken.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    records = await audit_trail.read(Cluster.of(settings))
    found = list(audit.breaks(records))
    for each in found:
        _say(f"connection {each.connection}, record {each.place}: {each.reason}")
    if found:
        return FAILED
    kept = audit.acts(records)
    connections = len({record.connection for record in kept})
    console_output.say(f"{len(kept)} records of {connections} connections: every chain holds.")
    return GOOD


async def export(settings: Settings, connection: str | None) -> int:
    """
    Write the records as CSV.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the topic.
    """
    records = await _acts(settings, connection)
    csv_file.write(sys.stdout, COLUMNS, [_row(record) for record in records])
    return GOOD


async def _acts(settings: Settings, connection: str | None) -> Sequence[AuditRecord]:
    records = audit.acts(await audit_trail.read(Cluster.of(settings)))
    return [record for record in records if connection in {None, record.connection}]


def _say(line: str) -> None:
    # A line end in a reason must not imitate a record.
    console_output.say(plain_text.one_line(line))


def _row(record: AuditRecord) -> dict[str, str]:
    return {**record.model_dump(include=set(COLUMNS)), "details": _details(record)}


def _details(record: AuditRecord) -> str:
    return ", ".join(f"{name} {value}" for name, value in record.details.items())
