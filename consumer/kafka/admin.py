"""aiokafka's admin client, with retries on other brokers when one is down."""

from __future__ import annotations

from random import sample
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NodeNotReadyError, TopicAuthorizationFailedError
from aiokafka.protocol.metadata import MetadataRequest


class Admin(AIOKafkaAdminClient):  # type: ignore[misc] # aiokafka is not typed
    """Tries the brokers in random order until one accepts a connection; aiokafka's client tries only one."""

    async def _send_request(self, request: Any, node_id: int | None = None) -> Any:
        if node_id is not None:
            return await super()._send_request(request, node_id)
        known = [broker.nodeId for broker in self._client.cluster.brokers()]
        # A failed broker stays in the metadata until its session ends.
        *others, last = sample(known, len(known)) or [None]
        for each in others:
            try:
                return await super()._send_request(request, each)
            except NodeNotReadyError:
                continue
        return await super()._send_request(request, last)

    async def hidden(self, topics: list[str]) -> list[str]:
        """Those of the topics that this client may not describe, so that their existence is unknown."""
        answer = await self._send_request(MetadataRequest(topics, allow_auto_topic_creation=False))
        found = answer.to_object()["topics"]
        return [each["topic"] for each in found if each["error_code"] == TopicAuthorizationFailedError.errno]
