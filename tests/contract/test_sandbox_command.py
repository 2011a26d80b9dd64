"""``lago-netsuite sandbox`` as a process: what it prints, that it stops, what it says when it cannot."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx

from consumer.clock import SystemClock
from consumer.config.connection import Connection
from consumer.netsuite.client import Client
from consumer.outcome import Delivered
from tests.contract import sandbox_server as boxes

COMMAND = [sys.executable, "-m", "consumer", "sandbox"]
ROOT = Path(__file__).parents[2]
STOP_LIMIT_S = 20


@contextmanager
def started(*arguments: str):
    process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline()
    finally:
        process.terminate()
        process.wait(STOP_LIMIT_S)
        process.stdout.close()


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=STOP_LIMIT_S, check=False
    )


async def test_sandbox_prints_where_it_is_and_a_client_can_start_from_there():
    """
    One line: the account, the address for connections.yaml, and where the credentials are.
    """
    with started("--port", "0") as (_, line):
        found = re.search(r"1234567_SB1 at (\S+) \| restlet_url: (\S+) \| credentials: (\S+)", line)
        async with httpx.AsyncClient(trust_env=False) as http:
            credentials = (await http.get(found[3])).json()
        settings = {
            "code": "eu",
            "account_id": "1234567_SB1",
            "environment": "sandbox",
            "restlet_url": found[2],
        }
        connection = Connection.model_validate(
            settings | {"auth": credentials["oauth2"], "lago": {"organization_id": "org"}}
        )
        async with Client(connection, clock=SystemClock()) as client:
            outcome = await client.write(boxes.customer())

    assert credentials["restlet_url"] == found[2]
    assert isinstance(outcome, Delivered)


def test_sandbox_stops_cleanly_on_sigterm():
    """
    Exit code 0: nothing went wrong.
    """
    with started("--port", "0") as (process, _):
        process.send_signal(signal.SIGTERM)

        assert process.wait(STOP_LIMIT_S) == 0


def test_port_in_use_is_one_sentence():
    """
    Exit code 1, the port and the option to change it, and no traceback.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = refused("--port", str(port))

    assert result.returncode == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in result.stderr
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_unknown_profile_is_one_sentence():
    """
    Exit code 2: it is the configuration that is wrong.
    """
    result = refused("--port", "0", "--profile", "nowhere")

    assert result.returncode == 2
    assert "--profile nowhere: no such profile and no such file" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_help_lists_every_profile():
    """
    Those that ship are there to be chosen.
    """
    told = refused("--help").stdout
    shipped = {path.stem for path in (ROOT / "consumer/sandbox/netsuite/profiles").glob("*.json")}

    assert {name for name in shipped if name not in told} == set()


def test_file_that_is_no_profile_is_refused(tmp_path):
    """
    What is wrong with it is named.
    """
    path = tmp_path / "profile.json"
    path.write_text('{"name": "x"}')

    result = refused("--port", "0", "--profile", str(path))

    assert result.returncode == 2
    assert "account_id" in result.stderr
    assert "Traceback" not in result.stderr
