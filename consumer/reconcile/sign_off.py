"""Which comparison a person signs a month off by."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from schemas.reconciliation import Reconciliation

OPEN, TOTAL = "open_", "total_"
"""Details of a sign-off: what is open in a currency, and the totals of the month by kind and currency."""
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month by its first and last day."""

    first: date
    last: date

    @staticmethod
    def of(text: str) -> Month | None:
        """The month of a text like ``2026-10``; None for any other text."""
        found = _MONTH.fullmatch(text)
        if found is None or found["year"] == "0000":
            return None
        year, month = int(found["year"]), int(found["month"])
        return Month(first=date(year, month, 1), last=date(year, month, calendar.monthrange(year, month)[1]))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def latest_over(
    month: Month, connection: str, runs: Iterable[Reconciliation], zone: tzinfo = UTC
) -> Reconciliation | None:
    """
    The latest run over all documents of the month that began after its last day; None without one.

    Days end in the zone of the connection, as documents are dated. Of a customer in a zone further west a
    document of the last evening may come later: the run of the next night finds it.
    """
    fitting = [each for each in runs if each.connection == connection and _covers(each, month, zone)]
    return max(fitting, key=lambda each: each.ended_at, default=None)


def _covers(run: Reconciliation, month: Month, zone: tzinfo) -> bool:
    begins, ends = run.since or "", run.until or "9999-12-31"
    is_whole = begins <= month.first.isoformat() and ends >= month.last.isoformat() and not run.customers
    return is_whole and _is_over(month, run.started_at, zone)


def _is_over(month: Month, moment: str, zone: tzinfo) -> bool:
    try:
        return datetime.fromisoformat(moment).astimezone(zone).date() > month.last
    except ValueError:
        return False  # what another wrote to the topic
