"""A command says how far it is in lines that another process reads, and ends when nobody reads them."""

from __future__ import annotations

import json
import signal
import sys

import pytest

from consumer.clock import FakeClock
from consumer.commands import job_progress
from consumer.commands.job_progress import EVERY_S, JobProgress


def lines(capsys):
    printed = capsys.readouterr()
    assert printed.out == ""
    return [json.loads(line) for line in printed.err.splitlines()]


def test_at_most_one_line_a_second_is_written_and_the_last_always(capsys):
    """A new step begins with its own line."""
    progress = JobProgress(is_on=True, clock=(clock := FakeClock()))

    progress.at("sends", 100, 300)
    progress.at("sends", 200, 300)
    clock.advance(EVERY_S)
    progress.at("sends", 250, 300)
    progress.at("sends", 300, 300)
    progress.add("reads", 5)
    progress.add("reads", 5)
    clock.advance(EVERY_S)
    progress.add("reads", 5)
    progress.end({"state": "done"})

    assert lines(capsys) == [
        {"step": "sends", "done": 100, "total": 300},
        {"step": "sends", "done": 250, "total": 300},
        {"step": "sends", "done": 300, "total": 300},
        {"step": "reads", "done": 5},
        {"step": "reads", "done": 15},
        {"ended": {"state": "done"}},
    ]


def test_a_command_for_people_writes_no_such_line(capsys):
    """They have a bar."""
    progress = job_progress.watched(is_on=False)

    progress.at("sends", 100, 300)
    progress.end({})

    assert lines(capsys) == []


def test_a_command_whose_reader_is_gone_ends_as_by_a_signal(monkeypatch):
    """What it has begun it ends, and no line is missed by anybody."""

    class Gone:
        def write(self, _):
            raise BrokenPipeError

        def flush(self):
            raise BrokenPipeError

    raised = []
    monkeypatch.setattr(sys, "stderr", Gone())
    monkeypatch.setattr(signal, "raise_signal", raised.append)

    JobProgress(is_on=True, clock=FakeClock()).at("sends", 1, 2)

    assert raised == [signal.SIGTERM]


@pytest.mark.parametrize("is_on", [True, False])
def test_a_watched_command_lets_others_go_first(monkeypatch, is_on):
    """The pages of the process that watches it."""
    nice = []
    monkeypatch.setattr(job_progress.os, "nice", nice.append)

    assert job_progress.watched(is_on=is_on).is_on is is_on
    assert nice == [job_progress.NICENESS] * is_on
