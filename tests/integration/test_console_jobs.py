"""Backfills and comparisons from the console: Lago, a worker and NetSuite, the console between them."""

from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from functools import partial

import httpx
import pytest

from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port
from tests.integration import running_programs
from tests.integration.running_programs import CODE
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

LOST = 8
SLOW = "0.5"


class Pages:
    """The console as a program uses it."""

    def __init__(self, http):
        self.http = http

    def act(self, name, **fields):
        token = self.http.get("/api/v1/session").json()["token"]
        answer = self.http.post(
            f"/api/v1/acts/{name}",
            json={"connection": CODE, "reason": "checked", **fields},
            headers={"x-csrf-token": token},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["job"]

    def job(self, job_id):
        return self.http.get(f"/api/v1/jobs/{job_id}").json()

    def until(self, job_id, claim):
        """Follow a job as an open page does, which asks again whenever something has changed."""
        with self.http.stream("GET", "/live") as changes:
            for line in changes.iter_lines():
                if line.startswith(("retry", "event")) and claim(job := self.job(job_id)):
                    return job
        raise AssertionError(self.job(job_id))

    def ended(self, job_id):
        return self.until(job_id, lambda job: job["state"] != "under_way")

    def sends(self, job_id):
        return self.until(job_id, lambda job: job["step"] == "sends")


def answers(http):
    try:
        return http.get("/healthz").json()["behind"] == 0
    except httpx.TransportError:
        return False


def acts(environment, name):
    code, said, problems = command(environment, "audit", "--json")
    assert code == 0, problems
    return [each for each in json.loads(said) if each["act"] == name]


@contextmanager
def consoles(tmp_path, bootstrap_servers, topic_prefix):
    """Books that lack the invoices whose webhooks were lost, and what begins a console of them."""
    port = free_port()

    @contextmanager
    def console(environment):
        log, origin = tmp_path / "console.log", f"http://127.0.0.1:{port}"
        with (
            running_programs.running(["console"], log, environment) as process,
            httpx.Client(base_url=origin, trust_env=False, timeout=30) as http,
        ):
            running_programs.until(lambda: answers(http), because=log.read_text)
            yield process, Pages(http)

    with world(tmp_path, bootstrap_servers, topic_prefix) as running:
        own = running.environment | {
            env_name("console_port"): str(port),
            env_name("console_state"): str(tmp_path / "console.sqlite"),
            env_name("ops_port"): "0",
        }
        running.lago.act("faults", requests_per_s=None)
        running.lago.act("customers", external_id="acme", currency="EUR")
        running.lago.act("faults", lose=LOST)
        for _ in range(LOST):
            running.lago.bill()
        yield running, own, partial(console, own)


async def test_books_are_compared_and_filled_from_the_console(tmp_path, bootstrap_servers, topic_prefix):
    """What a console was doing that is ended says so in the next one, which sends the rest."""
    async with stage(bootstrap_servers, topic_prefix):
        with consoles(tmp_path, bootstrap_servers, topic_prefix) as (running, environment, console):
            with console() as (process, pages):
                compared = pages.ended(pages.act("reconcile"))
                assert compared["said"] == f"Not in balance: {LOST} differences in {LOST} documents"
                run_id = compared["result"]["run_id"]
                running.until(lambda: pages.http.get(f"/reconciliation/{CODE}:{run_id}").status_code == 200)
                plan = pages.ended(pages.act("plan_backfill", objects="invoices", rate=SLOW))
                assert plan["result"]["plan"]["counts"] == {"invoice": LOST}, plan
                assert plan["result"]["plan"]["sums"] == {"invoice": {"EUR": "800.00"}}
                assert running.netsuite.records("invoice") == []
                begun = pages.act("backfill", plan=plan["id"])
                pages.sends(begun)
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0
            with console() as (_, pages):
                assert (
                    f"of {LOST} events sent"
                    in pages.until(begun, lambda job: job["state"] == "stopped")["said"]
                )
                fast = pages.ended(pages.act("plan_backfill", objects="invoices"))
                sent = pages.ended(pages.act("backfill", plan=fast["id"]))
                assert sent["state"] == "done", sent
                assert int(sent["said"].partition(" ")[0]) < LOST
                running.until(lambda: len(running.netsuite.records("invoice")) == LOST)
                agreed = pages.ended(pages.act("reconcile"))
                assert agreed["said"] == f"In balance: {LOST} documents agree", agreed
            assert [each["reason"] for each in acts(environment, "job_ended")][2] == "the console has ended"
