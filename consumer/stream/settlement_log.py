"""What a record that is done, or that waits, leaves behind: one line of log and its figures."""

from __future__ import annotations

import logging
from typing import assert_never

import structlog

from consumer.clock import Clock
from consumer.engine.attempt import Attempt
from consumer.engine.decision import Park, Settle
from consumer.engine.retry_state import Cause, RetryState
from consumer.events import document_names, headers, waiting_record
from consumer.ops.best_effort import BestEffort
from consumer.ops.metrics import Metrics
from consumer.outcome import AlreadyThere, Delivered, Ignored, Rejected, Settled, name_of
from consumer.record import Record
from consumer.stream.waiting_list import KINDS, cause_of

log = structlog.get_logger(__name__)


class SettlementLog:
    """Logs and counts for one connection; nothing is raised, since the record is done already."""

    def __init__(self, *, connection: str, metrics: Metrics, clock: Clock) -> None:
        self._connection = connection
        self._metrics = metrics
        self._clock = clock
        self._best_effort = BestEffort(monotonic_s=clock.monotonic_s)

    def applied(self, attempt: Attempt, decision: Settle | Park, *, took_s: float, was_stale: bool) -> None:
        """A decision was applied; `was_stale` when the partition had changed hands by then."""
        with self._best_effort.of("record_settled"):
            self._log(attempt, decision, took_s=took_s, was_stale=was_stale)
        if isinstance(decision, Settle):
            with self._best_effort.of("settled"):
                self._count(attempt.record, decision.outcome)

    def _log(self, attempt: Attempt, decision: Settle | Park, *, took_s: float, was_stale: bool) -> None:
        about = {
            "connection": self._connection,
            "source": str(attempt.record.source),
            "lane": attempt.record.lane,
            "tries": attempt.retry_state.tries,
            "took_s": round(took_s, 3),
            "epoch_stale": was_stale,
            **_origin(attempt.record),
        }
        match decision:
            case Settle(outcome=outcome):
                log.info("record_settled", **about, outcome=name_of(outcome), **_why(outcome))
            case Park(delay_s=delay_s, retry_state=retry_state):
                cause = retry_state.cause.name.lower() if retry_state.cause else None
                # While Kafka, or their kind, is what fails, that is said for all of them at once.
                is_said = retry_state.cause in {Cause.BROKER, Cause.KIND}
                level = logging.DEBUG if is_said else logging.WARNING
                log.log(
                    level,
                    "record_parked",
                    **about,
                    cause=cause,
                    due_in_s=round(delay_s, 2),
                    **_awaited(retry_state),
                )
            case _:
                assert_never(decision)

    def _count(self, record: Record, outcome: Settled) -> None:
        self._metrics.settled(connection=self._connection, topic=record.source.topic, outcome=outcome)
        if isinstance(outcome, Ignored):
            self._metrics.ignored(connection=self._connection, rule=outcome.rule)
        if isinstance(outcome, Delivered | AlreadyThere) and outcome.written:
            age_s = self._clock.now().timestamp() - record.timestamp_ms / 1_000
            self._metrics.latency(object=outcome.written[0].object, seconds=max(0.0, age_s))


def _origin(record: Record) -> dict[str, str]:
    """Lago's id of the event and its trace, where the record names them."""
    found = {"event_id": record.header("ce_id"), "trace_id": headers.trace_id(record)}
    return {name: value for name, value in found.items() if value}


def _awaited(retry_state: RetryState) -> dict[str, str]:
    """What a parked record waits for, and the code of the error event that it becomes."""
    if retry_state.cause not in KINDS:
        return {}
    reason = waiting_record.reason_of(cause_of(retry_state))
    return {"waits_for": document_names.spelled_out(reason.waits_for), "code": reason.code}


def _why(outcome: Settled) -> dict[str, str]:
    match outcome:
        case Ignored(rule=rule):
            return {"rule": rule}
        case Rejected(code=code):
            return {"code": code}
        case Delivered() | AlreadyThere():
            return {}
        case _:
            assert_never(outcome)
