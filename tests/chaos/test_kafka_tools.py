"""What runbooks call of Kafka's own tools, as it stands, on a broker with the groups and topics they name."""

from __future__ import annotations

import asyncio
import re
import subprocess

import pytest

from consumer.kafka.cluster import Cluster, stop
from tests.integration.brokers import apache
from tests.integration.worker_under_test import stage
from tests.support import documented_commands

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

# The scripts of Kafka's distribution start these.
MAIN_CLASSES = {
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-configs.sh": "kafka.admin.ConfigCommand",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
}
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy"
UNDELIVERABLE = "lago.webhooks.undeliverable"
LIMIT_S = 120
COMMANDS = [each for each in documented_commands.of_pages("deploy/runbooks/") if each.program in MAIN_CLASSES]


@pytest.fixture(scope="module")
def tools() -> str:
    """The class path of the tools, which the broker's jars do not have."""
    apache.require()
    folder = apache.jars().parent / f"{apache.version()}-tools"
    if not any(folder.glob("kafka-tools-*.jar")):
        artifact = f"-Dartifact=org.apache.kafka:kafka-tools:{apache.version()}"
        command = ["mvn", "-q", "-B", COPY_GOAL, artifact, f"-DoutputDirectory={folder}"]
        subprocess.run(command, check=True, timeout=apache.FETCH_LIMIT_S)
    return f"{folder}/*:{apache.jars()}/*"


async def _join(cluster: Cluster, group: str, topic: str) -> None:
    """A group that has been there: it leaves committed offsets."""
    consumer = cluster.consumer(group=group)
    consumer.subscribe([topic])
    await cluster.start(consumer)
    async with asyncio.timeout(LIMIT_S):
        await consumer.getone()
        await consumer.commit()
    await stop(consumer)


async def test_each_tool_takes_what_a_runbook_gives_it(tools, bootstrap_servers, topic_prefix):
    """It knows the options, and finds the group, the topic or the record."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        await on_kafka.produce(b"a webhook that was given up", topic=UNDELIVERABLE)
        for group in {name for each in COMMANDS for name in re.findall(r"--group (\S+)", each.line)}:
            await _join(on_kafka.cluster, topic_prefix + group, topic_prefix + UNDELIVERABLE)

        said = [
            await asyncio.to_thread(_run, each.line, tools, bootstrap_servers, topic_prefix)
            for each in COMMANDS
        ]

    assert {each.program for each in COMMANDS} == set(MAIN_CLASSES)
    for command, ran in zip(COMMANDS, said, strict=True):
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
        assert "Error" not in ran.stdout, command
    shown = "\n".join(ran.stdout for ran in said)
    assert "a webhook that was given up" in shown
    assert "retention.ms=5184000000" in shown
    assert "was successful" in shown


def _run(line: str, tools: str, servers: str, prefix: str) -> subprocess.CompletedProcess[str]:
    """In a shell in which the names of the scripts start Java; topics and groups have the test's prefix."""
    programs = [f"{name}() {{ java -cp '{tools}' {main} \"$@\"; }}" for name, main in MAIN_CLASSES.items()]
    real = re.sub(r"(--group |--topic |--entity-name )", rf"\g<1>{prefix}", line)
    script = "\n".join([*programs, real.replace("localhost:9092", servers)])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
