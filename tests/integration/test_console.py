"""The console as a process: what failed on Kafka is on its pages, and its acts are on Kafka."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import httpx
import pytest

from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port
from tests.integration import failed_events, running_programs
from tests.integration.worker_under_test import stage, until
from tests.support import connection_files

pytestmark = pytest.mark.kafka

FAILURES = 3


async def test_a_failure_is_shown_replayed_and_closed_with_its_audit_record(
    bootstrap_servers: str, topic_prefix: str, tmp_path: Path
):
    """The tables are kept over a restart, and the process ends at SIGTERM."""
    port, log_file = free_port(), tmp_path / "console.log"
    environment = running_programs.environment_of_console(
        tmp_path, bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, port=port
    )
    origin = f"http://127.0.0.1:{port}"
    async with stage(bootstrap_servers, topic_prefix) as on_kafka, httpx.AsyncClient(base_url=origin) as http:
        events = failed_events.invoices(topic_prefix, FAILURES)
        parked = await failed_events.park(on_kafka, events, ("invalid_mapping",))
        first, second, _ = parked

        async def open_documents() -> int:
            try:
                answer = await http.get("/api/v1/overview")
            except httpx.TransportError:
                return -1
            return int(answer.raise_for_status().json()["open_documents"])

        async def is_open(count: int) -> bool:
            return await open_documents() == count

        async def act(name: str, error_id: str) -> str:
            page = (await http.get(f"/failures/{error_id}")).text
            token = re.search(r'name="token" value="(\w+)"', page)
            assert token is not None, page
            form = {"token": token[1], "error_id": error_id, "reason": "seen to"}
            answer = await http.post(f"/acts/{name}", data=form)
            assert answer.status_code == 200, answer.text
            return answer.text

        with running_programs.running(["console"], log_file, environment):
            await until(lambda: is_open(FAILURES))
            assert "1 document replayed" in await act("replay", first)
            await until(lambda: is_open(FAILURES - 1))
            assert "1 document closed" in await act("ignore", second)
            await until(lambda: is_open(FAILURES - 2))
            acts = (await http.get("/api/v1/audit")).json()["acts"]
            assert {(each["act"], each["actor"], each["reason"]) for each in acts} == {
                ("replay", "local user", "seen to"),
                ("end_replay", "local user", ""),
                ("close", "local user", "seen to"),
            }

        with running_programs.running(["console"], log_file, environment) as process:
            await until(lambda: is_open(FAILURES - 2))
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0, log_file.read_text()


async def test_without_a_login_only_this_machine_is_served(tmp_path: Path):
    """Another address is refused at start, with the setting's name."""
    environment = running_programs.environment(
        tmp_path,
        bootstrap_servers="127.0.0.1:9",
        topic_prefix="",
        connection=connection_files.settings(),
        console_host="0.0.0.0",
    )
    log_file = tmp_path / "console.log"
    with running_programs.running(["console"], log_file, environment) as process:
        assert process.wait(20) == 2
    assert env_name("console_host") in log_file.read_text()
