"""What a peer is given: where Kafka and NetSuite are, and the request of an event as our mapping makes it."""

from __future__ import annotations

import json
from pathlib import Path

from consumer.config.connection import Connection
from consumer.mapping.result import Mapped
from consumer.pipeline import dry_run
from tests.bench import events, worker
from tests.bench.load import TOPIC, Load
from tests.bench.workloads import of_cap


def of(load: Load, *, origin: str, cap: int, folder: Path) -> dict[str, str]:
    """The environment of a peer, with the file of its request written."""
    template = folder / "request.json"
    template.write_bytes(request())
    return {
        "PEER_SERVERS": load.bootstrap_servers,
        "PEER_TOPIC": load.prefix + TOPIC,
        "PEER_GROUP": load.group,
        "PEER_INSTANCE": "worker-0",
        "PEER_URL": worker.connection(origin, cap)["restlet_url"],
        "PEER_CAP": str(cap),
        "PEER_PARTITIONS": str(load.partitions),
        "PEER_TEMPLATE": str(template),
    }


def request() -> bytes:
    """The request for an event, with ``@ID@`` and ``@VERSION@`` where those of the invoice belong."""
    draft = next(events.drafts(of_cap(1)))
    connection = Connection.model_validate(worker.connection("http://127.0.0.1:1", 1))
    plan = dry_run.of(draft.body, [connection]).plan
    assert isinstance(plan, Mapped), plan
    invoice = json.loads(draft.body)["invoice"]
    return (
        plan.request.body()
        .replace(invoice["lago_id"].encode(), b"@ID@")
        .replace(draft.event.version.encode(), b"@VERSION@")
    )
