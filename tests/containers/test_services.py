"""The month of the demo through deploy/compose.yaml in real containers: `make compose-check`."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.containers import stand_in
from tests.containers.container import until
from tests.containers.services import Services
from tests.deploy.compose import OURS, ROOT, SERVICES
from tests.integration import scraped_programs

MONTH_LIMIT_S = 420.0
WITHOUT_IMAGE = frozenset({"grafana"})
STOPPED_BY_SIGTERM = {"kafka": 143}
WINDOW = "1m"


@pytest.fixture(scope="module")
def services(images, tmp_path_factory) -> Services:
    """All that the file starts, until the month has been played; Grafana only where its image can be had."""
    if images.is_offline:
        tags = {name: SERVICES[name]["image"] for name in ("kafka", "prometheus")}
        stand_in.services(images, tmp_path_factory.mktemp("context"), tags)
    up = Services(engine=images, left_out=WITHOUT_IMAGE if images.is_offline else frozenset())
    up.start()
    month = up.container("lago")
    until(lambda: "events sent" in month.said, because=lambda: month.said, limit_s=MONTH_LIMIT_S)
    return up


def asked(services: Services, name: str, path: str) -> httpx.Response:
    """What a published port answers on this machine."""
    url = f"http://127.0.0.1:{services.published[name]}{path}"
    return httpx.get(url, trust_env=False, timeout=30).raise_for_status()


def records(services: Services, record_type: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = asked(services, "sandbox", f"/sandbox/records?type={record_type}").json()
    return found


def test_every_service_of_ours_is_up(services):
    """Two workers; what ends by itself has ended."""
    staying = {name for name in OURS if SERVICES[name]["restart"] != "no"}

    assert staying | {"kafka", "prometheus"} <= {each.rpartition("-")[0] for each in services.up}
    assert {"worker-1", "worker-2"} <= set(services.up)


def test_the_month_is_in_the_books_and_what_failed_has_come_back(services):
    """Each document once, and every webhook of the relay verified."""
    said = re.search(
        r"86 events sent, 86 taken: .* 6 to errors; (\d+) webhooks", services.container("lago").said
    )
    counts = {each: len(records(services, each)) for each in ("customer", "invoice", "customerpayment")}

    assert said is not None
    assert int(said[1]) >= 6
    assert counts == {"customer": 11, "invoice": 33, "customerpayment": 7}


def test_the_console_shows_the_month(services):
    """At the published port, by way of the service beside it."""
    assert "netsuite-demo" in asked(services, "console", "/").text


def test_prometheus_watches_every_process_and_has_the_rules(services):
    """By the names of the services, both workers among them."""

    def up() -> list[str]:
        targets = asked(services, "prometheus", "/api/v1/targets").json()["data"]["activeTargets"]
        return sorted(each["labels"]["job"] for each in targets if each["health"] == "up")

    expected = [f"lago-netsuite-{each}" for each in ("console", "ingest", "relay", "worker", "worker")]
    until(lambda: up() == expected, because=lambda: str(up()))
    groups = asked(services, "prometheus", "/api/v1/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    written = (ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text().count("- alert:")
    assert len([rule for rule in rules if rule["type"] == "alerting"]) == written
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}


def test_every_expression_of_the_dashboard_can_be_evaluated(services):
    """By the Prometheus that Grafana would ask."""
    targets = [target for _, panel in scraped_programs.panels() for target in panel["targets"]]

    for target in targets:
        query = httpx.QueryParams(query=scraped_programs.asked(target["expr"], window=WINDOW))
        assert asked(services, "prometheus", f"/api/v1/query?{query}").json()["status"] == "success"
    assert len(targets) > 30


def test_what_the_emulated_lago_bills_is_booked(services):
    """A customer and an invoice by its controls, through ingest and a worker into the books."""
    origin = f"http://127.0.0.1:{services.published['lago-sandbox']}"
    fee = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}
    with httpx.Client(base_url=origin, trust_env=False, timeout=30) as lago:
        customer = {"external_id": "cus_compose", "name": "Compose Ltd", "currency": "EUR"}
        assert lago.post("/sandbox/customers", json=customer).status_code == 201
        billed = {"external_customer_id": "cus_compose", "currency": "EUR", "fees": [fee]}
        number = lago.post("/sandbox/invoices", json=billed).json()["number"]

    until(
        lambda: number in str(records(services, "invoice")), because=lambda: services.container("worker").said
    )


def test_a_command_in_a_worker_shows_what_has_failed(services):
    """As deploy/README.md shows it."""
    shown = services.engine.run("exec", "worker-1", "lago-netsuite", "errors").stdout

    assert "invalid_mapping" in shown


def test_everything_ends_well_when_it_is_stopped(services):
    """On SIGTERM and within its grace. The last test: nothing is up after it."""
    codes = services.stop()

    assert codes == {each: STOPPED_BY_SIGTERM.get(each.rpartition("-")[0], 0) for each in codes}
