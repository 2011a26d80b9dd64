"""One connection in figures: what stands in NetSuite, when it last wrote, and how long events take."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from consumer.console import result_list

LATEST = 200
"""Results from which durations are taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFigures:
    """
    The figures of one connection; None before the first result.

    Attributes:
        counts: documents in NetSuite by kind.
        last_written_ms: milliseconds since the epoch.
        median_ms: from the event on Kafka to NetSuite's answer.
        p95_ms: what one of twenty takes longer than.
    """

    code: str
    counts: Mapping[str, int]
    last_written_ms: int | None = None
    median_ms: float | None = None
    p95_ms: float | None = None


def of(connection: sqlite3.Connection, code: str) -> ConnectionFigures:
    """The figures of a connection, durations of its latest results."""
    rows = result_list.page(connection, code, limit=LATEST)
    durations = sorted(row["latency_ms"] for row in rows)
    counts = result_list.counts(connection, code)
    if not rows:
        return ConnectionFigures(code=code, counts=counts)
    return ConnectionFigures(
        code=code,
        counts=counts,
        last_written_ms=rows[0]["written_ms"],
        median_ms=durations[len(rows) // 2],
        p95_ms=durations[(len(rows) * 95 - 1) // 100],
    )
