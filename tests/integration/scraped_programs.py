"""A worker, a relay and an ingest on one broker, watched by a real Prometheus on this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from ruamel.yaml import YAML

from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port, stop
from tests.integration import running_programs

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yaml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "lago-netsuite.json"
PROGRAM = shutil.which("prometheus")
JOBS = ("worker", "relay", "ingest")
START_LIMIT_S = 90.0
UNITS_S = {"s": 1, "m": 60, "h": 3_600}
# Of a range or an offset; a day is left as it is.
DURATION = re.compile(r"(?<=\[)\d+[smh](?=\])|(?<=offset )\d+[smh]\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prometheus:
    """A running one; answers with what its API says."""

    origin: str
    http: httpx.Client = field(repr=False)
    folder: Path

    def find(self, job: str, *targets: str) -> None:
        """From now on a job has these targets, as when pods come and go; without any it is absent."""
        (self.folder / f"{job}.json").write_text(_targets(*targets))

    def ask(self, path: str, **parameters: Any) -> Any:
        answer = self.http.get(f"{self.origin}/api/v1/{path}", params=parameters).json()
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str, **parameters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("query", query=expression, **parameters)["result"]
        return found

    def firing(self) -> set[tuple[str, str]]:
        """Each alert that fires: its name, and the endpoint or connection that it is about."""
        labels = (each["labels"] for each in self.ask("alerts")["alerts"] if each["state"] == "firing")
        return {(each["alertname"], each.get("endpoint") or each.get("connection", "")) for each in labels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """Where the three listen: what machines ask, and what Lago posts to."""

    ops: Mapping[str, str]
    ingest: str
    log_files: Mapping[str, Path]

    def until_ready(self) -> None:
        for name, origin in self.ops.items():
            until(
                lambda origin=origin: _is_ready(origin),
                limit_s=START_LIMIT_S,
                because=self.log_files[name].read_text,
            )


@contextmanager
def processes(folder: Path, settings: Mapping[str, str], connections: Sequence[Mapping[str, Any]]):
    """All three, on free ports of this machine."""
    connections_file = folder / "connections.yaml"
    connections_file.write_text(json.dumps({"connections": list(connections)}))
    given = {"connections_file": str(connections_file), "log_format": "json", "ops_host": "127.0.0.1"}
    ports = {name: free_port() for name in JOBS}
    ingest_port = free_port()
    given |= {"ingest_host": "127.0.0.1", "ingest_port": str(ingest_port)} | dict(settings)
    logs = {name: folder / f"{name}.log" for name in JOBS}
    with ExitStack() as stack:
        for name in JOBS:
            own = {env_name(key): value for key, value in {**given, "ops_port": str(ports[name])}.items()}
            stack.enter_context(running_programs.running([name], logs[name], own))
        ready = Processes(
            ops={name: f"http://127.0.0.1:{port}" for name, port in ports.items()},
            ingest=f"http://127.0.0.1:{ingest_port}/lago",
            log_files=logs,
        )
        ready.until_ready()
        yield ready


@contextmanager
def prometheus(
    folder: Path, ops: Mapping[str, str], *, rules: Mapping[str, Any], every: str = "1s"
) -> Iterator[Prometheus]:
    """Prometheus with these targets by job and these rules, on a free port of this machine."""
    port = free_port()
    (folder / "alerts.yaml").write_text(json.dumps(rules))
    for name, origin in ops.items():
        (folder / f"{name}.json").write_text(_targets(origin))
    (folder / "prometheus.yaml").write_text(
        json.dumps(
            {
                "global": {"scrape_interval": every, "evaluation_interval": every, "scrape_timeout": every},
                "rule_files": ["alerts.yaml"],
                "scrape_configs": [
                    {
                        "job_name": f"lago-netsuite-{name}",
                        "file_sd_configs": [{"files": [f"{name}.json"]}],
                    }
                    for name in ops
                ],
            }
        )
    )
    arguments = [
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    log_file = folder / "prometheus.log"
    with log_file.open("wb") as log, httpx.Client(trust_env=False, timeout=10) as http:
        process = subprocess.Popen([str(PROGRAM), *arguments], stdout=log, stderr=log)
        try:
            origin = f"http://127.0.0.1:{port}"
            running_programs.until(lambda: _is_ready(origin, "-/ready"), because=log_file.read_text)
            yield Prometheus(origin=origin, http=http, folder=folder)
        finally:
            stop(process)


def rules_at_once(*, oldest_s: int) -> dict[str, Any]:
    """The real rules, but that none waits, and that an event is too old after `oldest_s` seconds."""
    rules: dict[str, Any] = YAML(typ="safe").load(ALERTS)
    for each in (rule for group in rules["groups"] for rule in group["rules"]):
        each["for"] = "0s"
        if each["alert"] == "OldestUnsettledTooOld":
            each["expr"] = each["expr"].replace("3600", str(oldest_s))
    return rules


def rules_in_a_hurry(by: int) -> dict[str, Any]:
    """
    The real rules with every duration divided: how long each waits, and how far back it looks.

    Numbers that ages and dates are compared with stay, since these grow as fast as ever.
    """
    rules: dict[str, Any] = YAML(typ="safe").load(ALERTS)
    for each in (rule for group in rules["groups"] for rule in group["rules"]):
        each["for"] = _divided(each["for"], by)
        each["expr"] = DURATION.sub(lambda found: _divided(found[0], by), each["expr"])
    return rules


def alert_names() -> list[str]:
    """Of all rules."""
    loaded = YAML(typ="safe").load(ALERTS)
    return [rule["alert"] for group in loaded["groups"] for rule in group["rules"]]


def _divided(duration: str, by: int) -> str:
    number, unit = int(duration[:-1]), duration[-1]
    return f"{number * UNITS_S[unit] * 1_000 // by}ms" if number else duration


def _targets(*origins: str) -> str:
    return json.dumps([{"targets": [origin.removeprefix("http://") for origin in origins]}])


def panels() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every panel of the dashboard, with its row's title, in order."""
    row = ""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        else:
            yield row, panel


def asked(expression: str, *, window: str) -> str:
    """An expression of the dashboard as Grafana asks it when nothing was chosen."""
    for variable in ("namespace", "connection", "account", "topic", "currency"):
        expression = expression.replace(f"${variable}", ".*")
    return expression.replace("$__rate_interval", window)


def _is_ready(origin: str, path: str = "readyz") -> bool:
    try:
        return httpx.get(f"{origin}/{path}", trust_env=False, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def until(claim, *, limit_s: float, because=lambda: "") -> float:
    """Wait for a claim about Prometheus; how many seconds that took."""
    began_s = time.monotonic()
    while not claim():
        assert time.monotonic() - began_s < limit_s, because()
        time.sleep(0.2)
    return time.monotonic() - began_s
