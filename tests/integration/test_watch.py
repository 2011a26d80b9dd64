"""A real Prometheus scrapes worker, relay and ingest, and three things that go wrong raise their alerts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from consumer.sandbox.broker import free_port
from tests.integration import running_programs, scraped_programs
from tests.integration.receiver import SECRET, receiver
from tests.integration.worker_under_test import stage
from tests.support import lago
from tests.support.webhooks import HMAC_KEY, headers

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        scraped_programs.PROGRAM is None, reason="no prometheus here (Debian package prometheus)"
    ),
]

AWAY = "netsuite-away"
# The breaker judges ten calls at the least.
INVOICES = 14
OLD_S = 3
# Far more than a quiet machine needs.
LIMIT_S = 90.0
# What did not happen here has no curve.
NOTHING_TO_SHOW = {
    "Amount rejected within an hour, $currency",
    "Time until certificates end",
    "What the console lacks",
    "Connections paused by a person",
    "Kinds of document refused",
    "Refunds to make by hand",
    "Age of the oldest refund to make",
    "Left by removed connections",
    "Books in balance",
    "Documents compared",
    "Ignored, by rule",
    "Age of the last comparison",
    "Differences between Lago and NetSuite",
    "Partitions paused, by reason",
    "Size of the map in commits",
}


@pytest.fixture(scope="module")
def netsuite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path_factory.mktemp("sandbox")) as ready:
        yield ready


def connections(netsuite: running_programs.Sandbox, webhook_url: str) -> list[dict[str, Any]]:
    """One that works and has a webhook, and one whose NetSuite is away."""
    keys = {"organization_id": lago.ORGANIZATION_ID, "webhook_hmac_key": HMAC_KEY}
    webhook = {"id": "gone", "url": webhook_url, "secret": SECRET, "allow_http": True}
    nowhere = f"http://127.0.0.1:{free_port()}/app/site/hosting/restlet.nl?script=1&deploy=1"
    return [
        running_programs.connection(netsuite, lago=keys, webhooks=[webhook]),
        running_programs.connection(
            netsuite, code=AWAY, lago=keys, restlet_url=nowhere, sync={"payments": False}
        ),
    ]


async def post_invoices(url: str, prefix: str) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        for number in range(INVOICES):
            name = f"{prefix}{number}"
            body = lago.invoice_event(lago_id=lago.id_of("watch", name), number=f"W-{name}")
            given = headers(body, x_lago_unique_key=name)
            assert (await client.post(url, content=body, headers=given)).status_code == 202


async def test_what_goes_wrong_raises_its_alert(tmp_path, bootstrap_servers, topic_prefix, netsuite):
    """
    A NetSuite that is away opens its breaker and ages its events; an endpoint that is gone is disabled.

    The rules are the real ones without their patience, and every panel of the dashboard can be asked for.
    """
    settings = {
        "kafka_bootstrap_servers": bootstrap_servers,
        "topic_prefix": topic_prefix,
        "consumer_group": f"{topic_prefix}watch",
    }
    async with (
        stage(bootstrap_servers, topic_prefix) as on_kafka,
        receiver(answer=lambda _: Response(status_code=410)) as gone,
    ):
        with scraped_programs.processes(tmp_path, settings, connections(netsuite, gone.origin)) as running:
            rules = scraped_programs.rules_at_once(oldest_s=OLD_S)
            with scraped_programs.prometheus(tmp_path, running.ops, rules=rules) as prometheus:
                await post_invoices(f"{running.ingest}/{running_programs.CODE}", topic_prefix)
                await on_kafka.produce(b"{broken")
                await asyncio.to_thread(_until_what_goes_wrong_fires, prometheus)
                fired = {name for name, _ in prometheus.firing()}
                await asyncio.to_thread(_until_all_are_scraped, prometheus)
                await asyncio.to_thread(_until_the_panels_show, prometheus)

    # Without their patience the alerts about slowness may fire on a busy machine; these never.
    assert not {"AuthFailing", "RecordsLost", "RejectionStorm", "OffsetMapRejected"} & fired


def _until_what_goes_wrong_fires(prometheus: scraped_programs.Prometheus) -> None:
    """Each alert about what it is about; on a busy machine others may be old for a moment too."""
    expected = {
        ("BreakerOpen", AWAY),
        ("OldestUnsettledTooOld", AWAY),
        ("WebhookEndpointDisabled", "gone"),
    }
    scraped_programs.until(
        lambda: expected <= prometheus.firing() and _is_written(prometheus),
        limit_s=LIMIT_S,
        because=lambda: str(prometheus.firing()),
    )


def _until_all_are_scraped(prometheus: scraped_programs.Prometheus) -> None:
    """A single scrape may come too late; all three targets are there once it does not."""
    jobs = {f"lago-netsuite-{name}" for name in scraped_programs.JOBS}
    scraped_programs.until(
        lambda: {each["metric"]["job"] for each in prometheus.query("up == 1")} == jobs,
        limit_s=LIMIT_S,
        because=lambda: str(prometheus.query("up")),
    )


def _until_the_panels_show(prometheus: scraped_programs.Prometheus) -> None:
    """Every panel has a curve; a rate needs two scrapes."""
    scraped_programs.until(
        lambda: _empty_panels(prometheus) <= NOTHING_TO_SHOW,
        limit_s=LIMIT_S,
        because=lambda: str(_empty_panels(prometheus) - NOTHING_TO_SHOW),
    )


def _is_written(prometheus: scraped_programs.Prometheus) -> bool:
    [*found] = prometheus.query('sum(lago_netsuite_documents_total{object="invoice", outcome="created"})')
    return bool(found) and float(found[0]["value"][1]) >= INVOICES


def _empty_panels(prometheus: scraped_programs.Prometheus) -> set[str]:
    """The panels without any curve; asking raises when Prometheus does not understand."""
    return {
        panel["title"]
        for _, panel in scraped_programs.panels()
        if not any(prometheus.query(scraped_programs.asked(t["expr"], window="1m")) for t in panel["targets"])
    }
