"""An exception of a step on one record rejects that record; one that ends the process is passed on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from consumer.lago.lookup_result import Missing
from consumer.mapping.result import Refused
from consumer.outcome import Ignored
from consumer.pipeline.contained_steps import contained
from consumer.pipeline.enrichment import Wanted
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.steps import PlannedEvent, Steps
from consumer.record import LaneKey, Record, Source
from schemas import envelope
from tests.support import lago
from tests.support.connection_files import connection

VALUE = lago.invoice_event()
EVENT = envelope.decode(VALUE)
RECORD = Record(
    source=Source(topic="lago.invoices", partition=0, offset=0),
    timestamp_ms=0,
    key=None,
    value=VALUE,
    lane=LaneKey("invoice:1"),
)
PLANNED = PlannedEvent(event=EVENT, plan=Ignored(rule="zero_amount"))
UNKNOWN = replace(PLANNED, unknown=Wanted(external_id="acme", purpose="link"))


def steps_of(error, *, raising, reports_orphans=True, chosen=None):
    """Steps of which one raises, contained for a connection."""

    def raises(*_):
        raise error

    good = {
        "decode": lambda _: EVENT,
        "plan": lambda *_: PLANNED,
        "enrich": lambda *_: PLANNED,
    }
    steps = Steps(**(good | {raising: raises}), look_up=raises, write=raises, publish=raises)
    chosen = chosen or connection()
    ownership = Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=reports_orphans)
    return contained(steps, ownership)


def carried(steps):
    """One record through the steps that are contained."""
    planned = steps.plan(RECORD, steps.decode(RECORD))
    return steps.enrich(RECORD, planned, Missing(external_id="acme"))


@pytest.mark.parametrize(
    ("raising", "doing"),
    [
        ("decode", "before it could read this event"),
        ("plan", "while it mapped this event"),
        ("enrich", "while it mapped this event"),
    ],
)
def test_what_a_step_raises_is_the_end_of_the_record(raising, doing):
    """By its type and by what was done; its text may quote the event."""
    steps = steps_of(KeyError("secret"), raising=raising)

    with capture_logs() as logs:
        planned = steps.plan(RECORD, steps.decode(RECORD))
        if raising == "enrich":
            planned = steps.enrich(RECORD, UNKNOWN, Missing(external_id="acme"))

    assert isinstance(planned.plan, Refused)
    assert planned.plan.rejection.message == f"the worker failed once with KeyError {doing}"
    assert [(each["event"], each["error"]) for each in logs] == [("event_not_planned", "KeyError")]
    assert "secret" not in str(logs)


def test_a_record_without_a_lane_is_refused_before_it_is_planned():
    """What it queues behind is not known."""
    planned = steps_of(KeyError(), raising="plan").plan(replace(RECORD, defect="ValueError"), EVENT)

    assert isinstance(planned.plan, Refused)
    assert "ValueError while it looked for what this event queues behind" in planned.plan.rejection.message


def test_one_connection_alone_refuses_what_all_fail_to_decode():
    """Every connection reads every record."""
    with capture_logs():
        steps = steps_of(KeyError(), raising="decode", reports_orphans=False)
        planned = steps.plan(RECORD, steps.decode(RECORD))

    assert planned.plan == Ignored(rule="other_connection")


@pytest.mark.parametrize("raising", ["decode", "plan", "enrich"])
def test_what_ends_the_process_passes_through(raising):
    """It is the end of no single record."""
    steps = steps_of(KeyboardInterrupt(), raising=raising)

    with pytest.raises(KeyboardInterrupt):
        carried(steps)


async def test_what_a_call_raises_is_left_to_whoever_makes_it():
    """It concerns all records in the call."""
    steps = steps_of(KeyError("call"), raising="decode")

    with pytest.raises(KeyError, match="call"):
        await steps.write([RECORD], [PLANNED])
