"""A broker of Apache Kafka with SASL passwords and access control lists."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from consumer.kafka.cluster import Cluster
from consumer.kafka.rights import Right
from consumer.sandbox.broker import HOST
from tests.chaos.cluster import ALONE, Node
from tests.integration.brokers import apache

USER, PASSWORD = "worker", "not-a-secret"
LITERAL, PREFIXED, ALLOW = 3, 4, 3
ANYWHERE = "*"
LIMIT_S = 20.0
LOOK_EVERY_S = 0.02


class Resource(IntEnum):
    """As Kafka numbers them (``ResourceType.java``)."""

    TOPIC = 2
    GROUP = 3


class Operation(IntEnum):
    """As Kafka numbers them (``AclOperation.java``)."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """
    The broker.

    Attributes:
        bootstrap_servers: the listener for the user `USER`, who has only the allowed operations.
        by_anybody: the listener without login, which allows everything.
    """

    bootstrap_servers: str
    by_anybody: str

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a process that logs in."""
        return {
            "kafka_security_protocol": "SASL_PLAINTEXT",
            "kafka_sasl_mechanism": "PLAIN",
            "kafka_sasl_username": USER,
            "kafka_sasl_password": PASSWORD,
        }

    async def allow(self, resource: Resource, prefix: str, *operations: Operation) -> None:
        """From now on, on everything whose name begins so."""
        for operation in operations:
            await self._send(
                CreateAclsRequest(resource, prefix, PREFIXED, f"User:{USER}", ANYWHERE, operation, ALLOW)
            )
            await self._until(resource, prefix, operation, is_allowed=True)

    async def deny(self, resource: Resource, prefix: str, *operations: Operation) -> None:
        """Take back what was allowed."""
        for operation in operations:
            await self._send(
                DeleteAclsRequest(resource, prefix, PREFIXED, f"User:{USER}", ANYWHERE, operation, ALLOW)
            )
            await self._until(resource, prefix, operation, is_allowed=False)

    async def give(self, rights: Iterable[Right], topic_prefix: str) -> None:
        """Allow what the page of rights lists, in the deployment with this prefix."""
        for right in rights:
            await self.allow(*_named(right, topic_prefix))

    async def take(self, right: Right, topic_prefix: str) -> None:
        """Take one of them back."""
        await self.deny(*_named(right, topic_prefix))

    async def _until(
        self, resource: Resource, prefix: str, operation: Operation, *, is_allowed: bool
    ) -> None:
        """Wait until the broker goes by it: it answers as soon as its metadata has the change."""
        asked = DescribeAclsRequest(resource, prefix, PREFIXED, f"User:{USER}", ANYWHERE, operation, ALLOW)
        async with Cluster(bootstrap_servers=self.by_anybody).admin() as admin, asyncio.timeout(LIMIT_S):
            while True:
                answer = (await admin._send_request(asked)).to_object()
                if bool(answer["resources"]) is is_allowed:
                    return
                await asyncio.sleep(LOOK_EVERY_S)

    async def _send(self, request: CreateAclsRequest | DeleteAclsRequest) -> None:
        async with Cluster(bootstrap_servers=self.by_anybody).admin() as admin:
            answer = (await admin._send_request(request)).to_object()
        [found] = answer.get("creation_responses") or answer["filter_responses"]
        assert not found["error_code"], found


def _named(right: Right, topic_prefix: str) -> tuple[Resource, str, Operation]:
    resource = Resource[right.kind.upper()]
    return resource, topic_prefix + (right.name or "worker."), Operation[right.operation.name]


@contextmanager
def secured(folder: Path) -> Iterator[Secured]:
    """One broker; a client without login is its administrator."""
    apache._fetch()
    node = Node(number=1, folder=folder / "secured")
    node.format(apache._cluster_id(), _settings(node))
    try:
        node.start()
        node.until_listening()
        yield Secured(bootstrap_servers=f"{HOST}:{node.port}", by_anybody=f"{HOST}:{node.inner_port}")
    finally:
        node.stop()


def _settings(node: Node) -> str:
    listeners = f"SASL_PLAINTEXT://{HOST}:{node.port},PLAINTEXT://{HOST}:{node.inner_port}"
    module = "org.apache.kafka.common.security.plain.PlainLoginModule"
    return f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{HOST}:{node.controller_port}
listeners={listeners},CONTROLLER://{HOST}:{node.controller_port}
advertised.listeners={listeners}
listener.security.protocol.map=SASL_PLAINTEXT:SASL_PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config={module} required user_{USER}="{PASSWORD}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
log.dirs={node.folder / "data"}
{ALONE}"""
