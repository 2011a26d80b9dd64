"""
Liveness and readiness of the process: the state behind ``/healthz`` and ``/readyz``.

Not alive means that a restart would help; an outage of NetSuite or Kafka does not count. Not ready means that
the process does not work on records: before the first assignment of partitions, while draining, and while a
failed stream waits for its restart, which the process does itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """
    The result of a probe.

    Attributes:
        reasons: why it fails; empty exactly when it succeeds.
        remarks: further sentences for people, which do not fail the probe.
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
    """The health of all parts of the process, which report by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heartbeats: dict[str, _Heartbeat] = {}
        self._awaited: set[str] = set()
        self._remarks: dict[str, str] = {}
        self._failures: dict[str, _Failure] = {}
        self._is_draining = False

    def expect(self, part: str) -> None:
        """Require this part for readiness."""
        self._awaited.add(part)

    def ready(self, part: str) -> None:
        """Set this part ready."""
        self._awaited.discard(part)

    def failed(self, part: str, text: str, *, shown_s: float) -> None:
        """
        Set this part failed; it is not ready until the next `ready`.

        Args:
            part: its name.
            text: what happened, since when, and what follows.
            shown_s: seconds from now for which the text stays a remark after the part is ready again.
        """
        self._awaited.add(part)
        self._failures[part] = _Failure(text=text, until_s=self._clock.monotonic_s() + shown_s)

    def remark(self, part: str, text: str | None) -> None:
        """Set a remark about this part, which fails no probe; None removes it."""
        if text is None:
            self._remarks.pop(part, None)
        else:
            self._remarks[part] = text

    def drain(self) -> None:
        """End readiness for good: the process accepts nothing new."""
        self._is_draining = True

    def watch(self, part: str, *, limit_s: float) -> None:
        """Require a heartbeat of this part every `limit_s` seconds for liveness."""
        self._heartbeats[part] = _Heartbeat(limit_s=limit_s, last_s=self._clock.monotonic_s())

    def beat(self, part: str) -> None:
        """Record a heartbeat; raises KeyError for a part that is not watched."""
        self._heartbeats[part] = _Heartbeat(
            limit_s=self._heartbeats[part].limit_s, last_s=self._clock.monotonic_s()
        )

    def unwatch(self, part: str) -> None:
        """Stop requiring heartbeats of this part, which has ended normally."""
        self._heartbeats.pop(part, None)

    def liveness(self) -> HealthReport:
        """Whether every watched part has had a heartbeat in time."""
        now_s = self._clock.monotonic_s()
        silent = {part: now_s - heartbeat.last_s for part, heartbeat in self._heartbeats.items()}
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
        """The recent failures of parts that are ready again."""
        now_s = self._clock.monotonic_s()
        for part, failure in sorted(self._failures.items()):
            if part not in self._awaited and now_s < failure.until_s:
                yield f"{part}: {failure.text}"
