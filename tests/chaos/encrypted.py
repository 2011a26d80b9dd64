"""A broker of Apache Kafka with TLS, whose certificate a test chooses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from consumer.sandbox.broker import HOST
from tests.chaos.cluster import ALONE, Node
from tests.integration.brokers import apache
from tests.support import certificates
from tests.support.certificates import Authority, Certificate

SHOWN = "shown.pem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """
    The broker.

    Attributes:
        authority: the certificate authority that workers trust.
    """

    node: Node
    authority: Authority

    @property
    def bootstrap_servers(self) -> str:
        """The address of its TLS listener."""
        return f"{certificates.HOST}:{self.node.port}"

    @property
    def in_clear(self) -> str:
        """The address of its listener without TLS."""
        return f"{HOST}:{self.node.inner_port}"

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a process that trusts it."""
        return {"kafka_security_protocol": "SSL", "kafka_ssl_cafile": str(self.authority.file)}

    def start_with(self, certificate: Certificate) -> None:
        """Start or restart it with this certificate."""
        self.node.stop()
        (self.node.folder / SHOWN).write_bytes(certificate.key + certificate.chain)
        self.node.start()
        self.node.until_listening()


@contextmanager
def encrypted(folder: Path) -> Iterator[Encrypted]:
    """One broker, which is not started yet."""
    apache._fetch()
    node = Node(number=1, folder=folder / "encrypted")
    node.format(apache._cluster_id(), _settings(node))
    try:
        yield Encrypted(node=node, authority=Authority(folder=folder))
    finally:
        node.stop()


def _settings(node: Node) -> str:
    listeners = f"SSL://{HOST}:{node.port},PLAINTEXT://{HOST}:{node.inner_port}"
    advertised = f"SSL://{certificates.HOST}:{node.port},PLAINTEXT://{HOST}:{node.inner_port}"
    return f"""
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{HOST}:{node.controller_port}
listeners={listeners},CONTROLLER://{HOST}:{node.controller_port}
advertised.listeners={advertised}
listener.security.protocol.map=SSL:SSL,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location={node.folder / SHOWN}
log.dirs={node.folder / "data"}
{ALONE}"""
