"""The port of the console beside the demo that stays."""

from __future__ import annotations

import socket

import pytest

from consumer.demo import stay


def test_the_port_that_is_asked_for_is_taken():
    """Even when another program has it: that is an error with its name."""
    assert stay.port_of(9_999) == 9_999


def test_0_is_a_free_port():
    """One on which nothing listens."""
    assert stay.port_of(0) > 0


def test_the_usual_port_is_left_to_the_program_that_has_it(monkeypatch: pytest.MonkeyPatch):
    """A free one is taken then."""
    with socket.create_server((stay.HOST, 0)) as other:
        monkeypatch.setattr(stay, "USUAL_PORT", other.getsockname()[1])
        taken = stay.port_of(None)

    assert taken != stay.USUAL_PORT


def test_the_usual_port_is_taken_while_it_is_free(monkeypatch: pytest.MonkeyPatch):
    """So that the address can be learned by heart."""
    with socket.create_server((stay.HOST, 0)) as other:
        port = other.getsockname()[1]
    monkeypatch.setattr(stay, "USUAL_PORT", port)

    assert stay.port_of(None) == port
