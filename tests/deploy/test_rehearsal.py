"""
What deploy/compose.yaml starts, started here without containers, does what it says.

The services run with their own commands and variables, in the order of their dependencies, against the broker
of this run. Only names and ports differ, because all of them share this machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from consumer.config.settings import env_name
from consumer.ops import probe
from consumer.sandbox.broker import HOST, free_port
from tests.deploy.compose import OURS, SERVICES, SHARED
from tests.integration.running_programs import running, until

LIMIT_S = 60
MONTH_LIMIT_S = 150
# What the containers listen on; `lago` is left out, since its port is that of the console too.
PORTS = {"ingest": 8081, "console": 8082, "console-port": 8083, "sandbox": 8460, "lago-sandbox": 8461}
OPS = ("worker", "worker-2", "relay-ops", "ingest-ops", "console-ops", "none")
RATE = ["--rate=40"]

# One process plays the month once under pytest-xdist.
pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("rehearsal")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything that is up; `said` is what the player of the month has printed."""

    folder: Path
    ports: dict[str, int]

    @property
    def said(self) -> str:
        return (self.folder / "lago.log").read_text()

    def records(self, record_type: str) -> list[dict[str, object]]:
        url = f"http://{HOST}:{self.ports['sandbox']}/sandbox/records?type={record_type}"
        return httpx.get(url, trust_env=False).raise_for_status().json()


class Stand:
    """Takes the place of the containers' host."""

    def __init__(self, folder: Path, bootstrap_servers: str, topic_prefix: str) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in (*PORTS, "lago", *OPS)}
        self._own = {
            env_name("kafka_bootstrap_servers"): bootstrap_servers,
            env_name("topic_prefix"): topic_prefix,
            env_name("consumer_group"): f"{topic_prefix}rehearsal",
            env_name("ops_host"): HOST,
            env_name("ingest_host"): HOST,
            env_name("ingest_port"): str(self.ports["ingest"]),
            env_name("console_port"): str(self.ports["console"]),
            env_name("console_state"): str(folder / "console.sqlite"),
        }

    def origin(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    def command(self, name: str) -> list[str]:
        words = [str(word).replace(SHARED, str(self.folder)) for word in SERVICES[name]["command"]]
        return [
            self._here(word.replace("0.0.0.0", HOST).replace("//ingest:", f"//{HOST}:")) for word in words
        ]

    def _here(self, text: str) -> str:
        """The same with the ports of this machine."""
        for name, port in PORTS.items():
            text = re.sub(rf"(?<=[:=]){port}\b", str(self.ports[name]), text)
        return text

    def environment(self, name: str, ops: str = "none") -> dict[str, str]:
        given = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
        given = {key: value.replace(SHARED, str(self.folder)) for key, value in given.items()}
        return given | self._own | {env_name("ops_port"): str(self.ports[ops])}

    def done(self, name: str, *more: str) -> str:
        """A service that ends by itself."""
        ran = subprocess.run(
            [sys.executable, "-m", "consumer", *self.command(name), *more],
            env=os.environ | self.environment(name),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    @contextmanager
    def up(self, name: str, *more: str, ops: str = "none", log: str | None = None) -> Iterator[None]:
        """A service that stays, once its health check is content."""
        log_file = self.folder / f"{log or name}.log"
        with running([*self.command(name), *more], log_file, self.environment(name, ops)):
            if asked := self.asked(name, ops):
                until(lambda: probe.run([asked], {}) == probe.WELL, because=log_file.read_text)
            yield

    def asked(self, name: str, ops: str) -> str | None:
        check = SERVICES[name]["healthcheck"]
        if check.get("disable"):
            return None
        return self._here(str(check["test"][-1])).replace(":8080", f":{self.ports[ops]}")


@pytest.fixture(scope="module")
def deployment(bootstrap_servers, tmp_path_factory):
    """All services of ours, until the month has been played."""
    stand = Stand(tmp_path_factory.mktemp("shared"), bootstrap_servers, "rehearsal.")
    with ExitStack() as stack:
        origins = {"sandbox": "sandbox", "webhooks": "lago", "emulated-lago": "lago-sandbox"}
        places = [f"--{option}={stand.origin(name)}" for option, name in origins.items()]
        stand.done("prepare", *places)
        assert "there already" in stand.done("prepare", *places)
        stand.done("topics")
        stack.enter_context(stand.up("sandbox"))
        stack.enter_context(stand.up("ingest", ops="ingest-ops"))
        stack.enter_context(stand.up("worker", ops="worker"))
        stack.enter_context(stand.up("worker", ops="worker-2", log="worker-2"))
        stack.enter_context(stand.up("relay", ops="relay-ops"))
        stack.enter_context(stand.up("console", ops="console-ops"))
        stack.enter_context(stand.up("console-port"))
        stack.enter_context(stand.up("lago-sandbox"))
        places = [f"--{each}={stand.origin(each)}" for each in ("ingest", "sandbox", "worker")]
        stack.enter_context(stand.up("lago", *places, f"--port={stand.ports['lago']}", *RATE))
        up = Deployment(folder=stand.folder, ports=stand.ports)
        until(lambda: "events sent" in up.said, because=lambda: up.said, limit_s=MONTH_LIMIT_S)
        yield up


def test_every_service_of_ours_takes_part():
    """What is added to the file is rehearsed too."""
    month = {"prepare", "topics", "sandbox", "ingest", "worker", "relay", "lago"}

    assert set(OURS) == month | {"console", "console-port", "lago-sandbox"}


def test_the_month_reaches_the_sandbox(deployment):
    """None of them twice; the invoice that the demo repairs is left for the reader to repair."""
    written = {"customer": 11, "invoice": 33, "customerpayment": 7}

    def counts() -> dict[str, int]:
        return {record_type: len(deployment.records(record_type)) for record_type in written}

    # A payment that waits for its invoice is written after the events are counted.
    until(lambda: counts() == written, because=lambda: str(counts()))


def test_what_fails_comes_back_as_a_webhook(deployment):
    """The relay reaches the inbox, and its signatures are accepted."""
    said = re.search(r"86 events sent, 86 taken: .* 6 to errors; (\d+) webhooks came", deployment.said)

    assert said is not None, deployment.said
    assert int(said[1]) >= 6


def test_the_console_shows_the_month_to_other_machines(deployment):
    """Through the service beside it, since without a login it listens on its own machine only."""
    page = httpx.get(f"http://{HOST}:{deployment.ports['console-port']}/", trust_env=False)

    assert page.status_code == 200
    assert "netsuite-demo" in page.text


def test_what_the_emulated_lago_bills_is_booked(deployment):
    """By the connection that `prepare` has written for it."""
    origin = f"http://{HOST}:{deployment.ports['lago-sandbox']}"
    with httpx.Client(trust_env=False, base_url=origin, timeout=LIMIT_S) as lago:
        fee = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}
        billed = {"external_customer_id": "cus_rehearsal", "currency": "EUR", "fees": [fee]}
        customer = {"external_id": "cus_rehearsal", "name": "Rehearsal Ltd", "currency": "EUR"}
        assert lago.post("/sandbox/customers", json=customer).status_code == 201
        answer = lago.post("/sandbox/invoices", json=billed)
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]

    until(
        lambda: number in str(deployment.records("invoice")),
        because=(deployment.folder / "worker.log").read_text,
    )
