"""A topic that older deployments lack: it is looked for once a minute, and nothing is produced before."""

from __future__ import annotations

from consumer.clock import Clock
from consumer.kafka import topics
from consumer.kafka.cluster import Cluster
from consumer.kafka.topic_troubles import TopicTroubles

LOOK_EVERY_S = 60.0


class OptionalTopic:
    """
    Whether a topic exists; while it does not, that is a remark of ``/readyz`` and a log line a minute.

    Nothing is produced to a missing topic, since a broker with auto.create.topics.enable would create it with
    other settings than it needs.
    """

    def __init__(self, cluster: Cluster, name: str, *, troubles: TopicTroubles, clock: Clock) -> None:
        """Begin without knowledge; `name` is without the deployment's prefix."""
        self._cluster = cluster
        self._topic = cluster.topic(name)
        self._troubles = troubles
        self._clock = clock
        self._is_there = False
        self._look_at_s = float("-inf")

    def doubt(self) -> None:
        """Look again before the next use: an event for it was not acknowledged."""
        self._is_there = False

    async def exists(self) -> bool:
        """
        Whether the topic exists and this client may see it, as of at most a minute ago.

        Raises:
            StartupError: Kafka cannot be reached.
        """
        now_s = self._clock.monotonic_s()
        if not self._is_there and now_s >= self._look_at_s:
            self._look_at_s = now_s + LOOK_EVERY_S
            await self._look()
        return self._is_there

    async def _look(self) -> None:
        async with self._cluster.asked() as admin:
            found = await topics.visible(admin, [self._topic])
        self._is_there = not found.missing
        if self._is_there:
            self._troubles.works(self._topic)
        for problem in topics.absent(found.missing, found.hidden, user=self._cluster.user):
            self._troubles.failed(self._topic, problem)
