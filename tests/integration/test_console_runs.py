"""Runs of replays from the console: paused, resumed, cancelled, cut off, and carried on without doubling."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from consumer.commands import audit_trail
from consumer.sandbox.broker import free_port
from schemas import audit
from tests.integration import failed_events, running_programs
from tests.integration.worker_under_test import Stage, stage, until

pytestmark = pytest.mark.kafka

FAILURES = 40
SLOW = "0.5"
FEW = 2
CHOSEN = {"connection": failed_events.CONNECTION, "reason": "the item is mapped"}
LIMIT_S = 60


@dataclass
class Console:
    """The console as a process, and what a program asks of it."""

    on_kafka: Stage
    http: httpx.AsyncClient
    environment: dict[str, str]
    log_file: Path
    token: str = field(default="")

    def running(self) -> Any:
        return running_programs.running(["console"], self.log_file, self.environment)

    async def ready(self, open_documents: int) -> None:
        async def is_ready() -> bool:
            try:
                answer = await self.http.get("/api/v1/overview")
            except httpx.TransportError:
                return False
            return bool(answer.json()["open_documents"] == open_documents)

        await until(is_ready)
        self.token = (await self.http.get("/api/v1/session")).json()["token"]

    async def act(self, name: str, **fields: str) -> httpx.Response:
        return await self.http.post(
            f"/api/v1/acts/{name}", json=fields, headers={"x-csrf-token": self.token}, timeout=LIMIT_S
        )

    async def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get(f"/api/v1/replays/{run_id}")).json()
        return found

    async def reached(self, run_id: str, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async def is_so() -> bool:
            return fits(await self.run(run_id))

        await until(is_so)
        return await self.run(run_id)

    async def replays(self) -> Counter[str | None]:
        found = await failed_events.replays(self.on_kafka)
        return Counter(record.header("replay-of") for record in found)

    async def command(self, *arguments: str) -> str:
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "consumer", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
async def console(bootstrap_servers: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[Console]:
    port = free_port()
    environment = running_programs.environment_of_console(
        tmp_path, bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, port=port
    )
    origin = f"http://127.0.0.1:{port}"
    async with stage(bootstrap_servers, topic_prefix) as on_kafka, httpx.AsyncClient(base_url=origin) as http:
        yield Console(on_kafka, http, environment, tmp_path / "console.log")


async def parked(console: Console) -> set[str]:
    events = failed_events.invoices(console.on_kafka.cluster.topic_prefix, FAILURES)
    return set(await failed_events.park(console.on_kafka, events, ("invalid_mapping",)))


async def test_a_run_is_paused_by_a_command_and_resumed_and_cancelled_by_a_program(console):
    """Its progress is a number of its page; what it has not done is not on the topic, and stays open."""
    await parked(console)
    with console.running():
        await console.ready(FAILURES)
        plan = (await console.http.get(f"/api/v1/acts/replay?connection={CHOSEN['connection']}")).json()
        begun = (await console.act("replay", **CHOSEN, rate=SLOW, plan=plan["plan"])).json()
        run_id = begun["run"]
        await console.reached(run_id, lambda run: run["replayed"] >= FEW)

        said = await console.command("replays", "pause", run_id, "--reason", "month end", "--actor", "ada")
        paused = await console.reached(run_id, lambda run: run["state"] == "paused")
        twice = await console.act("pause_replay", run=run_id, reason="again")
        at_rest = sum((await console.replays()).values())
        resumed = await console.act("resume_replay", run=run_id, reason="go on", rate="1")
        await console.reached(run_id, lambda run: run["replayed"] > at_rest)
        cancelled = await console.act("cancel_replay", run=run_id, reason="wrong cause")
        over = await console.reached(run_id, lambda run: run["state"] == "cancelled")
        too_late = await console.act("resume_replay", run=run_id, reason="no")
        listed = (await console.http.get("/api/v1/replays")).json()["replays"]

    assert begun["said"] == f"The replay of {FAILURES} documents has begun"
    assert "paused" in said
    assert (paused["said"], paused["failures"]) == ("month end (ada)", FAILURES)
    assert (twice.status_code, twice.json()["error"]) == (409, "The replay is paused")
    assert (resumed.status_code, cancelled.status_code) == (200, 200)
    assert (over["said"], over["rate_per_s"]) == ("wrong cause (local user)", 1)
    assert (too_late.status_code, too_late.json()["error"]) == (409, "The replay is cancelled")
    assert [each["run"] for each in listed] == [run_id]
    found = await console.replays()
    assert FEW < len(found) == sum(found.values()) < FAILURES
    acts = await audit_trail.read(console.on_kafka.cluster)
    assert [each.act for each in acts] == ["replay", "pause_replay", "resume_replay", "cancel_replay"]
    assert list(audit.breaks(acts)) == []


async def test_a_console_that_is_stopped_leaves_a_run_that_a_command_carries_on(console):
    """It says after how many it stopped; the rest is replayed once."""
    ids = await parked(console)
    with console.running() as process:
        await console.ready(FAILURES)
        run_id = (await console.act("replay", **CHOSEN, rate=SLOW)).json()["run"]
        await console.reached(run_id, lambda run: run["replayed"] >= FEW)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, console.log_file.read_text()
    on_topic = sum((await console.replays()).values())

    with console.running():
        await console.ready(FAILURES - on_topic)
        stopped = await console.reached(run_id, lambda run: run["state"] == "stopped")
        said = await console.command(
            "replays", "resume", run_id, "--reason", "go on", "--rate", "1000", "--go"
        )
        done = await console.reached(run_id, lambda run: run["state"] == "done")

    assert FEW <= on_topic < FAILURES
    assert (stopped["said"], stopped["replayed"]) == ("the console was stopped", on_topic)
    assert f"stopped after {on_topic} of {FAILURES}" in said
    assert done["replayed"] == FAILURES
    assert await console.replays() == Counter(ids)


async def test_a_note_of_the_page_and_an_assignment_of_a_command_are_seen_by_both(console):
    """They are on the audit record, and change nothing else."""
    first = min(await parked(console))
    with console.running():
        await console.ready(FAILURES)
        noted = await console.act("note", error_id=first, reason="asked ACME for the item")
        await console.command("errors", "assign", first, "--to", "grace", "--reason", "knows it")

        async def is_seen() -> bool:
            found = (await console.http.get("/api/v1/failures?assigned=grace")).json()["failures"]
            return [each["id"] for each in found] == [first]

        await until(is_seen)
        one = (await console.http.get(f"/api/v1/failures/{first}")).json()
    [listed] = json.loads(await console.command("errors", "list", "--assigned", "grace", "--json"))

    assert (noted.status_code, noted.json()["said"]) == (200, "1 document noted")
    assert [each["text"] for each in one["notes"]] == ["asked ACME for the item"]
    assert (one["state"], one["assignment"]["reason"]) == ("open", "knows it")
    assert (listed["id"], listed["assignee"]) == (first, "grace")
    assert listed["notes"].endswith("local user: asked ACME for the item")
    acts = await audit_trail.read(console.on_kafka.cluster)
    assert [each.act for each in acts] == ["note", "assign"]


@pytest.mark.chaos_long
async def test_a_console_that_is_killed_leaves_a_run_that_it_carries_on_itself(console):
    """After half a minute without a sign it has stopped; only events of one batch are replayed twice."""
    ids = await parked(console)
    with console.running() as process:
        await console.ready(FAILURES)
        run_id = (await console.act("replay", **CHOSEN, rate="5")).json()["run"]
        await console.reached(run_id, lambda run: run["replayed"] >= FEW)
        process.kill()
        process.wait(10)

    with console.running():
        await console.ready(FAILURES - sum((await console.replays()).values()))
        early = await console.run(run_id)
        for _ in range(3):  # longer than one wait
            with_state = await console.run(run_id)
            if with_state["state"] == "stopped":
                break
            await asyncio.sleep(15)
        assert (await console.act("resume_replay", run=run_id, reason="on", rate="1000")).status_code == 200
        await console.reached(run_id, lambda run: run["state"] == "done")

    assert early["state"] == "running"
    found = await console.replays()
    assert set(found) == ids
    assert sum(found.values()) <= FAILURES + 5
