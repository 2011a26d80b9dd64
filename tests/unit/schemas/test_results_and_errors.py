"""What is published: the keys of results and the ids of failures."""

from schemas import error_event
from schemas.result import Result, SourceRef, Timings

RESULT = Result(
    connection="netsuite-eu",
    object="invoice",
    lago_id="5f",
    event="invoice.created",
    status="created",
    netsuite_type="invoice",
    internal_id="9",
    external_id="lago-inv-5f",
    mapping_version="abc",
    attempts=1,
    written_at="2026-08-01T00:00:00.000Z",
    timings=Timings(latency_ms=1, call_ms=1),
    source=SourceRef(topic="lago.invoices", partition=0, offset=1, timestamp_ms=0),
)


def test_the_last_result_of_an_object_at_a_connection_replaces_those_before():
    """The topic is compacted by this key."""
    assert RESULT.key == "netsuite-eu:invoice:5f"


def test_every_repeat_of_a_failure_has_the_same_id_and_no_other_has_it():
    """Receivers drop what they have seen by its id."""
    here = error_event.event_id("netsuite-eu", "lago.invoices", 3, 42)

    assert here == error_event.event_id("netsuite-eu", "lago.invoices", 3, 42)
    assert here == "b16fef31-c3bf-53ab-823a-2e7b01c6bab6"
    others = {
        error_event.event_id("netsuite-us", "lago.invoices", 3, 42),
        error_event.event_id("netsuite-eu", "lago.payments", 3, 42),
        error_event.event_id("netsuite-eu", "lago.invoices", 4, 42),
        error_event.event_id("netsuite-eu", "lago.invoices", 3, 43),
    }
    assert here not in others
    assert len(others) == 4
