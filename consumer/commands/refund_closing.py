"""A person closes refunds that were to be made by hand; with an audit record before each."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.clock import Clock
from consumer.commands import audit_trail, resolution
from consumer.commands.error_closing import Wish
from consumer.config.settings import Settings
from consumer.failures.refunds import RefundToMake
from consumer.kafka import republisher
from consumer.kafka.cluster import Cluster


async def do(settings: Settings, wish: Wish, refunds: Sequence[RefundToMake], clock: Clock) -> None:
    """
    Close these refunds.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
        ContractError: Kafka did not acknowledge.
    """
    cluster = Cluster.of(settings)
    async with audit_trail.opened(cluster, clock) as trail, republisher.opened(cluster) as way_back:
        for refund in refunds:
            await trail.append(
                refund.note.connection,
                "close",
                actor=wish.actor,
                reason=wish.reason,
                details=details(wish, refund),
            )
            await way_back.put([resolution.refund_closed(refund, wish.kind, clock, reason=wish.reason)])


def details(wish: Wish, refund: RefundToMake) -> dict[str, str]:
    """What the audit record says of the refund."""
    number, amount = refund.note.lago_number or "", refund.note.action_amount or ""
    money = f"{amount} {refund.note.currency or ''}".strip()
    return {"refund": refund.id, "mark": wish.kind, "document": f"Refund of {number} ({money})"}
