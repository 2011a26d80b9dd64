"""
Apache Kafka itself, one node in KRaft mode, from Maven Central and without Docker.

Needs Java 17 and mvn. The jars are fetched once, into `build/kafka/<version>`.
"""

from __future__ import annotations

import base64
import fcntl
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from consumer.sandbox.broker import HOST, free_port, stop, wait_until_listening

POM = Path(__file__).with_name("pom.xml")
CHECKOUT = Path(__file__).parents[3]
# With its version: the default is another one in each release of Maven.
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies"
FETCH_LIMIT_S = 300
FORMAT_LIMIT_S = 60
JAVA_AT_LEAST = 17
HEAP = "-Xmx512m"


def version() -> str:
    """The version the pom asks for."""
    found = re.search(r"<kafka\.version>(.+?)</kafka\.version>", POM.read_text())
    assert found is not None
    return found[1]


def is_available() -> bool:
    """Whether Java is new enough, and the jars are here or can be fetched."""
    return _java_version() >= JAVA_AT_LEAST and (_is_complete() or shutil.which("mvn") is not None)


def require() -> None:
    """Skip the test where it is not."""
    if not is_available():
        pytest.skip("needs Apache Kafka from Maven Central: Java 17 and mvn")


@contextmanager
def run(directory: Path) -> Iterator[str]:
    """A broker of its own in a directory of its own; gives the bootstrap address."""
    _fetch()
    port, controller_port = free_port(), free_port()
    settings = directory / "server.properties"
    settings.write_text(_settings(directory, port, controller_port))
    quiet = directory / "log4j2.yaml"
    quiet.write_text(_LOG4J)
    tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", _cluster_id(), "-c", str(settings)]
    subprocess.run(_java(quiet, tool), check=True, timeout=FORMAT_LIMIT_S, capture_output=True)
    log_file = directory / "kafka.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            _java(quiet, ["kafka.Kafka", str(settings)]), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_listening(process, port, log_file=log_file)
            yield f"{HOST}:{port}"
        finally:
            stop(process)


def jars() -> Path:
    """The folder of the jars, fetched if they are not there."""
    _fetch()
    return _jars()


def _jars() -> Path:
    return CHECKOUT / "build" / "kafka" / version()


def _is_complete() -> bool:
    return (_jars() / ".complete").is_file()


def _fetch() -> None:
    """Copy the jars once, by the first caller: parallel test processes would overwrite the copies."""
    _jars().mkdir(parents=True, exist_ok=True)
    with (_jars() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_complete():
            return
        command = ["mvn", "-q", "-B", "-f", str(POM), COPY_GOAL, "-DincludeScope=runtime"]
        subprocess.run([*command, f"-DoutputDirectory={_jars()}"], check=True, timeout=FETCH_LIMIT_S)
        (_jars() / ".complete").touch()


def _java(log_settings: Path, arguments: Sequence[str]) -> list[str]:
    options = [HEAP, "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    where = ["-cp", f"{_jars()}/*", f"-Dlog4j2.configurationFile={log_settings}"]
    return [_java_command(), *options, *where, *arguments]


def _java_command() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"


def _java_version() -> int:
    try:
        said = subprocess.run([_java_command(), "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else 0


def _cluster_id() -> str:
    # Kafka wants 16 bytes in base64url, which must not begin with a dash.
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "a")


def _settings(directory: Path, port: int, controller_port: int) -> str:
    return f"""
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={HOST}:{controller_port}
listeners=PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}
advertised.listeners=PLAINTEXT://{HOST}:{port}
controller.listener.names=CONTROLLER
log.dirs={directory / "data"}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
"""


_LOG4J = """
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout: {pattern: "%d %p %m (%c)%n"}
  Loggers:
    Root: {level: WARN, AppenderRef: [{ref: STDOUT}]}
"""
