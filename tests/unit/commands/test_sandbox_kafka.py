"""`sandbox kafka` listens where the settings say that Kafka is, and says what is in its way."""

import signal
import socket

import pytest

from consumer.commands import sandbox_kafka
from consumer.sandbox import broker
from tests.support import command_line


@pytest.mark.parametrize(
    ("servers", "port"),
    [
        ("localhost:9092", 9092),
        ("127.0.0.1:19092", 19092),
        (" localhost:19093 ,b:1", 19093),
        ("kafka.example:9094", 9092),
        ("localhost", 9092),
    ],
)
def test_the_port_is_that_of_the_settings_on_this_machine(servers, port):
    assert sandbox_kafka.port_of(servers) == port


def test_a_port_in_use_is_one_sentence(capsys, monkeypatch):
    """Another broker may listen there: its topics would be created and nobody would notice."""
    monkeypatch.setattr(broker, "is_available", lambda: True)
    before = [signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = command_line.called(capsys, "sandbox", "kafka", "--port", str(port))
    for each, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
        signal.signal(each, handler)

    assert (code, out) == (1, "")
    assert err == (
        f"port {port} of 127.0.0.1 cannot be used: Address already in use; choose another with --port\n"
    )


def test_without_the_extra_it_says_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setattr(broker, "is_available", lambda: False)

    code, _, err = command_line.called(capsys, "sandbox", "kafka")

    assert code == 2
    assert "pip install 'lago-netsuite[sandbox]'" in err
    assert "LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS" in err
