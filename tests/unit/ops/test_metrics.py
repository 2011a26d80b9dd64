"""What Prometheus sees."""

import pytest

from consumer.ops.metrics import Metrics, outcome_name, settled_in
from consumer.outcome import AlreadyThere, Delivered, Ignored, Rejected

OUTCOMES = [
    (Delivered(written=()), "written"),
    (AlreadyThere(written=()), "already_there"),
    (Ignored(rule="event_type"), "ignored"),
    (Rejected(code="x", message="y"), "rejected"),
]


@pytest.fixture
def metrics():
    return Metrics(version="1.2.3")


@pytest.mark.parametrize(("outcome", "name"), OUTCOMES)
def test_every_settled_outcome_has_a_name(outcome, name):
    assert outcome_name(outcome) == name


def test_what_is_counted_is_exposed(metrics):
    """Names and labels are those that dashboards and alerts rely on."""
    metrics.consumed(topic="lago.invoices", count=3)
    metrics.settled(connection="eu", topic="lago.invoices", outcome=Delivered(written=()))
    metrics.latency(object="invoice", seconds=0.3)
    metrics.connection("eu", {"parked_lanes": 2, "inflight": 5, "breaker_state": 1})
    metrics.throttled(connection="eu", count=3)
    metrics.error_published(code="invalid_mapping")
    metrics.fallback_used(connection="eu", rule="mapping.fallback_item")

    text = metrics.exposition().decode()

    for line in (
        'lago_netsuite_records_consumed_total{topic="lago.invoices"} 3.0',
        'lago_netsuite_records_settled_total{connection="eu",outcome="written",topic="lago.invoices"} 1.0',
        'lago_netsuite_record_latency_seconds_bucket{le="0.5",object="invoice"} 1.0',
        'lago_netsuite_parked_lanes{connection="eu"} 2.0',
        'lago_netsuite_inflight{connection="eu"} 5.0',
        'lago_netsuite_breaker_state{connection="eu"} 1.0',
        'lago_netsuite_throttled_total{connection="eu"} 3.0',
        'lago_netsuite_errors_published_total{code="invalid_mapping"} 1.0',
        'lago_netsuite_fallbacks_used_total{connection="eu",rule="mapping.fallback_item"} 1.0',
    ):
        assert line in text.splitlines()
    assert 'version="1.2.3"' in text


def test_every_metric_explains_itself(metrics):
    """A help sentence each, ending in a full stop."""
    families = [family for family in metrics.registry.collect() if family.name.startswith("lago_netsuite_")]

    assert len(families) >= 8
    assert [family.name for family in families if not family.documentation.endswith(".")] == []


def test_two_processes_in_one_do_not_share_figures(metrics):
    """Each has a registry of its own."""
    metrics.consumed(topic="lago.invoices")

    assert b'{topic="lago.invoices"}' not in Metrics(version="1.2.3").exposition()


def test_settled_records_can_be_read_back_by_outcome(metrics):
    """Summed over connections and topics."""
    for outcome, _ in OUTCOMES:
        metrics.settled(connection="eu", topic="lago.invoices", outcome=outcome)
    metrics.settled(connection="us", topic="lago.customers", outcome=Ignored(rule="other_connection"))

    assert settled_in(metrics.exposition().decode()) == {
        "written": 1,
        "already_there": 1,
        "ignored": 2,
        "rejected": 1,
    }
