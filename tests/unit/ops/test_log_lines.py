"""The log line of an event: one when it is settled, with its topic position, without its content."""

from __future__ import annotations

import ast
import io
import json
import logging as standard
import re

import pytest
import structlog

from consumer.engine.backoff import Backoff
from consumer.engine.engine import Engine
from consumer.engine.ledger import Partition
from consumer.ops import logging
from consumer.record import LaneKey, Record, Source
from consumer.stream.dispatcher import Dispatcher
from consumer.tracing.tracer import OFF
from tests.architecture import source
from tests.support import lago
from tests.unit.engine.records import TOPIC, gate_of, own
from tests.unit.netsuite import examples
from tests.unit.tracing.test_setup import LAGO_TRACE, TRACE_PARENT, World, refused, written

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*")


@pytest.fixture
def lines():
    """All that the process writes, of every level."""
    stream = io.StringIO()
    root = standard.getLogger()
    before = (root.handlers[:], root.level)
    logging.configure(level="debug", form="json", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], _ = before
    root.setLevel(before[1])
    structlog.reset_defaults()


async def carried(world: World, *values: bytes) -> None:
    """These bodies, from the engine through the pipeline to their ends."""
    permit_pool = gate_of(1, world.clock)
    backoff = Backoff(jitter=lambda: 0.0, park_max_age_s=86_400.0)
    engine = Engine(permit_pool=permit_pool, backoff=backoff, clock=world.clock)
    own(engine, [Partition(topic=TOPIC, number=0)])
    dispatcher = Dispatcher(
        name="netsuite-eu",
        engine=engine,
        deliver=world.pipeline.deliver,
        give_up=world.pipeline.give_up,
        metrics=world.metrics,
        clock=world.clock,
    )
    for offset, value in enumerate(values):
        engine.admit(
            Record(
                source=Source(topic=TOPIC, partition=0, offset=offset),
                timestamp_ms=int(world.clock.now().timestamp() * 1_000),
                key=b"k",
                value=value,
                headers=(("traceparent", TRACE_PARENT.encode()), ("ce_id", b"key-1")),
                lane=LaneKey(f"invoice:{offset}"),
            )
        )
    while (call := engine.take()) is not None:
        await dispatcher._carry(call)


@pytest.mark.parametrize(("answer", "outcome"), [(written, "written"), (refused, "rejected")])
async def test_a_settled_record_is_one_line(lines, answer, outcome):
    """With position, outcome, duration, number of attempts, and trace."""
    await carried(World(OFF, answer=answer), lago.invoice_event())

    [line] = [line for line in lines() if line["event"] == "record_settled"]
    assert (line["connection"], line["outcome"], line["tries"]) == ("netsuite-eu", outcome, 1)
    assert (line["source"], line["lane"]) == (f"{TOPIC}/0/0", "invoice:0")
    assert (line["trace_id"], line["event_id"]) == (LAGO_TRACE, "key-1")
    assert "took_s" in line


@pytest.mark.parametrize("answer", [written, refused])
@pytest.mark.parametrize("is_sound", [True, False], ids=["an invoice", "broken bytes"])
async def test_neither_payloads_nor_secrets_are_written(lines, answer, is_sound):
    """Not at any level, not in errors: names, numbers, amounts and tokens stay where they are."""
    body = json.loads(lago.invoice_event(number="SECRET-NUMBER-1"))
    body["invoice"]["customer"] |= {"name": "Jane Secret-Name", "email": "jane@secret-mail.example"}
    value = json.dumps(body).encode()

    await carried(World(OFF, answer=answer), value if is_sound else value[:-9])

    text = json.dumps(lines())
    assert "record_settled" in text
    for secret in ("SECRET-NUMBER-1", "Secret-Name", "secret-mail"):
        assert secret not in text
    for name, secret in examples.TBA.items():
        assert name == "type" or f'"{secret}"' not in text


async def test_every_record_of_a_call_has_its_line(lines):
    """However many travel together."""
    await carried(
        World(OFF, answer=written), *[lago.invoice_event(lago_id=lago.id_of("l", n)) for n in range(3)]
    )

    settled = [line["source"] for line in lines() if line["event"] == "record_settled"]
    assert sorted(settled) == [f"{TOPIC}/0/{n}" for n in range(3)]


@pytest.mark.parametrize("module", source.modules(), ids=lambda module: module.name)
def test_names_of_events_are_constant(module):
    """Lines are counted by name, so a name must not contain a number."""
    calls = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in LEVELS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "_log"}
    ]
    names = [each.args[0] if each.args else None for each in calls]

    wrong = [ast.unparse(call) for call, name in zip(calls, names, strict=True) if not _is_event(name)]
    assert wrong == []


def _is_event(name: ast.expr | None) -> bool:
    is_text = isinstance(name, ast.Constant) and isinstance(name.value, str)
    return is_text and EVENT_NAME.fullmatch(name.value) is not None
