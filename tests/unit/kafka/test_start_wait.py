"""How a process waits at its start for a Kafka that is not there."""

from __future__ import annotations

import ssl

import pytest
from structlog.testing import capture_logs

from consumer.errors import StartupError
from consumer.kafka import topics, unreachable
from consumer.kafka.cluster import Cluster
from consumer.kafka.start_wait import when_there
from consumer.kafka.unreachable import KafkaNotThereError
from consumer.sandbox.broker import HOST, free_port


class Kafka:
    """Answers from one attempt on, and counts attempts and waits; until then it raises this."""

    def __init__(self, *, answers_from: int, error: StartupError) -> None:
        self.answers_from = answers_from
        self.error = error
        self.attempts = 0
        self.waits_s: list[float] = []

    async def ask(self) -> str:
        self.attempts += 1
        if self.attempts < self.answers_from:
            raise self.error
        return "topics"

    async def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)


NOT_THERE = KafkaNotThereError("Kafka cannot be reached")


async def test_a_kafka_that_starts_later_is_waited_for_and_that_is_said_once():
    """With longer and longer waits between the attempts."""
    kafka = Kafka(answers_from=5, error=NOT_THERE)

    with capture_logs() as logged:
        answer = await when_there(kafka.ask, wait_limit_s=600, sleep=kafka.sleep)

    assert answer == "topics"
    assert kafka.waits_s == [0.5, 1, 2, 4]
    assert [(each["event"], each["reason"]) for each in logged] == [
        ("kafka_not_there_yet", "Kafka cannot be reached")
    ]


async def test_the_wait_ends_with_the_sentence_of_the_last_attempt():
    """No attempt begins later."""
    kafka = Kafka(answers_from=99, error=NOT_THERE)

    with pytest.raises(KafkaNotThereError, match="Kafka cannot be reached"):
        await when_there(kafka.ask, wait_limit_s=3, sleep=kafka.sleep)

    assert kafka.waits_s == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("wait_limit_s", "error"), [(0, NOT_THERE), (600, StartupError("Kafka refuses the login"))]
)
async def test_without_a_wait_and_for_what_no_wait_ends_there_is_one_attempt(wait_limit_s, error):
    """A wrong password is as wrong half a minute later."""
    kafka = Kafka(answers_from=2, error=error)

    with pytest.raises(StartupError) as caught:
        await when_there(kafka.ask, wait_limit_s=wait_limit_s, sleep=kafka.sleep)

    assert caught.value is error
    assert (kafka.attempts, kafka.waits_s) == (1, [])


@pytest.mark.parametrize("server", [f"{HOST}:{{port}}", "kafka.invalid:{port}"])
async def test_a_port_without_a_broker_and_a_name_without_an_address_may_come(server):
    """In Kubernetes and Compose the name itself comes with the broker."""
    cluster = Cluster(bootstrap_servers=server.format(port=free_port()))

    with pytest.raises(KafkaNotThereError, match="Kafka cannot be reached"):
        await topics.require(cluster, topics.names("input"))


def of_tls() -> ssl.SSLError:
    error = ssl.SSLError("wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize("cause", [of_tls(), ConnectionResetError("reset")])
async def test_a_broker_that_speaks_otherwise_is_no_broker_that_may_come(monkeypatch, cause):
    """It is there, and a setting is wrong."""

    async def closing(host, port, **security):
        raise cause

    monkeypatch.setattr(unreachable, "create_conn", closing)
    cluster = Cluster(bootstrap_servers=f"{HOST}:{free_port()}")

    with pytest.raises(StartupError) as caught:
        await topics.require(cluster, topics.names("input"))

    assert not isinstance(caught.value, KafkaNotThereError)
