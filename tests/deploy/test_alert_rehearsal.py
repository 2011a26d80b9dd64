"""
Debian's Prometheus watches real processes with our rules: a month is silent, and what is gone or wrong fires.

The services are those of deploy/compose.yaml, started as `tests.deploy.test_rehearsal` does. A minute of the
rules is two seconds here (`scraped_programs.rules_in_a_hurry`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx
import pytest

from consumer.sandbox.broker import HOST
from tests.deploy.test_rehearsal import LIMIT_S, MONTH_LIMIT_S, RATE, Stand
from tests.integration import scraped_programs
from tests.integration.running_programs import until

pytestmark = [
    pytest.mark.chaos_long,
    pytest.mark.kafka,
    pytest.mark.skipif(
        scraped_programs.PROGRAM is None, reason="no prometheus here (Debian package prometheus)"
    ),
]

HURRY = 30
SCRAPED_EVERY = "2s"
# As promtool is given the month: a second of it is a minute, and then hours in which nothing more happens.
QUIET_MINUTES = 360
WATCHED = '{__name__=~"up|lago_netsuite_.*", __name__!~"lago_netsuite_.*_(bucket|created)"}'
LOOP_LAG = "lago_netsuite_event_loop_lag_seconds_bucket"
PROMTOOL = shutil.which("promtool")
CONNECTION = "netsuite-acme"
ACCOUNT_OF_THE_REST = "cus_alerts"
# Twice what the slowest of them waits and looks back, and what a busy machine needs.
FIRES_WITHIN_S = 120.0


@dataclass(slots=True, kw_only=True)
class Watched:
    """What runs, what watches it, and when the month began and ended; the worker can be stopped."""

    stand: Stand
    prometheus: scraped_programs.Prometheus
    began_s: float = 0.0
    ended_s: float = 0.0
    worker: ExitStack = field(default_factory=ExitStack)

    def start_worker(self) -> None:
        self.worker.enter_context(self.stand.up("worker", ops="worker"))
        self.prometheus.find("worker", self.stand.origin("worker"))

    def stop_worker(self) -> None:
        """As a scaling to 0 does: the process ends, and its target is gone."""
        self.worker.close()
        self.prometheus.find("worker")

    def firing(self) -> set[tuple[str, str]]:
        return self.prometheus.firing()

    def has_settled_all(self) -> bool:
        """Whether every process answers and none has a record left; that is the end of the month."""
        self.ended_s = time.time()
        up = self.prometheus.query("up == 1", time=self.ended_s)
        settled = self.prometheus.query("sum(lago_netsuite_unsettled_records) == 0", time=self.ended_s)
        return len(up) == len(scraped_programs.JOBS) and bool(settled)

    def until_fires(self, name: str, about: str = "", *, meanwhile: Callable[[], object] = int) -> float:
        """Wait until an alert fires; how many seconds that took."""

        def fires() -> bool:
            meanwhile()
            return (name, about) in self.firing()

        return scraped_programs.until(
            fires, limit_s=FIRES_WITHIN_S, because=lambda: f"{name} does not fire: {self.firing()}"
        )

    def until_silent(self, name: str) -> None:
        scraped_programs.until(
            lambda: name not in {each for each, _ in self.firing()},
            limit_s=FIRES_WITHIN_S,
            because=lambda: f"{name} still fires",
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of an operator."""
        return subprocess.run(
            [sys.executable, "-m", "consumer", *words],
            env=os.environ | self.stand.environment("worker"),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def lago(self, path: str, body: dict[str, object]) -> dict[str, object]:
        """Make the emulated Lago do something."""
        origin = self.stand.origin("lago-sandbox")
        answer = httpx.post(f"{origin}/sandbox/{path}", json=body, trust_env=False, timeout=LIMIT_S)
        assert answer.is_success, answer.text
        found: dict[str, object] = answer.json()
        return found

    def bill(self) -> str:
        """The number of a new invoice."""
        fee = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}
        billed = {"external_customer_id": ACCOUNT_OF_THE_REST, "currency": "EUR", "fees": [fee]}
        return str(self.lago("invoices", billed)["number"])

    def until_booked(self, number: str) -> None:
        url = f"{self.stand.origin('sandbox')}/sandbox/records?type=invoice"
        until(lambda: number in httpx.get(url, trust_env=False).text, because=lambda: number)


