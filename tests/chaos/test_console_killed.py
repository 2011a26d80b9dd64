"""The console is killed while it runs a backfill: nothing runs on unseen, and the next console says so."""

from __future__ import annotations

import signal

import pytest

from tests.integration.test_backfill import command
from tests.integration.test_console_jobs import SLOW, acts, consoles
from tests.integration.worker_under_test import stage


@pytest.mark.chaos_long
async def test_a_console_that_is_killed_leaves_no_run_behind_and_the_next_one_says_so(
    tmp_path, bootstrap_servers, topic_prefix
):
    """A run whose progress nobody reads ends as by a signal; a person stops another."""
    async with stage(bootstrap_servers, topic_prefix):
        with consoles(tmp_path, bootstrap_servers, topic_prefix) as (running, environment, console):
            with console() as (process, pages):
                plan = pages.ended(pages.act("plan_backfill", objects="invoices", rate=SLOW))
                killed = pages.act("backfill", plan=plan["id"])
                pages.sends(killed)
                process.send_signal(signal.SIGKILL)
                process.wait()
            running.until(lambda: acts(environment, "backfill")[-1]["details"]["state"] == "interrupted")
            with console() as (_, pages):
                pages.until(killed, lambda job: job["state"] == "lost")
                stopped = pages.act("backfill", plan=plan["id"])
                pages.sends(stopped)
                pages.act("stop_job", job=stopped, reason="too early")
                end = pages.ended(stopped)
                assert (end["state"], end["ended_by"]) == ("stopped", "local user")
                assert "events sent" in end["said"]
            assert command(environment, "audit", "verify")[0] == 0
