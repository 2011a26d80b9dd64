"""A run that cannot be recorded is a line on standard error, and changes no exit code."""

import pytest

from consumer.commands import reconciliation_log
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from tests.unit.reconcile.test_sign_off import run

CLUSTER = Cluster.of(Settings(topic_prefix="acme."))


@pytest.fixture
def topic(monkeypatch):
    """What is known of the topic: whether it is there, or that Kafka does not answer."""

    def answering(answer):
        async def exists(_, name):
            assert name == "lago.netsuite.reconciliations"
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(snapshot_reader, "exists", exists)

    return answering


async def test_a_missing_topic_is_named_with_the_command_that_creates_it(topic, capsys):
    """Deployments of before have none."""
    topic(False)

    await reconciliation_log.publish(CLUSTER, run())

    [line] = capsys.readouterr().err.splitlines()
    assert "acme.lago.netsuite.reconciliations" in line
    assert "lago-netsuite topics create" in line
    assert await reconciliation_log.read(CLUSTER) == []


async def test_a_kafka_that_does_not_answer_is_a_line_too(topic, capsys):
    """The comparison itself is done and printed."""
    topic(StartupError("Kafka at x does not answer"))

    await reconciliation_log.publish(CLUSTER, run())

    said = "This run is not recorded on acme.lago.netsuite.reconciliations: Kafka at x does not answer\n"
    assert capsys.readouterr().err == said
