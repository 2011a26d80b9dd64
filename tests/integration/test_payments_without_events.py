"""Payments without a webhook of their own: from the invoice's webhook to NetSuite, each booked once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from consumer.sandbox.broker import free_port
from tests.integration import lago_programs, running_programs
from tests.integration.lago_programs import Lago
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Lago, ingest, a worker and NetSuite."""

    lago: Lago
    netsuite: running_programs.Sandbox
    worker: running_programs.Worker
    environment: dict[str, str]

    def payments(self) -> dict[str, str]:
        """What NetSuite has, by external id: the amounts."""
        found = self.netsuite.records("customerpayment")
        return {one["externalid"]: one["payment"] for one in found}

    def due(self) -> dict[str, str]:
        """What is left of every invoice, by Lago's number."""
        found = self.netsuite.records("invoice")
        return {one["tranid"]: one["amountremaining"] for one in found}

    def until(self, claim: Any) -> None:
        running_programs.until(claim, because=lambda: f"{self.payments()} {self.due()}\n{self.worker.said}")


@contextmanager
def world(
    folder: Any, bootstrap_servers: str, topic_prefix: str, *, copies: int = 0, **settings: Any
) -> Iterator[World]:
    port = free_port()
    webhooks = f"http://127.0.0.1:{port}/lago/{running_programs.CODE}"
    with (
        running_programs.sandbox(folder) as netsuite,
        lago_programs.lago(folder, webhooks=webhooks, copies=copies) as lago,
    ):
        environment = running_programs.environment(
            folder,
            bootstrap_servers=bootstrap_servers,
            topic_prefix=topic_prefix,
            connection=running_programs.connection(netsuite, lago=lago.settings | settings),
        )
        with (
            lago_programs.ingest(folder, environment, port=port),
            running_programs.worker(folder, environment) as worker,
        ):
            yield World(lago=lago, netsuite=netsuite, worker=worker, environment=environment)


async def test_every_payment_is_booked_once_whatever_announced_it(tmp_path, bootstrap_servers, topic_prefix):
    """
    Cards charged at once, Adyen's, manual payments, one for several invoices, and those with an event or a
    receipt of their own.

    An invoice that a person marked as paid stays open: nothing was paid.
    """
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            running.lago.act("customers", external_id="acme", currency="EUR")
            bills = [running.lago.bill() for _ in range(8)]
            ids = [bill["lago_id"] for bill in bills]
            paid = [
                running.lago.act("payments", invoice_ids=[ids[0]], how="charged_at_once"),
                running.lago.act("payments", invoice_ids=[ids[1]], how="adyen_at_once"),
                running.lago.act("payments", invoice_ids=[ids[2]], how="manual", cents=4_000),
                running.lago.act("payments", invoice_ids=[ids[2]], how="manual"),
                running.lago.act("payments", invoice_ids=[ids[3]], how="settled_later"),
                running.lago.act("payments", invoice_ids=ids[6:], how="charged_at_once"),
            ]
            running.lago.act("faults", issues_receipts=True)
            paid.append(running.lago.act("payments", invoice_ids=[ids[4]], how="manual"))
            running.lago.act("paid_by_hand", invoice_id=ids[5])

            expected = {f"lago-pay-{one['lago_id']}" for one in paid}
            running.until(lambda: running.payments().keys() == expected)
            running.until(lambda: "paid_without_payment" in running.worker.said)

            due = running.due()
            assert [due[bill["number"]] for bill in bills[:5] + bills[6:]] == ["0.00"] * 7
            assert due[bills[5]["number"]] == "100.00"
            amounts = running.payments()
            assert sorted(amounts.values()) == ["100.00"] * 4 + ["200.00", "40.00", "60.00"]


async def test_lago_shows_where_its_documents_stand(tmp_path, bootstrap_servers, topic_prefix):
    """Each invoice and note has its link; the customer's change causes one webhook and no more."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix, link_back=True) as running:
            # The test looks as often as it can, which must use up nothing of what the relay may ask.
            running.lago.act("faults", requests_per_s=None)
            running.lago.act("customers", external_id="acme", currency="EUR")
            bill = running.lago.bill()
            note = running.lago.act("credit_notes", invoice_id=bill["lago_id"], to="offset")
            with lago_programs.relay(tmp_path, running.environment):
                running.until(lambda: running.lago.get(f"invoices/{bill['lago_id']}")["invoice"]["metadata"])
                running.until(
                    lambda: "metadata" in running.lago.get(f"credit_notes/{note['lago_id']}")["credit_note"]
                )
                running.until(lambda: running.lago.get("customers/acme")["customer"]["integration_customers"])
                # What comes back of the customer's change is written, and causes no other.
                running.until(lambda: running.worker.said.count('"lane": "customer:') >= 2)

            [entry] = running.lago.get(f"invoices/{bill['lago_id']}")["invoice"]["metadata"]
            requests = running.lago.state["requests"]
    assert entry["key"] == "netsuite"
    assert entry["value"].startswith("https://")
    writes = {name: count for name, count in requests.items() if not name.startswith("GET")}
    assert writes == {
        "PUT /invoices/{lago_id}": 1,
        "PATCH /credit_notes/{lago_id}/metadata": 1,
        "POST /customers": 1,
    }
