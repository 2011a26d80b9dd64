"""The commands of the runbooks and of the month end, as they stand, on a connector whose books disagree."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from consumer.config.settings import Settings
from consumer.kafka import topics
from consumer.ops import probe
from tests.integration import running_programs
from tests.integration.ingest_and_relay import webhook
from tests.integration.test_payments_without_events import World, world
from tests.support import documented_commands
from tests.support.command_line import called
from tests.support.documented_commands import Command
from tests.support.http_server import served
from tests.support.readme import ROOT

pytestmark = pytest.mark.kafka

LIMIT_S = 60
COLUMNS = 80
# Pages name a connection, a month and a difference of their reader's; here they are those of the rehearsal.
CODES = re.compile(r"\b(netsuite-eu|CODE)\b")
MONTH = ("2026-10", "2026-01")
CODE = "unknown_currency"
# Beside 0: 1 says that a person is needed, or that the books disagree.
MAY_END_WITH = {"status": {1}, "reconcile --": {0, 1}, "check": {0, 1}}
NAMED_FILES = set(re.findall(r"`(\w+\.csv)`", (ROOT / "deploy" / "month-end.md").read_text()))
# What a command has to show: a proof that it looked at the right thing.
SHOWN = {
    "lago-netsuite errors": CODE,
    "lago-netsuite status": "a person is needed",
    "lago-netsuite replay --code invalid_mapping": "1",
    "lago-netsuite relay test finance": "taken",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One command with what it has printed."""

    command: Command
    status: object
    out: str
    err: str

    @property
    def widest(self) -> int:
        """Of the lines printed, in characters."""
        return max(map(len, self.out.splitlines()), default=0)


def _commands() -> list[Command]:
    """Each once: the month end from its top to its end, then the runbooks, what looks before what acts."""
    month_end = documented_commands.of_pages("deploy/month-end.md", "lago-netsuite")
    runbooks = documented_commands.of_pages("deploy/runbooks/", "lago-netsuite")
    acts_last = sorted(runbooks, key=lambda each: "--go" in each.line or " resume " in each.line)
    return list({each.line: each for each in [*month_end, *acts_last]}.values())


@pytest.fixture
def receiver() -> Iterator[str]:
    """Where an endpoint takes everything."""

    class _Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

    with served(_Taking) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


def _add_endpoint(file: Path, url: str) -> None:
    given = json.loads(file.read_text())
    [connection] = given["connections"]
    connection["webhooks"] = [webhook("finance", url)]
    file.write_text(json.dumps(given))


@pytest.fixture
def troubled(tmp_path, bootstrap_servers, topic_prefix, monkeypatch, receiver) -> Iterator[World]:
    """One invoice is booked, one has failed, and the webhook of one is lost."""
    asyncio.run(topics.create(Settings(kafka_bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)))
    with world(tmp_path, bootstrap_servers, topic_prefix) as running:
        lago = running.lago
        lago.act("faults", requests_per_s=None)
        lago.act("customers", external_id="acme", currency="EUR")
        lago.act("customers", external_id="other", currency="GBP")
        booked = lago.bill()
        lago.bill("other")
        running.until(lambda: booked["number"] in running.due())
        running.until(lambda: CODE in running.worker.said)
        lago.act("faults", lose=1)
        lago.bill()
        _add_endpoint(tmp_path / "connections.yaml", receiver)
        for name, value in (running.environment | {"COLUMNS": str(COLUMNS)}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield running


def _line(command: Command, key: str) -> str:
    line = CODES.sub(running_programs.CODE, command.line).replace(*MONTH).replace(" KEY ", f" {key} ")
    return line.replace("--code invalid_mapping", f"--code {CODE}")


def test_each_command_of_the_guides_does_what_its_page_says(troubled, capsys):
    """None is unknown, none ends with a traceback, and each finds what it looks for."""
    _, found, _ = called(capsys, "reconcile", "--json")
    [*_, difference] = json.loads(found)["differences"]
    called(capsys, "pause", "--connection", running_programs.CODE, "--reason", "a rehearsal")

    ran = [_run(capsys, command, difference["key"]) for command in _commands()]

    assert [each for each in ran if not _is_well(each)] == []
    for line, shown in SHOWN.items():
        assert any(shown in each.out + each.err for each in ran if each.command.line == line), line
    assert {path.name for path in Path("october").iterdir()} == NAMED_FILES
    assert {each.command.line: each.widest for each in ran if each.widest > COLUMNS} == {}
    _ask_the_worker(troubled, capsys)


def _run(capsys: pytest.CaptureFixture[str], command: Command, key: str) -> Ran:
    """In this process, since each of its own would cost seconds; what follows a pipe is left to a shell."""
    left, _, right = _line(command, key).partition(" | ")
    status, out, err = called(capsys, *shlex.split(left)[1:])
    if right:
        piped = subprocess.run(
            ["bash", "-c", right], input=out, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        return Ran(command=command, status=piped.returncode or status, out=piped.stdout, err=err)
    return Ran(command=command, status=status, out=out, err=err)


def _is_well(ran: Ran) -> bool:
    words = ran.command.line.partition(" ")[2]
    expected = next((codes for start, codes in MAY_END_WITH.items() if words.startswith(start)), {0})
    return ran.status in expected and "Traceback" not in ran.err


def _ask_the_worker(troubled: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As the runbooks do by `kubectl exec`: by a module of the image, which has no curl."""
    executed = [
        shlex.split(each.line.partition(" -- ")[2])
        for each in documented_commands.of_pages("deploy/runbooks/", "kubectl")
        if each.line.startswith("kubectl exec ")
    ]
    assert {(*words[:3],) for words in executed} == {("python", "-m", "consumer.ops.probe")}

    for url in {words[3] for words in executed}:
        asked = url.replace(url.rpartition("/")[0], troubled.worker.ops)
        assert probe.run([asked], {}) == probe.WELL, asked
        assert capsys.readouterr().out
