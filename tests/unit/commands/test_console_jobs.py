"""The console's jobs are child processes: followed, stopped, and on record, however they end."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager

import pytest

from consumer.clock import FakeClock
from consumer.commands import audit_trail, console_jobs, job_process
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.console_jobs import ConsoleJobs
from consumer.commands.job_process import Ended, Sentence, Step, arguments, line_of
from consumer.config.settings import Settings
from consumer.console.job import Job, JobOptions, StartJob, StopJob
from consumer.console.job_board import KEPT, JobBoard
from consumer.errors import StartupError
from consumer.kafka.cluster import Cluster

CODE = "netsuite-eu"
LIMIT_S = 20
AGREES = {"run_id": "r1", "outcome": "in_balance", "difference_count": 0, "documents": {"invoice": 3}}
DIFFERS = AGREES | {"outcome": "not_in_balance", "difference_count": 1}
SENT = {"state": "done", "sent": 3, "total": 4, "gone": 1}
PLANNED = {"plan": {"counts": {"invoice": 2, "payment": 0}}}
SAYS = "import json, sys; say = lambda each: print(each, file=sys.stderr, flush=True)\n"
WAITS = SAYS + "say(json.dumps({'step': 'sends', 'done': 1, 'total': 9}))\nimport time; time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS


def says(*lines, status=0):
    return f"{SAYS}[say(each) for each in {lines!r}]; sys.exit({status})"


def ending(content, status=0):
    return says(json.dumps({"ended": content}), status=status)


def asked(command="reconcile", **changes):
    members = {"connection": CODE, "options": JobOptions(), "actor": "ada", "reason": "why"}
    return StartJob(command=command, **members | changes)


class World:
    """Jobs whose command is a program of the test, and an audit topic of the test."""

    def __init__(self, monkeypatch):
        self.program, self.failing = "", []
        self.trail = AuditTrail(publish=self._publish, clock=FakeClock())
        self.board = JobBoard(changed=self._changed)
        self.jobs = ConsoleJobs(Cluster.of(Settings()), FakeClock(), self.board, asyncio.Lock())
        self._changed_event = asyncio.Event()
        monkeypatch.setattr(audit_trail, "opened", self._opened)
        monkeypatch.setattr(job_process, "start", self._start)
        monkeypatch.setattr(console_jobs, "AGAIN_AFTER_S", 0)

    @property
    def acts(self):
        return [(each.act, each.actor, each.reason, each.details) for each in self.trail.records]

    async def until(self, claim):
        async with asyncio.timeout(LIMIT_S):
            while not claim():
                self._changed_event.clear()
                await self._changed_event.wait()

    async def ended(self, job_id):
        async with asyncio.timeout(LIMIT_S):
            if (child := self.jobs._children.get(job_id)) and child.following:
                await asyncio.wait([child.following])
        return self.board.jobs[job_id]

    def _changed(self):
        self._changed_event.set()

    async def _start(self, _):
        if isinstance(self.program, OSError):
            raise self.program
        return await asyncio.create_subprocess_exec(
            sys.executable, "-S", "-c", self.program, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, limit=1_000
        )

    async def _publish(self, _):
        return None

    @asynccontextmanager
    async def _opened(self, *_):
        if self.failing:
            raise self.failing.pop()
        yield self.trail


@pytest.fixture
async def world(monkeypatch):
    made = World(monkeypatch)
    running = asyncio.create_task(made.jobs.run())
    await asyncio.sleep(0)
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("command", "program", "state", "said"),
    [
        ("reconcile", ending(AGREES), "done", "In balance: 3 documents agree"),
        ("reconcile", ending(DIFFERS, 1), "differs", "Not in balance: 1 difference in 3 documents"),
        ("backfill", ending(SENT), "done", "3 of 4 events sent; 1 documents are no longer in Lago"),
        ("backfill", ending(SENT | {"state": "interrupted", "gone": 0}, 1), "stopped", "3 of 4 events sent"),
        ("backfill_plan", ending(PLANNED), "done", "2 events would be sent"),
        ("backfill_plan", ending({"plan": {"counts": {"invoice": 0}}}), "done", "Nothing to send"),
        ("reconcile", says("Lago answers HTTP 503", status=1), "failed", "Lago answers HTTP 503"),
        ("reconcile", says(status=2), "failed", "It ended with status 2 and has said nothing"),
        ("reconcile", "import os; os.kill(os.getpid(), 9)", "failed", "SIGKILL: is there too little memory?"),
        ("reconcile", says("x" * 5_000, "Lago is away", status=1), "failed", "Lago is away"),
        ("reconcile", says('{"ended": {"outcome": "?"}}'), "failed", "This is a defect of the console"),
    ],
)
async def test_a_job_ends_with_a_sentence_on_record(world, command, program, state, said):
    """Whatever its end: done, with differences, refused, killed."""
    world.program = program

    outcome = await world.jobs.do(asked(command))
    job = await world.ended(outcome.job)

    assert outcome.is_done
    assert job.state == state
    assert said in job.said
    begun, *ends = world.acts
    assert begun[:3] == ("job_started", "ada", "why")
    assert (begun[3]["job"], begun[3]["command"]) == (job.id, command)
    if "defect" not in said:
        [(act, actor, _, details)] = ends
        assert (act, actor, details["job"], details["state"], details["said"]) == (
            "job_ended", "ada", job.id, state, job.said,
        )  # fmt: skip
        assert json.loads(details["result"]) == job.result


async def test_the_progress_of_a_job_is_shown_and_what_it_says_beside(world):
    """Each change reaches open pages."""
    world.program = WAITS

    outcome = await world.jobs.do(asked("backfill"))
    await world.until(lambda: world.board.jobs[outcome.job].done == 1)

    job = world.board.jobs[outcome.job]
    assert (job.state, job.step, job.total) == ("under_way", "sends", 9)
    assert job.latest_at
    await world.jobs.close()


async def test_a_job_is_stopped_by_a_person_with_a_reason_on_record(world):
    """Once it is; what has ended cannot be stopped."""
    world.program = WAITS
    outcome = await world.jobs.do(asked())
    await world.until(lambda: world.board.jobs[outcome.job].done == 1)

    stop = StopJob(job=outcome.job, actor="grace", reason="too early")
    stopped, twice = await world.jobs.do(stop), await world.jobs.do(stop)
    job = await world.ended(outcome.job)
    late = await world.jobs.do(stop)

    assert (stopped.is_done, twice.is_done, late.is_done) == (True, True, False)
    assert (job.state, job.ended_by, job.said) == ("stopped", "grace", "It was stopped before it was done")
    act, actor, reason, details = world.acts[-1]
    assert (act, actor, reason, details["stopped_by"]) == ("job_ended", "grace", "too early", "grace")


async def test_a_job_that_does_not_stop_is_killed(world, monkeypatch):
    """After what it may take to finish what it does."""
    monkeypatch.setattr(console_jobs, "KILLED_AFTER_S", 0.01)
    world.program = STUBBORN
    outcome = await world.jobs.do(asked())
    await world.until(lambda: world.board.jobs[outcome.job].done == 1)

    await world.jobs.do(StopJob(job=outcome.job, actor="ada", reason="r"))

    assert (await world.ended(outcome.job)).state == "stopped"


async def test_one_job_of_a_connection_runs_at_a_time(world):
    """Another connection has its own."""
    world.program = WAITS
    first = await world.jobs.do(asked())

    second = await world.jobs.do(asked("backfill"))
    other = await world.jobs.do(asked(connection="netsuite-us"))

    assert (second.is_done, second.job) == (False, first.job)
    assert "one runs at a time" in second.said
    assert other.is_done
    assert len(world.acts) == 2
    await world.jobs.close()


async def test_the_end_of_the_console_ends_its_jobs_and_says_so(world):
    """On record, before the process is gone."""
    world.program = WAITS
    outcome = await world.jobs.do(asked())
    await world.until(lambda: world.board.jobs[outcome.job].done == 1)

    await world.jobs.close()

    assert world.acts[-1][0] == "job_ended"
    assert world.acts[-1][2] == "the console has ended"
    assert world.jobs._children == {}


async def test_nothing_is_started_that_is_not_on_record(world):
    """Kafka is away: the sentence is the act's, and the next one may start."""
    world.failing = [StartupError("Kafka does not answer")]
    with pytest.raises(StartupError):
        await world.jobs.do(asked())

    assert world.board.jobs == {}
    world.program = ending(AGREES)
    outcome = await world.jobs.do(asked())
    assert (await world.ended(outcome.job)).state == "done"


