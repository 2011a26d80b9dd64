"""``pause`` and ``resume``: a person stops the calls of a connection, and lets them start again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consumer.clock import Clock, SystemClock
from consumer.commands import audit_trail, console_output
from consumer.config.settings import Settings
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.limits.pause import PAUSE, RESUME, Pause, Pauses
from consumer.ops import plain_text
from schemas import audit
from schemas.audit import Act

DONE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for; `undo` resumes."""

    connection: str
    actor: str
    reason: str
    undo: bool = False

    @property
    def act(self) -> Act:
        """The act on the audit record."""
        return RESUME if self.undo else PAUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What has become of it.

    Attributes:
        before: the pause before it; None while the connection ran.
    """

    wish: Wish
    before: Pause | None

    @property
    def is_as_before(self) -> bool:
        """Whether it was so already, and nothing went on the audit record."""
        return self.wish.undo == (self.before is None)

    @property
    def lines(self) -> tuple[str, ...]:
        """Sentences, the shortest first."""
        code = self.wish.connection
        match self.wish.undo, self.before:
            case False, None:
                return (
                    f"Connection {code} is paused",
                    "Within seconds its workers start no more calls, and those in flight end.",
                    "Its events wait on Kafka in their order, as long as the input topics keep them.",
                    f"lago-netsuite resume --connection {code} --reason TEXT lets it go on.",
                )
            case False, Pause() as before:
                return (f"Connection {code} is {before}",)
            case _, None:
                return (f"Connection {code} is not paused",)
            case _, before:
                return (f"Connection {code} goes on within seconds", f"It was {before}")


async def run(settings: Settings, wish: Wish) -> int:
    """
    Pause a connection, or resume it, and say what that means.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge the record.
    """
    answer = await do(Cluster.of(settings), wish, SystemClock())
    for line in answer.lines:
        console_output.say(plain_text.one_line(line))
    return DONE


async def do(cluster: Cluster, wish: Wish, clock: Clock) -> Answer:
    """
    Put it on the audit record, which the workers follow; what is so already is left as it is.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge the record.
    """
    async with audit_trail.opened(cluster, clock) as trail:
        answer = Answer(wish=wish, before=Pauses.of_acts(trail.records).of(wish.connection))
        if not answer.is_as_before:
            await trail.append(wish.connection, wish.act, actor=wish.actor, reason=wish.reason, details={})
        return answer


def waits(pauses: Pauses, codes: Iterable[str]) -> list[str]:
    """A sentence for each of these connections that is paused: what is sent to its topics waits there."""
    found = ((code, pauses.of(code)) for code in sorted(set(codes)))
    return [
        f"Connection {code} is {pause}. What is sent to its topics waits there: lago-netsuite resume"
        for code, pause in found
        if pause is not None
    ]


def warn(pauses: Pauses, codes: Iterable[str]) -> None:
    """Say on standard error what `waits` says."""
    for line in waits(pauses, codes):
        console_output.complain(plain_text.one_line(line))


async def read(cluster: Cluster) -> Pauses:
    """
    The present pauses; none where older deployments lack the audit topic.

    Raises:
        StartupError: Kafka cannot be reached.
    """
    if not await snapshot_reader.exists(cluster, audit.TOPIC):
        return Pauses()
    return Pauses.of_acts(await audit_trail.read(cluster))
