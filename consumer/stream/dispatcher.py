"""
Deliveries in flight: starts what the engine says, and applies what follows from each outcome.

A record is done only after whatever had to be published for it has been acknowledged by Kafka.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

import structlog

from consumer import errors
from consumer.clock import Clock
from consumer.engine.attempt import Attempt
from consumer.engine.calls import Call
from consumer.engine.decision import Decision, GiveUp, Park, Settle
from consumer.engine.engine import Engine
from consumer.errors import ContractError
from consumer.ops.metrics import Metrics
from consumer.outcome import Outcome, Rejected, Release
from consumer.record import Record
from consumer.stream.settlement_log import SettlementLog

Deliver = Callable[[Sequence[Record], Release], Awaitable[Sequence[Outcome]]]
"""
Carries records, one a lane; publishes what has to be published before it gives a settled outcome.

It may say earlier that the account has answered: then the next call need not wait for Kafka.
"""

PublishGivenUp = Callable[[Record, Rejected], Awaitable[None]]
"""Publishes the error event of a record whose budget is spent; raises ContractError when it cannot."""

# Calls that the account has answered and whose events Kafka has not acknowledged: beyond this Kafka is slow.
MAX_UNPUBLISHED_CALLS = 32

Prepare = Callable[[Sequence[Record]], None]
"""Does for the records of the next call what needs no permit."""

# As long as it takes to send the calls that have just been started: those go first.
PREPARE_AFTER_S = 0.004

log = structlog.get_logger(__name__)


class Dispatcher:
    """Runs the deliveries of one connection."""

    def __init__(  # noqa: PLR0913 - the parts it connects, each named at the one call
        self,
        *,
        name: str,
        engine: Engine,
        deliver: Deliver,
        give_up: PublishGivenUp,
        metrics: Metrics,
        clock: Clock,
        prepare: Prepare = lambda _: None,
    ) -> None:
        self._name = name
        self._prepare = prepare
        self._is_preparing = False
        self._engine = engine
        self._deliver = deliver
        self._give_up = give_up
        self._metrics = metrics
        self._log = SettlementLog(connection=name, metrics=metrics, clock=clock)
        self._clock = clock
        self._changed = asyncio.Event()
        self._carried = 0

    async def run(self) -> None:
        """Start deliveries as they become possible until cancelled, and those in flight with it."""
        async with asyncio.TaskGroup() as deliveries:
            while True:
                self._changed.clear()
                for attempt, decision in self._engine.take_pressed():
                    deliveries.create_task(self._end(attempt, decision, took_s=0.0))
                while self._may_begin and (call := self._engine.take()) is not None:
                    self._carried += 1
                    deliveries.create_task(self._carry(call))
                    if not self._is_preparing:
                        self._is_preparing = True
                        deliveries.create_task(self._prepare_next())
                await self._wait_for_change()

    def wake(self) -> None:
        """Look again: records were admitted, partitions assigned, or a poll came back."""
        self._changed.set()

    async def drained(self, limit_s: float) -> bool:
        """Wait until no delivery is in flight, at most `limit_s` seconds; whether none is."""
        began_s = self._clock.monotonic_s()
        try:
            async with asyncio.timeout(limit_s):
                while self._engine.in_flight:
                    await self._changed.wait()
                    self._changed.clear()
        except TimeoutError:
            return False
        finally:
            self._metrics.drained(seconds=self._clock.monotonic_s() - began_s)
        return True

    async def _prepare_next(self) -> None:
        await asyncio.sleep(PREPARE_AFTER_S)
        self._is_preparing = False
        try:
            self._prepare(self._engine.next_up())
        except BaseException as error:  # its delivery meets the same defect, and logs it
            if not errors.is_defect(error):
                raise
            log.debug("not_prepared", connection=self._name, error=errors.name_of(error))

    @property
    def _may_begin(self) -> bool:
        return self._carried - self._engine.calls < MAX_UNPUBLISHED_CALLS

    async def _wait_for_change(self) -> None:
        due_s = self._engine.next_due_s
        delay_s = None if due_s is None else max(0.0, due_s - self._clock.monotonic_s())
        try:
            async with asyncio.timeout(delay_s):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _carry(self, call: Call) -> None:
        self._engine.begun(call)
        started_s = self._clock.monotonic_s()
        decisions = await self._decide(call, self._releasing(call))
        self._carried -= 1
        took_s = self._clock.monotonic_s() - started_s
        for attempt, decision in zip(call.attempts, decisions, strict=True):
            await self._end(attempt, decision, took_s=took_s)

    def _releasing(self, call: Call) -> Release:
        """Frees the permit of a call when it is first called, with the outcomes."""
        is_held = True

        def release(outcomes: Sequence[Outcome]) -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self._engine.returned(call, outcomes)
                self._changed.set()

        return release

    async def _decide(self, call: Call, release: Release) -> list[Decision]:
        sources = [str(attempt.record.source) for attempt in call.attempts]
        try:
            with structlog.contextvars.bound_contextvars(connection=self._name, sources=sources):
                outcomes = await self._outcomes(call, release)
            pairs = zip(call.attempts, outcomes, strict=True)
            return [self._engine.decide(call, attempt, outcome) for attempt, outcome in pairs]
        except ContractError as error:
            # Whoever publishes warns, once a minute for all records that wait for it.
            log.debug("publish_failed", connection=self._name, sources=sources, error=str(error))
            return [self._engine.decide_lost_acknowledgement(attempt) for attempt in call.attempts]
        except BaseException as error:  # noqa: BLE001 - a bulkhead: a record's defect must not stop the others
            name = self._log_defect("deliver", error, sources)
            return [self._engine.decide_defect(call, attempt, name) for attempt in call.attempts]

    async def _outcomes(self, call: Call, release: Release) -> Sequence[Outcome]:
        outcomes: Sequence[Outcome] = ()
        try:
            outcomes = await self._deliver(call.records, release)
        finally:
            release(outcomes)
        return outcomes

    def _log_defect(self, doing: str, error: BaseException, sources: Sequence[str]) -> str:
        """The type of what was raised; raises it again when it ends this task or the process."""
        if not (errors.is_defect(error) or _is_stray_cancellation(error)):
            raise error
        error_name = errors.name_of(error)
        log.error(
            "delivery_failed_unexpectedly",
            doing=doing,
            connection=self._name,
            sources=list(sources),
            error=error_name,
            at=errors.frames_of(error),
        )
        return error_name

    async def _end(self, attempt: Attempt, decision: Decision, *, took_s: float) -> None:
        if isinstance(decision, GiveUp):
            decision = await self._publish_given_up(attempt, decision.rejected)
        self._apply(attempt, decision, took_s=took_s)
        self._changed.set()

    async def _publish_given_up(self, attempt: Attempt, rejected: Rejected) -> Settle | Park:
        sources = [str(attempt.record.source)]
        try:
            await self._give_up(attempt.delivered, rejected)
        except ContractError as error:
            log.debug("publish_failed", connection=self._name, sources=sources, error=str(error))
            return self._engine.decide_lost_acknowledgement(attempt)
        except BaseException as error:  # noqa: BLE001 - its error event cannot be made: it waits, nobody else
            self._log_defect("give up", error, sources)
            return self._engine.decide_lost_acknowledgement(attempt)
        return Settle(outcome=rejected)

    def _apply(self, attempt: Attempt, decision: Settle | Park, *, took_s: float) -> None:
        was_stale = self._engine.is_stale(attempt)
        match decision:
            case Settle():
                self._engine.complete(attempt)
            case Park():
                self._engine.park(attempt, decision)
            case _:
                assert_never(decision)
        self._log.applied(attempt, decision, took_s=took_s, was_stale=was_stale)


def _is_stray_cancellation(error: BaseException) -> bool:
    """Whether a library has given up its own work so, while nobody has cancelled this task."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and not task.cancelling()
