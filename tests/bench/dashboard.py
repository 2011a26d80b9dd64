"""
``python -m tests.bench.dashboard``: play the demo's events for some minutes, watched by a real Prometheus.

What that answers to the queries of the Grafana dashboard is drawn panel by panel, as
deploy/grafana/dashboard.png.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import httpx
import matplotlib as mpl
from ruamel.yaml import YAML

from consumer.config.settings import Settings
from consumer.demo import connections as demo_connections
from consumer.demo import scenario
from consumer.demo.lago_month import LagoMonth
from consumer.kafka import topics
from consumer.sandbox.broker import embedded_broker
from tests.integration import running_programs, scraped_programs
from tests.integration.receiver import SECRET, receiver
from tests.support.webhooks import HMAC_KEY, headers

OUTPUT = scraped_programs.ROOT / "deploy" / "grafana" / "dashboard.png"
PLAY_S = 110.0
REST_S = 15.0
EVENTS_PER_S = 4.0
STEP_S = 2
WINDOW = "20s"
COLUMNS = 4
LEGENDS = 8
# An outage and some slow calls, so that there is something to see.
FAULTS = {
    45.0: {"kind": "503", "times": 40},
    85.0: {"kind": "slow", "times": 12, "delay_s": 2},
}


def main() -> int:
    """Play, ask, draw."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if scraped_programs.PROGRAM is None:
        print("no prometheus here: make prometheus")  # noqa: T201 - a command prints
        return 1
    with tempfile.TemporaryDirectory(prefix="dashboard-") as place:
        asyncio.run(_run(Path(place)))
    print(f"drawn: {OUTPUT.relative_to(scraped_programs.ROOT)}")  # noqa: T201 - a command prints
    return 0


async def _run(folder: Path) -> None:
    with embedded_broker(folder / "broker") as address, running_programs.sandbox(folder) as netsuite:
        settings = {"kafka_bootstrap_servers": address, "consumer_group": "watched"}
        await topics.create(Settings(kafka_bootstrap_servers=address))
        async with receiver() as endpoint:
            organization_id = LagoMonth(seed=1).organization.lago_id
            connections = _connections(netsuite, organization_id, endpoint.origin)
            with (
                scraped_programs.processes(folder, settings, connections) as running,
                scraped_programs.prometheus(
                    folder, running.ops, rules=scraped_programs.rules_at_once(oldest_s=60), every="2s"
                ) as prometheus,
            ):
                began_s = time.time()
                await _play(f"{running.ingest}/{connections[0]['code']}", netsuite, organization_id)
                await asyncio.sleep(REST_S)
                _draw(await asyncio.to_thread(_curves, prometheus, began_s, time.time()))


def _connections(
    netsuite: running_programs.Sandbox, organization_id: str, webhook_url: str
) -> list[dict[str, Any]]:
    """The demo's, but that all log in by token and Lago signs by HMAC."""
    known = YAML(typ="safe").load(Template(demo_connections.TEMPLATE.read_text()).safe_substitute())[
        "connections"
    ]
    credentials = netsuite.get("credentials")
    lago = {"organization_id": organization_id, "organization_slug": "hooli", "webhook_hmac_key": HMAC_KEY}
    for each in known:
        each |= {key: credentials[key] for key in ("account_id", "restlet_url")}
        each |= {"auth": credentials["tba"], "lago": lago}
        for webhook in each.get("webhooks", []):
            webhook |= {"url": webhook_url, "secret": SECRET}
    return list(known)


async def _play(url: str, netsuite: running_programs.Sandbox, organization_id: str) -> None:
    """Play month after month at a constant rate; ingest refuses the requests that are not webhooks."""
    faults = dict(FAULTS)
    began_s = time.monotonic()
    steps = ((seed, step) for seed in itertools.count(1) for step in scenario.steps(seed))
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for number, (seed, step) in enumerate(steps):
            passed_s = time.monotonic() - began_s
            if passed_s > PLAY_S:
                return
            for at_s in [at_s for at_s in faults if at_s < passed_s]:
                await asyncio.to_thread(netsuite.strike, **faults.pop(at_s))
            value = _as_of_now(_of_others(step.value, seed), organization_id)
            given = headers(value, x_lago_unique_key=f"{number}")
            await client.post(url, content=value, headers=given)
            await asyncio.sleep(max(0.0, began_s + number / EVENTS_PER_S - time.monotonic()))


