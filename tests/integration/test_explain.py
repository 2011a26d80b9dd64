"""`explain` of a document on a real broker: failed, waiting, written, each by its names."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from consumer.clock import SystemClock
from consumer.commands import connection_pause, explain
from consumer.commands.connection_pause import Wish
from consumer.config import connections_file
from consumer.config.settings import Settings
from consumer.record import LaneKey, Record, Source
from schemas import waiting
from tests.integration import failed_events
from tests.integration.worker_under_test import TOPIC, Stage, stage
from tests.support import connection_files, lago, topic_records

pytestmark = pytest.mark.kafka


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


async def test_a_document_is_explained_with_what_became_of_it(
    on_kafka: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """By number, Lago id, error id or position; with its lines; an unknown name is exit code 1."""
    cluster = on_kafka.cluster
    settings = Settings(kafka_bootstrap_servers=cluster.bootstrap_servers, topic_prefix=cluster.topic_prefix)
    file = tmp_path / "connections.yaml"
    file.write_text(connection_files.yaml_text(connection_files.settings()))
    connections = connections_file.load(file)
    ids = {name: lago.id_of("explain", name) for name in ("failed", "parked", "booked")}
    events = [lago.invoice_event(number=f"{name}-1", lago_id=ids[name]) for name in ids]
    [error_id] = await failed_events.park_as_they_are(on_kafka, events[:1])
    await on_kafka.produce(*events[1:])
    parked = topic_records.example("waiting_record") | {
        "lago_id": ids["parked"],
        "number": "parked-1",
        "source": {"topic": cluster.topic(TOPIC), "partition": 0, "offset": 1, "timestamp_ms": 0},
    }
    await on_kafka.produce(json.dumps(parked).encode(), topic=waiting.TOPIC)
    booked = Source(topic=cluster.topic(TOPIC), partition=0, offset=2)
    record = Record(source=booked, timestamp_ms=0, key=b"k", value=events[2], lane=LaneKey("x"))
    for event in failed_events.written(record):
        await on_kafka.publisher.publish(event)

    async def explained(name: str) -> list[dict[str, Any]]:
        assert await explain.run(settings, name, connections, as_json=True) == 0
        shown = json.loads(capsys.readouterr().out)
        assert [line["amount"] for sent in shown["records"] for line in sent["lines"]] == ["10.00"]
        states: list[dict[str, Any]] = shown["states"]
        return states

    for name in (error_id, "failed-1"):
        [state] = await explained(name)
        assert (state["is"], [each["id"] for each in state["failures"]]) == ("failed", [error_id])
    [state] = await explained("parked-1")
    assert (state["is"], state["waiting"][0]["number"]) == ("waits", "parked-1")
    for name in (ids["booked"], str(booked)):
        [state] = await explained(name)
        assert (state["is"], state["written"][0]["internal_id"]) == ("written", "1")

    wish = Wish(connection=parked["connection"], actor="ada", reason="month end")
    await connection_pause.do(cluster, wish, SystemClock())
    assert await explain.run(settings, "parked-1", connections) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Connection {wish.connection} is paused by ada since" in shown
    assert explain.UNTIL_RESUMED in shown
    assert await explain.run(settings, ids["booked"], connections) == 0
    assert "is paused" not in capsys.readouterr().out

    assert await explain.run(settings, "nobody-1", connections) == 1
    assert "no file, error code or document is called so" in capsys.readouterr().err
