"""Sums over open failures, computed as a whole, so that pages read them at once however many there are."""

from __future__ import annotations

import sqlite3

_CAUSES = """
INSERT INTO cause_sums
SELECT connection, code, cause_key, currency, count(*), sum(amount), min(oldest_ms) FROM (
    SELECT connection, code, cause_key, currency, max(amount) AS amount, min(published_ms) AS oldest_ms
    FROM reasons WHERE is_open GROUP BY connection, code, cause_key, document
) GROUP BY connection, code, cause_key, currency
"""
_MISSING = """
INSERT INTO missing_sums
SELECT connection, currency, count(*), sum(amount) FROM (
    SELECT connection, currency, max(amount) AS amount FROM failures INDEXED BY failures_open
    WHERE state = 'open'
    GROUP BY connection, object, CASE lago_id WHEN '' THEN id ELSE lago_id END
) GROUP BY connection, currency
"""


def refresh(connection: sqlite3.Connection) -> None:
    """Compute them; a document counts once in each sum however often it failed."""
    for statement in ("DELETE FROM cause_sums", _CAUSES, "DELETE FROM missing_sums", _MISSING):
        connection.execute(statement)