@pytest.fixture(scope="module")
def watched(bootstrap_servers, tmp_path_factory) -> Iterator[Watched]:
    """All services but the console, until the month has been played."""
    folder = tmp_path_factory.mktemp("shared")
    stand = Stand(folder, bootstrap_servers, "alerts.")
    with ExitStack() as stack:
        origins = {"sandbox": "sandbox", "webhooks": "lago", "emulated-lago": "lago-sandbox"}
        stand.done("prepare", *(f"--{option}={stand.origin(name)}" for option, name in origins.items()))
        stand.done("topics")
        stack.enter_context(stand.up("sandbox"))
        stack.enter_context(stand.up("ingest", ops="ingest-ops"))
        stack.enter_context(stand.up("relay", ops="relay-ops"))
        ops = {
            "worker": stand.origin("worker"),
            "relay": stand.origin("relay-ops"),
            "ingest": stand.origin("ingest-ops"),
        }
        rules = scraped_programs.rules_in_a_hurry(HURRY)
        place = tmp_path_factory.mktemp("prometheus")
        found = Watched(
            stand=stand,
            prometheus=stack.enter_context(
                scraped_programs.prometheus(place, ops, rules=rules, every=SCRAPED_EVERY)
            ),
        )
        stack.callback(found.worker.close)
        found.start_worker()
        stack.enter_context(stand.up("lago-sandbox"))
        scraped_programs.until(
            lambda: len(found.prometheus.query("up == 1")) == len(ops) and not found.firing(),
            limit_s=FIRES_WITHIN_S,
            because=lambda: str(found.firing()),
        )
        found.began_s = time.time()
        places = [f"--{each}={stand.origin(each)}" for each in ("ingest", "sandbox", "worker")]
        stack.enter_context(stand.up("lago", *places, f"--port={stand.ports['lago']}", *RATE))
        said = folder / "lago.log"
        until(lambda: "events sent" in said.read_text(), because=said.read_text, limit_s=MONTH_LIMIT_S)
        scraped_programs.until(
            found.has_settled_all,
            limit_s=FIRES_WITHIN_S,
            because=lambda: str(found.prometheus.query("lago_netsuite_unsettled_records > 0")),
        )
        yield found


def test_the_month_is_silent(watched):
    """No rule fires while it is played, though some of its documents are rejected as planned."""
    played = f"{watched.ended_s - watched.began_s:.0f}s"
    fired = watched.prometheus.query(
        f'max by (alertname) (max_over_time(ALERTS{{alertstate="firing"}}[{played}]))', time=watched.ended_s
    )

    assert {each["metric"]["alertname"] for each in fired} == set()


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool here (Debian package prometheus)")
def test_the_rules_as_they_are_stay_silent_over_the_months_metrics(watched, tmp_path):
    """What was scraped, stretched to an hour and more, and hours after it: promtool fires nothing."""
    minutes = int(watched.ended_s - watched.began_s)
    asked = [
        {"eval_time": f"{at}m", "alertname": name, "exp_alerts": []}
        for at in range(10, minutes + QUIET_MINUTES, 30)
        for name in scraped_programs.alert_names()
    ]
    series = [
        each
        for query in (WATCHED, LOOP_LAG)
        for each in watched.prometheus.ask(
            "query_range", query=query, start=watched.began_s, end=watched.ended_s + 1, step=1
        )["result"]
    ]
    month = {
        "interval": "1m",
        "input_series": [_as_minutes(each, watched.began_s, minutes) for each in series],
        "alert_rule_test": asked,
    }
    rules = str(scraped_programs.ALERTS)
    file = tmp_path / "month_test.json"
    file.write_text(json.dumps({"rule_files": [rules], "evaluation_interval": "1m", "tests": [month]}))

    ran = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(file)], capture_output=True, text=True, timeout=300, check=False
    )

    assert len(series) > 300
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _as_minutes(series: dict, began_s: float, ended: int) -> dict[str, str]:
    """
    A scraped series as promtool reads it; its time begins at the epoch, and so do dates in values.

    What is there in the end stays so for hours; what has gone before, as with a partition, stays away.
    """
    labels = dict(series["metric"])
    name = labels.pop("__name__")
    shift_s = began_s if name.endswith("_timestamp_seconds") else 0.0
    by_second = {round(at_s - began_s): float(value) for at_s, value in series["values"]}
    last = max(by_second)
    values = [
        "_" if (value := by_second.get(second)) is None else f"{value - shift_s if value else 0:g}"
        for second in range(last + 1)
    ]
    said = ",".join(f"{label}={json.dumps(value)}" for label, value in labels.items())
    after = f"{values[-1]}+0x{QUIET_MINUTES}" if last >= ended else "stale"
    return {"series": f"{name}{{{said}}}", "values": f"{' '.join(values)} {after}"}


