"""The executable of the embedded broker, which a read-only image holds ready."""

from __future__ import annotations

import pytest

from consumer.sandbox import broker


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
