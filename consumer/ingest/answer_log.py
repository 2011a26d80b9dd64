"""Count every response of ingest, and log one warning a minute for each kind of refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from consumer.clock import Clock
from consumer.config.problem import shown
from consumer.ingest.response import Answer

SAY_AGAIN_AFTER_S = 60.0
NOBODY = "(unknown)"
"""The label of requests without a known connection; it is not a valid connection code."""

_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Counts responses."""

    def ingest_answered(self, *, answer: str, seconds: float, connection: str) -> None:
        """Count a response, and the seconds since the request's headers."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """
    The sender of a request; unknown members are empty.

    Attributes:
        source: the address of the connection's peer, often a proxy's.
        forwarded_for: the header ``X-Forwarded-For`` of a proxy.
        unique_key: Lago's id of the webhook.
    """

    source: str = ""
    forwarded_for: str = ""
    unique_key: str = ""


@dataclass(slots=True, kw_only=True)
class _Kind:
    """One kind of refusal: when it was last logged, and the number of refusals since."""

    said_at_s: float
    since: int = 0


class AnswerLog:
    """Its memory is bounded: a kind is a pair of a connection, or none, and the name of a response."""

    def __init__(self, observer: Observer, *, clock: Clock) -> None:
        self._observer = observer
        self._clock = clock
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def add(self, answer: Answer, *, connection: str, seconds: float, sender: Callable[[], Sender]) -> None:
        """
        Count a response, and log it when it is a refusal.

        Args:
            answer: the response.
            connection: the webhook's connection; `NOBODY` when it is not known.
            seconds: how long after the request's head.
            sender: called only when a line is logged.
        """
        self._observer.ingest_answered(answer=answer.name, seconds=seconds, connection=connection)
        if not answer.is_refusal:
            return
        before = self._say_again(connection, answer)
        if before is not None:
            _say(answer, connection, sender(), before)

    def refused_unread(self, answer: Answer, *, source: str) -> None:
        """Count a request that was refused before its head was complete."""
        self.add(answer, connection=NOBODY, seconds=0.0, sender=lambda: Sender(source=source))

    def _say_again(self, connection: str, answer: Answer) -> int | None:
        """The number of refusals not logged since the last line, when a line is due; else None."""
        now_s = self._clock.monotonic_s()
        kind = self._kinds.get((connection, answer.name))
        if kind is not None and now_s - kind.said_at_s < SAY_AGAIN_AFTER_S:
            kind.since += 1
            return None
        self._kinds[connection, answer.name] = _Kind(said_at_s=now_s)
        return 0 if kind is None else kind.since


def _say(answer: Answer, connection: str, sender: Sender, before: int) -> None:
    said = {"forwarded_for": sender.forwarded_for, "unique_key": sender.unique_key}
    _log.warning(
        "webhook_refused",
        connection=connection,
        reason=answer.name,
        status=answer.status,
        detail=answer.sentence,
        source=sender.source,
        not_said_before=before,
        **{name: shown(text) for name, text in said.items() if text},
    )