def test_refused_webhooks_fire_and_are_silent_once_they_are_accepted(watched):
    """A key that was rotated: what Lago signs is refused, nothing else comes."""
    url = f"{watched.stand.origin('ingest')}/lago/{CONNECTION}"
    body = json.dumps({"webhook_type": "invoice.created"}).encode()
    signed = {"X-Lago-Signature": "bm90IG91cnM=", "X-Lago-Signature-Algorithm": "hmac"}
    signed |= {"X-Lago-Unique-Key": "alerts", "Content-Type": "application/json"}

    def refuse() -> None:
        assert httpx.post(url, content=body, headers=signed, trust_env=False).status_code == 401
        time.sleep(0.5)

    took_s = watched.until_fires("WebhooksRefused", CONNECTION, meanwhile=refuse)

    watched.lago("customers", {"external_id": ACCOUNT_OF_THE_REST, "name": "Alerts Ltd", "currency": "EUR"})
    watched.until_booked(watched.bill())
    watched.until_silent("WebhooksRefused")
    print(f"WebhooksRefused fired after {took_s:.0f} s")  # noqa: T201 - `make alert-rehearsal` shows it


def test_books_that_disagree_fire_until_they_are_repaired(watched):
    """An invoice whose webhook is lost on the way; found by `reconcile`, sent by its repair."""
    watched.lago("faults", {"lose": 3})
    number = watched.bill()
    assert watched.run("reconcile", "--connection", CONNECTION).returncode == 1

    took_s = watched.until_fires("BooksDisagree", CONNECTION)

    repaired = watched.run("reconcile", "--connection", CONNECTION, "--repair", "--go")
    watched.until_booked(number)
    again = watched.run("reconcile", "--connection", CONNECTION)
    assert again.returncode == 0, repaired.stdout + again.stdout
    watched.until_silent("BooksDisagree")
    print(f"BooksDisagree fired after {took_s:.0f} s")  # noqa: T201 - `make alert-rehearsal` shows it


def test_absent_workers_fire_until_one_is_back(watched):
    """No process and no target: no metric of a worker is left that could fire."""
    watched.stop_worker()

    took_s = watched.until_fires("WorkersAbsent")

    assert watched.prometheus.query('up{job="lago-netsuite-worker"}') == []
    watched.start_worker()
    watched.until_silent("WorkersAbsent")
    print(f"WorkersAbsent fired after {took_s:.0f} s")  # noqa: T201 - `make alert-rehearsal` shows it


def test_a_part_without_a_target_fires(watched):
    """Relay and ingest as well, each by itself."""
    watched.prometheus.find("relay")
    watched.until_fires("RelayAbsent")
    watched.prometheus.find("ingest")
    watched.until_fires("IngestAbsent")

    assert "WorkersAbsent" not in {name for name, _ in watched.firing()}
    assert HOST in watched.stand.origin("relay-ops")