async def test_an_end_waits_for_a_kafka_that_is_away(world):
    """Pages have it at once."""
    world.program = WAITS
    outcome = await world.jobs.do(asked())
    world.failing = [StartupError("Kafka does not answer")] * 3

    await world.jobs.do(StopJob(job=outcome.job, actor="ada", reason="r"))
    await world.ended(outcome.job)

    assert [each[0] for each in world.acts] == ["job_started", "job_ended"]


async def test_a_system_without_processes_says_so(world):
    """On the page and on record."""
    world.program = OSError(12, "Cannot allocate memory")

    outcome = await world.jobs.do(asked())
    await asyncio.sleep(0)

    assert (outcome.is_done, outcome.said) == (False, "It cannot be started: Cannot allocate memory")
    assert world.acts[-1][3]["state"] == "failed"


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b'{"step": "sends", "done": 3, "total": 9}\n', Step(step="sends", done=3, total=9)),
        (b'{"step": "reads", "done": 3}\n', Step(step="reads", done=3)),
        (b'{"ended": {"sent": 3}}\n', Ended(content={"sent": 3})),
        (b"Lago answers HTTP 503\n", Sentence(text="Lago answers HTTP 503")),
        (b'{"level": "error"}\n', Sentence(text='{"level": "error"}')),
        (b'{"step": "x", "done": "many"}\n', Sentence(text='{"step": "x", "done": "many"}')),
        (b"[1]\n", Sentence(text="[1]")),
        (b"7\n", Sentence(text="7")),
        (b"\x1b[31m\xff\n", Sentence(text="\\x1b[31m\ufffd")),
    ],
)
def test_a_line_is_progress_or_a_sentence(line, meaning):
    """Whatever a library prints."""
    assert line_of(line) == meaning


