"""The marks of ``replay``, ``errors close`` and ``errors reopen``: what people settle."""

from __future__ import annotations

from collections.abc import Sequence

from consumer.clock import Clock
from consumer.failures.failure import Failure
from consumer.failures.refunds import RefundToMake
from consumer.kafka.republisher import Copy
from schemas import error_mark
from schemas.error_mark import ErrorMark, Kind, ReplayRef
from schemas.scalar import utc_text

SYNCED: Kind = "synced"
IGNORED: Kind = "ignored"
REOPENED: Kind = "reopened"


def mark(
    failure: Failure,
    kind: Kind,
    clock: Clock,
    *,
    reason: str = "",
    replay: ReplayRef | None = None,
    run: str = "",
) -> Copy:
    """The mark of a failure, for the topic, partition and key of its error event."""
    said = ErrorMark(
        mark=kind,
        error_id=failure.id,
        connection=failure.connection,
        reason=reason,
        marked_at=utc_text(clock.now()),
        replay=replay,
        run=run,
    )
    headers = (
        (error_mark.HEADER, kind.encode()),
        ("content-type", b"application/json"),
        ("error-id", failure.id.encode()),
    )
    return Copy(
        topic=failure.place.topic,
        partition=failure.place.partition,
        key=failure.key,
        value=said.model_dump_json().encode(),
        headers=headers,
    )


def refund_closed(refund: RefundToMake, kind: Kind, clock: Clock, *, reason: str = "") -> Copy:
    """The result that closes a refund, for the topic and partition of its credit note's."""
    said = refund.closed(kind, clock.now(), reason=reason)
    return Copy(
        topic=refund.topic,
        partition=refund.partition,
        key=said.key.encode(),
        value=said.model_dump_json().encode(),
        headers=(("content-type", b"application/json"),),
    )


def unknown(
    ids: Sequence[str], failures: Sequence[Failure], refunds: Sequence[RefundToMake] = ()
) -> list[str]:
    """The ids that belong to no failure and to no refund."""
    known = {each.id for each in failures} | {each.id for each in refunds}
    return [each for each in ids if each not in known]
