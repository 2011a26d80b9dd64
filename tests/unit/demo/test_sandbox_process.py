"""The sandbox of the demo starts before the rest is imported, and never stays behind."""

import os
import signal
import tempfile

import pytest

from consumer.demo import sandbox_process


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


async def test_it_is_ready_while_nothing_else_is():
    """Its origin and its books are there."""
    with sandbox_process.begun() as begun:
        origin = await sandbox_process.origin_of(begun.sandbox)

        assert origin.startswith("http://127.0.0.1:")
        assert (begun.folder / "books.sqlite").is_file()


@pytest.mark.parametrize("end", [SystemExit(1), KeyboardInterrupt()], ids=["SIGTERM", "Ctrl-C"])
def test_it_is_stopped_when_the_demo_ends_before_its_event_loop_runs(end):
    """While a second of imports goes on."""
    with pytest.raises(type(end)), sandbox_process.begun() as begun:
        raise end

    with pytest.raises(ProcessLookupError):
        os.kill(begun.sandbox.pid, 0)


def test_a_signal_to_end_is_an_exit_meanwhile_and_what_it_was_afterwards():
    """As the event loop takes it over and gives it back."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit), sandbox_process.begun():
        os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before
