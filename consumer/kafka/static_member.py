"""
Detect two processes with one static member id (KIP-345): the first one ends.

Kafka fences a static member when another one joins with its id. aiokafka's heartbeats do not contain the id,
so Kafka responds with an unknown member id instead, and aiokafka joins again and fences the other one: both
process the same partitions in turns. So a member that Kafka does not know checks first whether another member
has its id.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from consumer.config.settings import Settings, env_name
from consumer.errors import StartupError
from consumer.kafka.admin import Admin

ASK_LIMIT_S = 10.0
# A dash and a UUID: what Kafka adds to a static id when it makes a member id of it.
SUFFIX_LENGTH = 37
NO_MEMBER = ""

log = structlog.get_logger(__name__)

OpenAdmin = Callable[[], AbstractAsyncContextManager[Admin]]


def instance_id(settings: Settings) -> str | None:
    """The static id of this process, its host's name; None where membership is not static."""
    return socket.gethostname() if settings.static_membership else None


class FencedMemberError(StartupError, KafkaError):  # type: ignore[misc] # aiokafka is not typed
    """Another process has joined the group with this one's static id; joining again would fence that one."""

    def __str__(self) -> str:
        # Without the class name that aiokafka adds.
        return str(self.args[0])


def guard(consumer: AIOKafkaConsumer, admin: OpenAdmin) -> None:
    """Make a started static member check, before it joins the group, whether another member has its id."""
    if consumer._group_instance_id is not None:  # noqa: SLF001 - aiokafka has no hook for it
        coordinator: Any = consumer._coordinator  # noqa: SLF001 - as above
        coordinator._do_rejoin_group = _Join(coordinator, admin)  # noqa: SLF001 - as above


class _Join:
    """Replaces aiokafka's method for joining a group: checks, then calls it."""

    def __init__(self, coordinator: Any, admin: OpenAdmin) -> None:
        self._coordinator = coordinator
        self._admin = admin
        self._join = coordinator._do_rejoin_group  # noqa: SLF001 - as above
        self._group: str = coordinator.group_id
        self._instance_id: str = coordinator._group_instance_id  # noqa: SLF001 - as above
        self._own = NO_MEMBER

    async def __call__(self, subscription: Any) -> bool:
        if self._coordinator.member_id == NO_MEMBER:
            await self._look_for_another()
        try:
            has_joined: bool = await self._join(subscription)
        except KafkaError:
            # aiokafka does not know Kafka's error code for a fenced member.
            await self._look_for_another()
            raise
        if has_joined:
            self._own = self._coordinator.member_id
        return has_joined

    async def _look_for_another(self) -> None:
        other = await self._holder()
        if other in {None, self._own}:
            return
        if self._own == NO_MEMBER:
            log.info(
                "static_member_replaces",
                group=self._group,
                instance_id=self._instance_id,
                reason="a process with this id has ended without leaving, or still runs and will end now",
            )
            return
        raise FencedMemberError(
            f"another process has joined the group {self._group} as {self._instance_id}, this one's host "
            "name, so this one ends: give each a host name of its own, or set "
            f"{env_name('static_membership')} to false"
        )

    async def _holder(self) -> str | None:
        """The member id with the static id now; None when there is none, or Kafka does not respond."""
        try:
            async with asyncio.timeout(ASK_LIMIT_S), self._admin() as admin:
                answers = await admin.describe_consumer_groups([self._group])
        except (KafkaError, StartupError, TimeoutError, OSError):
            return None
        described = (each for answer in answers for each in answer.to_object()["groups"])
        members = (member["member_id"] for each in described for member in each["members"])
        return next((one for one in members if one[:-SUFFIX_LENGTH] == self._instance_id), None)
