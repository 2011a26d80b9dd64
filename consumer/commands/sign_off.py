"""``reconcile sign-off``: a person says that a month's books are right, on the audit record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from consumer.clock import SystemClock
from consumer.commands import audit_trail, console_output, reconciliation_log
from consumer.commands.audit_trail import AuditTrail
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster
from consumer.ops import plain_text
from consumer.reconcile import sign_off
from consumer.reconcile.sign_off import Month
from schemas.audit import AuditRecord
from schemas.reconciliation import Reconciliation

DONE, REFUSED = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        zone: of the connection, in which the month ends.
        has_differences: sign off although the books do not agree.
        go: do it; else only say what would be signed off.
    """

    connection: str
    month: Month
    reason: str
    actor: str
    zone: tzinfo = UTC
    has_differences: bool = False
    go: bool = False


async def run(settings: Settings, wish: Wish) -> int:
    """
    Sign a month off by the latest comparison that covers it; 1 where there is none or it does not allow it.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge the record.
    """
    cluster = Cluster.of(settings)
    runs = await reconciliation_log.read(cluster)
    compared = sign_off.latest_over(wish.month, wish.connection, runs, wish.zone)
    if compared is None:
        console_output.complain(not_compared(wish))
        return REFUSED
    async with audit_trail.opened(cluster, SystemClock()) as trail:
        for line in lines_of(wish, compared, trail.records):
            console_output.say(plain_text.one_line(line))
        if not is_possible(wish, compared):
            return REFUSED
        if wish.go:
            await do(trail, wish, compared)
    return DONE


async def do(trail: AuditTrail, wish: Wish, compared: Reconciliation) -> None:
    """
    Put the sign-off on the audit record.

    Raises:
        StartupError: Kafka does not say what others have appended.
        ContractError: Kafka did not acknowledge the record.
    """
    details = details_of(wish, compared)
    await trail.append(wish.connection, "sign_off", actor=wish.actor, reason=wish.reason, details=details)


def not_compared(wish: Wish) -> str:
    """Why a month without a comparison, or one that is not over, cannot be signed off."""
    return (
        f"No comparison covers {wish.month} and began after its last day in {wish.zone}. Run it first: "
        f"lago-netsuite reconcile --connection {wish.connection} --until {wish.month.last}"
    )


def is_possible(wish: Wish, compared: Reconciliation) -> bool:
    """Whether the books agree, or the person accepts that they do not."""
    return compared.difference_count == 0 or wish.has_differences


def details_of(wish: Wish, compared: Reconciliation) -> Mapping[str, str]:
    """What is on the audit record beside who, when and why."""
    return {
        "month": str(wish.month),
        "run_id": compared.run_id,
        "compared_at": compared.ended_at,
        "documents": str(sum(compared.documents.values())),
        "differences": str(compared.difference_count),
        "accepted": str(compared.accepted_count),
        **{f"{sign_off.OPEN}{each.currency}": _both(each.lago, each.netsuite) for each in compared.balances},
        **_totals(wish.month, compared),
    }


def _totals(month: Month, compared: Reconciliation) -> dict[str, str]:
    return {
        f"{sign_off.TOTAL}{each.kind}_{each.currency}": _both(
            f"{each.lago_count} over {each.lago_total}", f"{each.netsuite_count} over {each.netsuite_total}"
        )
        for each in compared.totals
        if each.month == str(month)
    }


def _both(lago: str, netsuite: str) -> str:
    return f"Lago {lago}, NetSuite {netsuite}"


def lines_of(wish: Wish, compared: Reconciliation, records: Sequence[AuditRecord]) -> list[str]:
    """What is signed off, who did so before, and what happens now."""
    documents, count = sum(compared.documents.values()), compared.difference_count
    lines = [
        f"{wish.connection}, {wish.month}: {documents} documents were compared at {compared.ended_at}.",
        *(
            f"  open in {each.currency}: Lago {each.lago}, NetSuite {each.netsuite}"
            for each in compared.balances
        ),
        *(f"  {number} {what}" for what, number in compared.differences_by_kind.items()),
        *_accepted(compared),
        *_earlier(wish, records),
    ]
    if not is_possible(wish, compared):
        lines.append(f"Not signed off: {count} differences. End them, or repeat with --with-differences.")
    elif wish.go:
        lines.append(f"Signed off by {wish.actor}: {wish.reason}")
    else:
        lines.append(f"{wish.actor} would sign it off with {count} differences; --go does it.")
    return lines


def _accepted(compared: Reconciliation) -> list[str]:
    return [f"  {number} {what}, accepted before" for what, number in compared.accepted_by_kind.items()]


def _earlier(wish: Wish, records: Sequence[AuditRecord]) -> list[str]:
    return [
        f"  signed off before, at {each.at} by {each.actor}: {each.reason}"
        for each in records
        if (each.connection, each.act, each.details.get("month"))
        == (wish.connection, "sign_off", str(wish.month))
    ]
