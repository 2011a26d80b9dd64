"""What was answered: every answer is counted, and every kind of refusal is one warning a minute."""

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
"""Stands for the connection where a request names none that is known here; no code looks like that."""

_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """Whoever counts."""

    def ingest_answered(self, *, answer: str, seconds: float, connection: str) -> None:
        """A request was answered so, that long after its headers had come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """
    Who sent a request, as far as it says.

    Attributes:
        source: the address its connection came from; often a proxy's.
        forwarded_for: whom that proxy names.
        unique_key: Lago's, by which the webhook is found in Lago.
    """

    source: str = ""
    forwarded_for: str = ""
    unique_key: str = ""


@dataclass(slots=True, kw_only=True)
class _Kind:
    """One kind of refusal: when it was last said, and how many have come since."""

    said_at_s: float
    since: int = 0


class AnswerLog:
    """Memory is bounded: a kind is a connection of connections.yaml, or none, and the name of an answer."""

    def __init__(self, observer: Observer, *, clock: Clock) -> None:
        self._observer = observer
        self._clock = clock
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def add(self, answer: Answer, *, connection: str, seconds: float, sender: Callable[[], Sender]) -> None:
        """
        A request was answered.

        Args:
            answer: how.
            connection: whose webhook it was; `NOBODY` when that is not known.
            seconds: how long after its head had come.
            sender: is asked only when there is something to say.
        """
        self._observer.ingest_answered(answer=answer.name, seconds=seconds, connection=connection)
        if not answer.is_refusal:
            return
        before = self._say_again(connection, answer)
        if before is not None:
            _say(answer, connection, sender(), before)

    def refused_unread(self, answer: Answer, *, source: str) -> None:
        """A request was refused before its head was complete."""
        self.add(answer, connection=NOBODY, seconds=0.0, sender=lambda: Sender(source=source))

    def _say_again(self, connection: str, answer: Answer) -> int | None:
        """How many of this kind have not been said, if it is time to say one; else None."""
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
