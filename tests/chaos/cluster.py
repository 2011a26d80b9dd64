"""Apache Kafka with brokers that a test can kill, and a listener behind a proxy."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from consumer.sandbox.broker import HOST, free_port, stop, wait_until_listening
from tests.integration.brokers import apache

HEAP = "-Xmx256m"
ALONE = """auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
"""Settings of a broker that is the only one."""


@dataclass(slots=True, kw_only=True)
class Node:
    """
    One broker and controller.

    Attributes:
        proxied_port: advertised port of its third listener, on which only a test's proxy listens.
        inner_port: the real port of that listener.
    """

    number: int
    folder: Path
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)
    inner_port: int = field(default_factory=free_port)
    proxied_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self, *of_java: str) -> None:
        """Start it with its data on disk; `of_java` are options of the virtual machine."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._java(*of_java, "kafka.Kafka", str(self._settings)), stdout=log, stderr=subprocess.STDOUT
            )

    def until_listening(self) -> None:
        """Wait for each of its listeners: it opens them one after the other."""
        assert self.process is not None
        for port in listening_ports(self._settings.read_text()):
            wait_until_listening(self.process, port, log_file=self._log)

    def kill(self) -> None:
        """Kill it by SIGKILL."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            stop(self.process)

    def format(self, cluster_id: str, settings: str, *more: str) -> None:
        self.folder.mkdir(parents=True)
        self._settings.write_text(settings)
        self._quiet.write_text(apache._LOG4J)
        tool = ("kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self._settings))
        command = self._java(*tool, *more)
        subprocess.run(command, check=True, timeout=apache.FORMAT_LIMIT_S, capture_output=True)

    @property
    def _settings(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _quiet(self) -> Path:
        return self.folder / "log4j2.yaml"

    @property
    def _log(self) -> Path:
        return self.folder / "kafka.log"

    def _java(self, *arguments: str) -> list[str]:
        command = apache._java(self._quiet, arguments)
        return [HEAP if each == apache.HEAP else each for each in command]


def listening_ports(settings: str) -> list[int]:
    """The port of each listener that a broker with these settings opens."""
    [listeners] = re.findall(r"^listeners=(.+)$", settings, re.MULTILINE)
    return [int(each.rpartition(":")[2]) for each in listeners.split(",")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brokers:
    """A cluster."""

    nodes: tuple[Node, ...]

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(f"{HOST}:{node.port}" for node in self.nodes)

    @property
    def proxied_servers(self) -> str:
        return ",".join(f"{HOST}:{node.proxied_port}" for node in self.nodes)


@contextmanager
def brokers(folder: Path, count: int) -> Iterator[Brokers]:
    """A cluster of so many brokers."""
    apache._fetch()
    nodes = tuple(Node(number=number, folder=folder / f"node{number}") for number in range(1, count + 1))
    voters = ",".join(f"{node.number}@{HOST}:{node.controller_port}" for node in nodes)
    cluster_id = apache._cluster_id()
    with ExitStack() as stack:
        for node in nodes:
            node.format(cluster_id, _settings(node, voters, count))
            stack.callback(node.stop)
            node.start()
        for node in nodes:
            node.until_listening()
        yield Brokers(nodes=nodes)


def _settings(node: Node, voters: str, count: int) -> str:
    listeners = f"PLAINTEXT://{HOST}:{node.port},PROXIED://{HOST}:{node.inner_port}"
    advertised = f"PLAINTEXT://{HOST}:{node.port},PROXIED://{HOST}:{node.proxied_port}"
    return f"""
process.roles=broker,controller
node.id={node.number}
controller.quorum.voters={voters}
listeners={listeners},CONTROLLER://{HOST}:{node.controller_port}
advertised.listeners={advertised}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={node.folder / "data"}
auto.create.topics.enable=false
offsets.topic.replication.factor={count}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={count}
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""
