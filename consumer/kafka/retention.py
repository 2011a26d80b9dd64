"""Check that the retention of input topics is long enough for parked records."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from consumer.config.settings import env_name
from consumer.errors import StartupError
from consumer.kafka.access import denial
from consumer.kafka.cluster import Cluster

SETTING = "retention.ms"
REQUEST_LIMIT_S = 10.0
PARTS_OF_RETENTION = 4
PART_FOR_HOLDS = 3 / 4
FOR_EVER_MS = -1
DAY_S = 86_400.0

log = structlog.get_logger(__name__)


def _log(sentence: str) -> None:
    log.warning("topic_settings_unknown", error=sentence)


async def require(
    cluster: Cluster,
    topics: Sequence[str],
    *,
    park_max_age_s: float,
    denied: Callable[[str], object] = _log,
) -> float:
    """
    Check that Kafka does not delete a record that is parked for `park_max_age_s`.

    A parked record is stored only in its topic, and its age includes any backlog. When a broker does not
    return its settings, the check is skipped, with a log line. Topic names are without prefix.
    `denied` gets a sentence for each topic whose settings this client may not see.

    Returns:
        The shortest retention of the topics, in seconds.

    Raises:
        StartupError: a topic's retention is less than four times `park_max_age_s`.
    """
    retention_ms = await _retention_ms(cluster, topics, denied)
    problems = too_short(retention_ms, park_max_age_s)
    if problems:
        raise StartupError("\n".join(problems))
    bounded = [kept_ms / 1_000 for kept_ms in retention_ms.values() if kept_ms != FOR_EVER_MS]
    return min(bounded, default=math.inf)


def hold_limit_s(kept_s: float) -> float:
    """
    How many seconds a record may be held, with a retention of `kept_s` seconds.

    Kafka deletes records without notice, so a held record is rejected well before.
    """
    return kept_s * PART_FOR_HOLDS


def cut_holds(kept_s: float, hold_max_days: Mapping[str, int]) -> list[str]:
    """One sentence for each connection whose `hold_max_days` exceeds what the retention permits."""
    limit_s = hold_limit_s(kept_s)
    return [
        f"connection {code} holds documents of closed periods for {days} days, and the input topics keep "
        f"records for {kept_s / DAY_S:.1f} days: what is held is rejected as period_closed after "
        f"{limit_s / DAY_S:.1f} days; set {SETTING} of the input topics to "
        f"{math.ceil(days * DAY_S * 1_000 / PART_FOR_HOLDS)} or more, or lower hold_max_days"
        for code, days in hold_max_days.items()
        if days * DAY_S > limit_s
    ]


def too_short(retention_ms: Mapping[str, int], park_max_age_s: float) -> list[str]:
    """One sentence for each topic with a retention of less than four times `park_max_age_s`."""
    needed_ms = int(park_max_age_s * 1_000 * PARTS_OF_RETENTION)
    return [
        f"topic {topic} keeps records for {kept_ms / 3_600_000:.1f} h ({SETTING}={kept_ms}), which must be "
        f"at least four times {env_name('park_max_age_s')} ({park_max_age_s / 3_600:.1f} h): set {SETTING} "
        f"to {needed_ms} or more, or lower the other"
        for topic, kept_ms in retention_ms.items()
        if kept_ms != FOR_EVER_MS and kept_ms < needed_ms
    ]


async def _retention_ms(
    cluster: Cluster, topics: Iterable[str], denied: Callable[[str], object]
) -> dict[str, int]:
    asked = [
        ConfigResource(ConfigResourceType.TOPIC, cluster.topic(name), configs={SETTING: None})
        for name in topics
    ]
    async with cluster.admin() as admin:
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                answers = await admin.describe_configs(asked)
        except (KafkaError, TimeoutError) as error:
            log.warning("topic_settings_unknown", error=str(error) or type(error).__name__)
            return {}
    found = [resource for answer in answers for resource in answer.resources]
    for code, _, _, name, _ in found:
        if sentence := denial(for_code(code)(name), user=cluster.user, operation="DESCRIBE_CONFIGS"):
            denied(sentence)
    return {
        name: int(value)
        for _, _, _, name, settings in found
        for setting, value, *_ in settings
        if setting == SETTING and value
    }
