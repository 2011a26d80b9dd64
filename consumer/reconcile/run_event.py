"""The event of one run, for `schemas.reconciliation.TOPIC`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from consumer.events import headers
from consumer.mapping import money
from consumer.reconcile import acceptance, outcomes
from consumer.reconcile.acceptance import Division
from consumer.reconcile.balances import Balances
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from consumer.record import Event
from schemas import reconciliation
from schemas.reconciliation import (
    AcceptedDifference,
    DocumentDifference,
    MonthTotal,
    OpenBalance,
    Reconciliation,
)
from schemas.scalar import utc_text

MOST_BYTES = 3 * 1024 * 1024
"""Of one event; the topic takes 4 MiB (deploy/topics.yaml)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """
    Who compared what, and when.

    Attributes:
        run_id: the same for every attempt to publish the run.
        report: the folder of the CSV files; None without.
        repaired: documents that were sent again; None when none was to be.
    """

    connection: str
    run_id: str
    actor: str
    started_at: datetime
    ended_at: datetime
    since: date | None = None
    until: date | None = None
    customers: tuple[str, ...] = ()
    report: str | None = None
    repaired: int | None = None


def reconciliation_of(run: RunFacts, comparison: Comparison, division: Division) -> Reconciliation:
    """The event's content; of many differences and months it lists the first and the latest."""
    differences = division.open
    whole = Reconciliation(
        connection=run.connection,
        run_id=run.run_id,
        started_at=utc_text(run.started_at),
        ended_at=utc_text(run.ended_at),
        actor=_text(run.actor),
        since=run.since.isoformat() if run.since else None,
        until=run.until.isoformat() if run.until else None,
        customers=tuple(map(_text, run.customers)),
        outcome="not_in_balance" if differences else "in_balance",
        documents=dict(comparison.counts),
        ignored={_text(rule): count for rule, count in comparison.ignored.items()},
        outcomes=outcomes.counted(comparison.expected.values(), division),
        difference_count=len(differences),
        differences_by_kind=dict(sorted(Counter(each.what for each in differences).items())),
        balances=_balances(comparison.balances),
        totals=tuple(month_totals(comparison.balances))[-reconciliation.LISTED_TOTALS :],
        differences=tuple(map(_listed, differences[: reconciliation.LISTED_DIFFERENCES])),
        accepted_count=len(division.accepted),
        accepted_by_kind=division.accepted_by_kind,
        accepted=tuple(map(_accepted, division.accepted[: reconciliation.LISTED_ACCEPTED])),
        repaired=run.repaired,
        report=_text(run.report) if run.report else None,
    )
    return _fitting(whole)


def _fitting(content: Reconciliation) -> Reconciliation:
    """The same with fewer differences listed, where their texts are so long that Kafka would refuse it."""
    while len(content.model_dump_json().encode()) > MOST_BYTES and (content.differences or content.accepted):
        halves = {
            "differences": content.differences[: len(content.differences) // 2],
            "accepted": content.accepted[: len(content.accepted) // 2],
        }
        content = content.model_copy(update=halves)
    return content


def event_of(content: Reconciliation) -> Event:
    """The record for Kafka."""
    return Event(
        topic=reconciliation.TOPIC,
        key=content.key.encode(),
        value=content.model_dump_json().encode(),
        headers=headers.cloud_event(
            event_id=content.run_id,
            event_type=reconciliation.EVENT_TYPE,
            source=f"/lago-netsuite/{content.connection}/reconcile",
            time=content.ended_at,
        ),
    )


def month_totals(balances: Balances) -> list[MonthTotal]:
    """The totals by month, in order."""
    return [
        MonthTotal(
            month=_text(period.month),
            kind=period.kind,
            currency=_text(period.currency),
            lago_count=sums.lago_count,
            lago_total=money.in_units(sums.lago, period.currency),
            netsuite_count=sums.netsuite_count,
            netsuite_total=money.in_units(sums.netsuite, period.currency),
        )
        for period, sums in sorted(balances.totals.items())
    ]


def _balances(balances: Balances) -> tuple[OpenBalance, ...]:
    return tuple(
        OpenBalance(
            currency=_text(currency),
            lago=money.in_units(sums.lago, currency),
            netsuite=money.in_units(sums.netsuite, currency),
        )
        for currency, sums in balances.by_currency().items()
    )


def _listed(each: Difference) -> DocumentDifference:
    return DocumentDifference(**_members(each))


def _accepted(each: acceptance.AcceptedDifference) -> AcceptedDifference:
    said = {
        "accepted_by": each.acceptance.actor,
        "accepted_at": each.acceptance.at,
        "reason": each.acceptance.reason,
    }
    return AcceptedDifference(**_members(each.difference), **_cut(said))


def _members(each: Difference) -> dict[str, str]:
    texts: dict[str, str] = {
        "number": each.number, "lago_id": each.lago_id, "customer": each.customer,
        "billing_entity": each.billing_entity, "currency": each.currency, "lago": each.lago,
        "netsuite": each.netsuite, "netsuite_number": each.netsuite_number, "cause": each.likely_cause,
        "act": each.act, "url": each.url,
    }  # fmt: skip
    known = {"key": acceptance.key_of(each), "digest": acceptance.digest_of(each)}
    return {"what": each.what, "kind": each.kind} | known | _cut(texts)


def _cut(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: _text(text)[: reconciliation.TEXT_LIMIT_CHARS] for name, text in texts.items()}


def _text(value: str) -> str:
    # Arguments may be any bytes, and Lago's texts may hold half of a surrogate pair: no record can.
    return value.encode(errors="backslashreplace").decode()