def test_what_people_type_is_never_an_option_of_the_command():
    """No shell reads it, and each value stands behind its own option."""
    options = JobOptions(
        since="2026-08-01",
        until="2026-08-31",
        customers=("--go", "a b; rm -rf /"),
        objects=("invoices",),
        rate="5",
    )
    known = {"id": "1", "connection": CODE, "reason": "r", "started_at": "", "options": options}

    plan = arguments(Job(command="backfill_plan", actor="--go", **known))
    go = arguments(Job(command="backfill", actor="ada", **known))
    compared = arguments(Job(command="reconcile", actor="ada", **known))

    assert plan == [
        "backfill", "--progress", f"--connection={CODE}", "--actor=--go", "--since=2026-08-01",
        "--until=2026-08-31", "--customer=--go", "--customer=a b; rm -rf /", "--objects=invoices",
    ]  # fmt: skip
    assert "--go" not in plan
    assert go[-2:] == ["--rate=5", "--go"]
    assert compared[0] == "reconcile"
    assert not {"--go", "--rate=5", "--objects=invoices"} & set(compared)


def test_the_board_keeps_what_runs_and_the_latest_that_have_ended():
    """However many there were."""
    board = JobBoard()
    known = {"connection": CODE, "command": "reconcile", "actor": "a", "reason": "r", "started_at": ""}
    board.put(Job(id="live", **known))
    for number in range(KEPT + 5):
        board.put(Job(id=str(number), state="done", **known))

    assert len(board.jobs) == KEPT + 1
    assert board.under_way(CODE) is board.jobs["live"]
    assert "4" not in board.jobs


def test_a_killed_command_names_the_signal():
    """Also one that has no name."""
    assert "SIGTERM" in job_process._killed(-signal.SIGTERM)
    assert "signal 99" in job_process._killed(-99)
