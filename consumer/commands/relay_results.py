"""What the streams of `relay` share that follow the results topic."""

from __future__ import annotations

from consumer.config.settings import Settings
from consumer.kafka import static_member
from consumer.relay import link_back
from consumer.stream.stream_spec import StreamSpec
from schemas import result

PARK_MAX_AGE_S = 86_400.0


def spec_of(settings: Settings, name: str, *, permits: int, group: str | None = None) -> StreamSpec:
    """A stream over the results by this name; its group is called as it is, unless `group` says otherwise."""
    return StreamSpec(
        name=name,
        group=f"{settings.consumer_group}.{group or name}",
        instance_id=static_member.instance_id(settings),
        topics=(result.TOPIC,),
        place_of=link_back.place_of,
        account=name,
        permits=permits,
        drain_budget_s=settings.drain_budget_s,
        park_max_age_s=PARK_MAX_AGE_S,
    )