def _of_others(value: bytes, seed: int) -> bytes:
    """The month with customers and documents of its own, else NetSuite would refuse duplicate names."""
    renamed = value.replace(b'"cus_', f'"m{seed}_cus_'.encode())
    return renamed.replace(b'"HOO-', f'"M{seed}-HOO-'.encode())


def _as_of_now(value: bytes, organization_id: str) -> bytes:
    """The event with the organisation of this set-up and the present time."""
    try:
        event = json.loads(value)
        event["organization_id"] = organization_id
        event[event["object_type"]]["updated_at"] = datetime.now(UTC).isoformat()
    except (ValueError, KeyError, TypeError):
        return value
    return json.dumps(event).encode()


def _curves(
    prometheus: scraped_programs.Prometheus, began_s: float, ended_s: float
) -> list[tuple[str, dict, dict]]:
    """Row, panel, and what each of its curves is called and looks like."""
    found = []
    for row, panel in scraped_programs.panels():
        curves: dict[str, list[tuple[float, float]]] = {}
        for target in panel["targets"]:
            asked = scraped_programs.asked(target["expr"], window=WINDOW)
            answer = prometheus.ask("query_range", query=asked, start=began_s, end=ended_s, step=STEP_S)
            for series in answer["result"]:
                points = [(at_s - began_s, float(value)) for at_s, value in series["values"]]
                curves[_legend(target["legendFormat"], series["metric"])] = [
                    point for point in points if math.isfinite(point[1])
                ]
        found.append((row, panel, curves))
    return found


def _legend(form: str, labels: Mapping[str, str]) -> str:
    for name, value in labels.items():
        form = form.replace("{{" + name + "}}", value)
    return form


def _draw(found: list[tuple[str, dict, dict]]) -> None:
    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of the backend

    rows = list(_rows(found))
    plt.style.use("dark_background")
    figure, axes = plt.subplots(len(rows), COLUMNS, figsize=(5 * COLUMNS, 2.7 * len(rows)))
    for (title, panels), line in zip(rows, axes, strict=True):
        for axis in line[len(panels) :]:
            axis.axis("off")
        for (panel, curves), axis in zip(panels, line, strict=False):
            _panel(axis, panel, curves)
        line[0].annotate(
            title, (-0.16, 1.18), xycoords="axes fraction", fontsize=13, fontweight="bold", color="#ffb357"
        )
    figure.suptitle("lago-netsuite", fontsize=17, fontweight="bold", y=0.995)
    figure.tight_layout(rect=(0, 0, 1, 0.99))
    figure.savefig(OUTPUT, dpi=76)


def _rows(found: list[tuple[str, dict, dict]]) -> Iterator[tuple[str, list[tuple[dict, dict]]]]:
    for title, group in itertools.groupby(found, key=lambda each: each[0]):
        panels = [(panel, curves) for _, panel, curves in group]
        for start in range(0, len(panels), COLUMNS):
            yield title if start == 0 else "", panels[start : start + COLUMNS]


def _panel(axis: Any, panel: dict, curves: Mapping[str, list[tuple[float, float]]]) -> None:
    scale, unit = (100.0, "%") if panel["fieldConfig"]["defaults"]["unit"] == "percentunit" else (1.0, "")
    unit = {"s": "s", "bytes": "bytes", "cps": "per s"}.get(panel["fieldConfig"]["defaults"]["unit"], unit)
    for name, points in sorted(curves.items()):
        times_s, values = [at_s for at_s, _ in points], [value * scale for _, value in points]
        axis.plot(times_s, values, label=name if any(values) else None, linewidth=1.2)
    axis.set_title(panel["title"], fontsize=9, loc="left")
    axis.set_ylabel(unit, fontsize=7)
    axis.set_xlim(0, PLAY_S + REST_S)
    axis.set_ylim(bottom=0)
    axis.tick_params(labelsize=7)
    axis.grid(alpha=0.15)
    if curves:
        handles, names = axis.get_legend_handles_labels()
        axis.legend(
            handles[:LEGENDS], names[:LEGENDS], fontsize=6, loc="upper right", framealpha=0.4, ncols=2
        )
    else:
        axis.text(0.5, 0.5, "nothing", ha="center", va="center", fontsize=8, transform=axis.transAxes)


if __name__ == "__main__":
    sys.exit(main())
