"""What of a backfill lies in closed accounting periods; no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from consumer.backfill.plan import BackfillPlan
from consumer.events.lago_webhook import Kind
from consumer.preflight.accounting_periods import holding, lock
from schemas.reading import CatalogRow


@dataclass(slots=True, kw_only=True)
class ClosedPart:
    """
    The objects of a plan that are dated in a closed period.

    Their days are those of Lago's lists. Payments and voids are booked on the day in the customer's zone, so
    one that happened near midnight may count to the neighbouring period.

    Attributes:
        periods: the names of the closed periods in which any lies, oldest first.
        counts: objects by kind.
        sums: subunits by kind and currency.
        without_period: objects of days that no period holds, which NetSuite refuses.
    """

    periods: list[str] = field(default_factory=list)
    counts: Counter[Kind] = field(default_factory=Counter)
    sums: defaultdict[Kind, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    without_period: int = 0


def closed_part(
    plan: BackfillPlan, kinds: Sequence[Kind], months: Sequence[CatalogRow], start: date | None
) -> ClosedPart:
    """
    The closed part of a plan.

    Args:
        plan: what is sent.
        kinds: those that are chosen.
        months: the account's periods, in order.
        start: older documents are ignored by the worker, and so left out here.
    """
    found, met = ClosedPart(), set()
    place_of = cache(lambda day: holding(months, day))
    for row in plan.ordered(kinds):
        if not row.day or (start is not None and row.day < start.isoformat()):
            continue
        month = place_of(row.day)
        if month is None:
            found.without_period += 1
        elif lock(month) is not None:
            met.add(month.id)
            found.counts[row.kind] += 1
            found.sums[row.kind][row.currency] += row.cents
    found.periods = [month.name for month in months if month.id in met]
    return found
