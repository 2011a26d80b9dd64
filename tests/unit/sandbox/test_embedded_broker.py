"""The executable of the embedded broker, which a read-only image holds ready, and its port."""

from __future__ import annotations

import socket

import pytest

from consumer.errors import StartupError
from consumer.sandbox import broker

# The first that Linux gives to outgoing connections, unless it is told otherwise; others begin later.
FIRST_OUTGOING = 32_768


@pytest.fixture
def executable(tmp_path, monkeypatch):
    file = tmp_path / "noida-db"
    file.touch()
    monkeypatch.setattr(broker, "_find", lambda: file)
    return file


def mode_after_start(file) -> int:
    broker._arguments(9092, file.parent)
    return file.stat().st_mode & 0o777


def test_an_installed_broker_is_made_executable(executable):
    """A wheel does not keep the mode of a file."""
    executable.chmod(0o644)

    assert mode_after_start(executable) == 0o755


def test_an_executable_broker_is_left_alone(executable):
    """In an image nothing of the installation can be written."""
    executable.chmod(0o555)

    assert mode_after_start(executable) == 0o555


@pytest.fixture
def taken():
    """A port on which another process might listen."""
    with socket.create_server((broker.HOST, 0)) as server:
        yield server.getsockname()[1]


def test_a_free_port_is_none_that_an_outgoing_connection_may_take_meanwhile():
    assert all(broker.free_port() < FIRST_OUTGOING for _ in range(20))


def test_a_taken_port_is_not_free(monkeypatch, taken):
    """The next one is."""
    free = broker.free_port()
    monkeypatch.setattr(broker, "FREE_PORTS", [taken, free])
    monkeypatch.setattr(broker, "ATTEMPTS", 2)

    assert {broker.free_port() for _ in range(10)} == {free}


def test_no_free_port_is_said(monkeypatch, taken):
    monkeypatch.setattr(broker, "FREE_PORTS", [taken])
    monkeypatch.setattr(broker, "ATTEMPTS", 1)

    with pytest.raises(StartupError, match=f"no port of 127.0.0.1 is free: 1 of {taken} to {taken} tried"):
        broker.free_port()
