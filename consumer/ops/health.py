"""
Whether this process lives and whether it is ready: the state behind ``/healthz`` and ``/readyz``.

Not living means "a restart would help"; so NetSuite or Kafka being down is no reason. Not ready means "not
yet, or no more": before the first assignment of partitions, while draining, and while a stream that has died
waits for its next start: the process restarts that itself, so it is alive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """
    An answer and, when it is no, why.

    Attributes:
        reasons: empty exactly when all is well.
        remarks: what a person should know all the same.
    """

    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the probe should succeed."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heartbeat:
    limit_s: float
    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    text: str
    until_s: float


class Health:
    """Owns the state; parts of the process report to it by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heartbeats: dict[str, _Heartbeat] = {}
        self._awaited: set[str] = set()
        self._remarks: dict[str, str] = {}
        self._failures: dict[str, _Failure] = {}
        self._is_draining = False

    def expect(self, part: str) -> None:
        """The process is not ready before this part is."""
        self._awaited.add(part)

    def ready(self, part: str) -> None:
        """This part is ready."""
        self._awaited.discard(part)

    def failed(self, part: str, text: str, *, shown_s: float) -> None:
        """
        This part has died, and is not ready before it says so again.

        Args:
            part: its name.
            text: what happened, since when, and what is done about it.
            shown_s: for how long that is worth a remark once the part is ready.
        """
        self._awaited.add(part)
        self._failures[part] = _Failure(text=text, until_s=self._clock.monotonic_s() + shown_s)

    def remark(self, part: str, text: str | None) -> None:
        """Something to be seen about this part that fails no probe; None takes it back."""
        if text is None:
            self._remarks.pop(part, None)
        else:
            self._remarks[part] = text

    def drain(self) -> None:
        """From now on the process takes nothing new."""
        self._is_draining = True

    def watch(self, part: str, *, limit_s: float) -> None:
        """This part lives only as long as it beats at least every `limit_s` seconds."""
        self._heartbeats[part] = _Heartbeat(limit_s=limit_s, last_s=self._clock.monotonic_s())

    def beat(self, part: str) -> None:
        """This part is alive now; raises KeyError for one that is not watched."""
        self._heartbeats[part] = _Heartbeat(
            limit_s=self._heartbeats[part].limit_s, last_s=self._clock.monotonic_s()
        )

    def unwatch(self, part: str) -> None:
        """This part has ended as it should."""
        self._heartbeats.pop(part, None)

    def liveness(self) -> HealthReport:
        """Whether every watched part has beaten in time."""
        now_s = self._clock.monotonic_s()
        silent = {part: now_s - pulse.last_s for part, pulse in self._heartbeats.items()}
        return HealthReport(
            reasons=tuple(
                f"{part} has not moved for {silence_s:.0f} s"
                for part, silence_s in sorted(silent.items())
                if silence_s > self._heartbeats[part].limit_s
            )
        )

    def readiness(self) -> HealthReport:
        """Whether the process works on records."""
        draining = ("draining",) if self._is_draining else ()
        awaited = (self._why_not_ready(part) for part in sorted(self._awaited))
        remarks = (f"{part}: {text}" for part, text in sorted(self._remarks.items()))
        return HealthReport(reasons=(*draining, *awaited), remarks=(*self._survived(), *remarks))

    def _why_not_ready(self, part: str) -> str:
        failure = self._failures.get(part)
        return f"{part} {failure.text}" if failure else f"{part} is not ready yet"

    def _survived(self) -> Iterator[str]:
        """Of parts that are ready again, what happened to them not long ago."""
        now_s = self._clock.monotonic_s()
        for part, failure in sorted(self._failures.items()):
            if part not in self._awaited and now_s < failure.until_s:
                yield f"{part}: {failure.text}"
