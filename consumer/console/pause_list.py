"""Which connections people have paused, from the acts in the tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from consumer.limits.pause import Pause, Pauses
from schemas.audit import AuditRecord

# SQLite would read all acts of the connection from the last one on, and most are about something else.
_LAST = """
SELECT act, actor, at, reason FROM acts INDEXED BY acts_of_pauses
WHERE connection = ? AND act IN ('pause', 'resume')
ORDER BY place DESC LIMIT 1
"""


def paused(connection: sqlite3.Connection, codes: Iterable[str]) -> Mapping[str, Pause]:
    """The pauses of those of these connections that are paused now."""
    found = {code: pause for code in codes if (pause := _last(connection, code)) is not None}
    return dict(sorted(found.items(), key=lambda each: each[1].at))


def _last(connection: sqlite3.Connection, code: str) -> Pause | None:
    row = connection.execute(_LAST, (code,)).fetchone()
    return Pauses.of_acts([AuditRecord(connection=code, **row)]).of(code) if row else None
