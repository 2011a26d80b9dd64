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

    assert capsys.readouterr().err == "This run is not recorded: Kafka at x does not answer\n"


WHOLE, PART, OTHER = {}, {"customers": ("cus_1",)}, {"customers": ("cus_2",)}
GOOD, BAD = {"outcome": "in_balance"}, {"outcome": "not_in_balance", "difference_count": 1}


@pytest.mark.parametrize(
    ("runs", "standing"),
    [
        ([WHOLE | BAD, PART | GOOD], 0),
        ([WHOLE | GOOD, PART | GOOD], 0),
        ([WHOLE | GOOD, PART | BAD], 1),
        ([WHOLE | GOOD, PART | BAD, OTHER | GOOD], 1),
        ([WHOLE | GOOD, PART | BAD, PART | GOOD], 2),
        ([WHOLE | BAD, PART | BAD, WHOLE | GOOD], 2),
        ([PART | GOOD], 0),
        ([PART | GOOD, OTHER | BAD], 1),
    ],
)
def test_a_comparison_of_some_documents_does_not_speak_for_the_others(runs, standing):
    """It counts where it finds what the whole one did not, until the same is compared again."""
    made = [run(run_id=str(place), **each) for place, each in enumerate(runs)]

    assert reconciliation_log.latest(made)["netsuite-eu"].run_id == str(standing)
