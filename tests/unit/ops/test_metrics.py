"""The metrics as Prometheus scrapes them."""

import asyncio

import pytest
from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from consumer.engine.backpressure import Pause
from consumer.events.booked_amounts import Booking
from consumer.ops.metrics import Metrics
from consumer.ops.metrics.reading import settled_in
from consumer.outcome import AlreadyThere, Delivered, Ignored, Rejected

SETTLED = [
    Delivered(written=()),
    AlreadyThere(written=()),
    Ignored(rule="event_type"),
    Rejected(code="x", message="y"),
]
EU = ("eu", "1234567_SB1")
HERE = ("eu", "lago.invoices", "0")


@pytest.fixture
def metrics():
    return Metrics(version="1.2.3")


def exposed(metrics):
    return metrics.exposition().decode()


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (
            lambda metrics: metrics.consumed(topic="lago.invoices", count=3),
            'records_consumed_total{topic="lago.invoices"} 3.0',
        ),
        (
            lambda metrics: metrics.settled(connection="eu", topic="t", outcome=Delivered(written=())),
            'records_settled_total{connection="eu",outcome="written",topic="t"} 1.0',
        ),
        (
            lambda metrics: metrics.ignored(connection="eu", rule="event_type"),
            'records_ignored_total{connection="eu",rule="event_type"} 1.0',
        ),
        (
            lambda metrics: metrics.delivered(object="invoice", outcome="written", seconds=0.3),
            'delivery_duration_seconds_bucket{le="0.5",object="invoice",outcome="written"} 1.0',
        ),
        (
            lambda metrics: metrics.latency(object="invoice", seconds=0.3),
            'record_latency_seconds_bucket{le="0.5",object="invoice"} 1.0',
        ),
        (
            lambda metrics: metrics.connection(EU, {"inflight": 5}),
            'inflight{account="1234567_SB1",connection="eu"} 5.0',
        ),
        (
            lambda metrics: metrics.connection(EU, {"breaker_state": 2}),
            'breaker_state{account="1234567_SB1",connection="eu"} 2.0',
        ),
        (
            lambda metrics: metrics.parked(EU, {"dependency": 2}),
            'parked_lanes{account="1234567_SB1",connection="eu",reason="dependency"} 2.0',
        ),
        (
            lambda metrics: metrics.breaker(EU, {"account_down": True}),
            'breaker_open{account="1234567_SB1",connection="eu",reason="account_down"} 1.0',
        ),
        (
            lambda metrics: metrics.paused(EU, since_s=3600.0),
            'paused_since_timestamp_seconds{account="1234567_SB1",connection="eu"} 3600.0',
        ),
        (
            lambda metrics: metrics.throttled(EU, count=3),
            'throttled_total{account="1234567_SB1",connection="eu"} 3.0',
        ),
        (
            lambda metrics: metrics.error_published(connection="eu", code="invalid_mapping"),
            'errors_published_total{code="invalid_mapping"} 1.0',
        ),
        (
            lambda metrics: metrics.error_published(connection="eu", code="total_mismatch"),
            'total_mismatches_total{connection="eu"} 1.0',
        ),
        (
            lambda metrics: metrics.fallback_used(connection="eu", rule="mapping.fallback_item"),
            'fallbacks_used_total{connection="eu",rule="mapping.fallback_item"} 1.0',
        ),
        (
            lambda metrics: metrics.committed(result="failed", seconds=0.02),
            'commits_total{result="failed"} 1.0',
        ),
        (
            lambda metrics: metrics.committed(result="ok", seconds=0.02),
            'commit_duration_seconds_bucket{le="0.025",result="ok"} 1.0',
        ),
        (lambda metrics: metrics.rebalanced(), "rebalances_total 1.0"),
        (lambda metrics: metrics.drained(seconds=2), 'drain_duration_seconds_bucket{le="2.5"} 1.0'),
        (
            lambda metrics: metrics.offset_map_written(size_bytes=100),
            'offset_map_bytes_bucket{le="128.0"} 1.0',
        ),
        (
            lambda metrics: metrics.offset_gap(topic="lago.invoices", count=4),
            'offset_gap_total{topic="lago.invoices"} 4.0',
        ),
        (
            lambda metrics: metrics.partition(HERE, {"consumer_lag_records": 7}),
            'consumer_lag_records{connection="eu",partition="0",topic="lago.invoices"} 7.0',
        ),
        (
            lambda metrics: metrics.event_loop_lagged(seconds=0.002),
            'event_loop_lag_seconds_bucket{le="0.0025"} 1.0',
        ),
        (
            lambda metrics: metrics.ingest_answered(answer="produced", seconds=0.002, connection="eu"),
            'ingest_requests_total{answer="produced"} 1.0',
        ),
        (
            lambda metrics: metrics.ingest_answered(answer="ignored", seconds=0.002, connection="eu"),
            'ingest_accepted_total{connection="eu"} 1.0',
        ),
        (
            lambda metrics: metrics.ingest_answered(answer="no_key", seconds=0.002, connection="eu"),
            'ingest_refused_total{connection="eu",reason="no_key"} 1.0',
        ),
        (
            lambda metrics: metrics.ingest_connection("eu"),
            'ingest_refused_total{connection="eu",reason="bad_signature"} 0.0',
        ),
        (
            lambda metrics: metrics.webhook_attempted(endpoint="finance", status=204, seconds=0.1),
            'webhook_attempts_total{endpoint="finance",outcome="delivered",status="204"} 1.0',
        ),
        (
            lambda metrics: metrics.webhook_attempted(endpoint="finance", status=None, seconds=20),
            'webhook_attempts_total{endpoint="finance",outcome="unanswered",status="none"} 1.0',
        ),
        (
            lambda metrics: metrics.link_settled(connection="eu", object="invoice", outcome="written"),
            'lago_links_total{connection="eu",object="invoice",outcome="written"} 1.0',
        ),
        (
            lambda metrics: metrics.link_settled(connection="eu", object="anything", outcome="written"),
            'lago_links_total{connection="eu",object="other",outcome="written"} 1.0',
        ),
        (
            lambda metrics: metrics.webhook_undeliverable(endpoint="finance"),
            'webhooks_undeliverable_total{endpoint="finance"} 1.0',
        ),
        (
            lambda metrics: metrics.webhook_endpoint_disabled(endpoint="finance", is_disabled=True),
            'webhook_endpoint_disabled{endpoint="finance"} 1.0',
        ),
    ],
)
def test_what_is_counted_is_exposed(metrics, count, line):
    """Names and labels are those that dashboards and alerts rely on."""
    count(metrics)

    assert f"lago_netsuite_{line}" in exposed(metrics).splitlines()


def test_what_is_running_is_said(metrics):
    assert 'lago_netsuite_build_info{python="3.' in exposed(metrics)
    assert 'version="1.2.3"' in exposed(metrics)


def test_amounts_add_up_by_currency_and_the_way_from_lago_is_timed(metrics):
    """A document counts once, its amount in its own currency, and its time from the last change in Lago."""
    invoice = Booking(object="invoice", outcome="created", cents=67_127, currency="EUR", finalized_s=1_000.0)
    metrics.booked(connection="eu", booking=invoice, at_s=1_004.0)
    metrics.booked(connection="eu", booking=invoice, at_s=1_004.0)

    lines = exposed(metrics).splitlines()

    about = 'connection="eu"'
    assert f'lago_netsuite_documents_total{{{about},object="invoice",outcome="created"}} 2.0' in lines
    amounts = (
        f'lago_netsuite_amounts_total{{{about},currency="EUR",object="invoice",outcome="created"}} 1342.54'
    )
    assert amounts in lines
    assert 'lago_netsuite_finalized_to_netsuite_seconds_sum{object="invoice"} 8.0' in lines


def test_a_pause_has_one_reason_at_a_time_and_ends(metrics):
    """Reasons that do not hold any more are 0, not absent."""
    metrics.partition_paused(HERE, Pause.UNSEEDED)
    metrics.partition_paused(HERE, Pause.SPAN)
    first = exposed(metrics)
    metrics.partition_paused(HERE, None)
    then = exposed(metrics)

    line = (
        'lago_netsuite_partition_paused{connection="eu",partition="0",reason="%s",topic="lago.invoices"} %s'
    )
    assert line % ("unseeded", "0.0") in first
    assert line % ("span", "1.0") in first
    assert line % ("span", "0.0") in then


def test_a_partition_of_somebody_else_is_shown_no_longer(metrics):
    """Two workers that show the same partition would count it twice."""
    metrics.partition(HERE, {"unsettled_records": 7, "consumer_lag_records": 9})
    metrics.partition_paused(HERE, Pause.BYTES)

    metrics.partition_lost(HERE)

    assert 'topic="lago.invoices"' not in exposed(metrics)


@pytest.mark.parametrize(
    "line",
    [
        'commits_total{result="failed"} 0.0',
        'offset_map_rejected_total{reason="base"} 0.0',
        "rebalances_total 0.0",
    ],
)
def test_what_alerts_count_is_there_before_it_happens(metrics, line):
    """Prometheus sees no increase from nothing to 1."""
    assert f"lago_netsuite_{line}" in exposed(metrics).splitlines()


def test_every_metric_explains_itself_and_carries_no_id(metrics):
    """A help sentence each, ending in a full stop, and only labels of few values."""
    families = [family for family in metrics.registry.collect() if family.name.startswith("lago_netsuite_")]
    labels = {name for family in families for sample in family.samples for name in sample.labels}

    assert len(families) >= 35
    assert [family.name for family in families if not family.documentation.endswith(".")] == []
    assert labels <= {"le", "version", "python", "result", "reason"}


def test_two_processes_in_one_do_not_share_figures(metrics):
    """Each has a registry of its own."""
    metrics.consumed(topic="lago.invoices")

    assert b'{topic="lago.invoices"}' not in Metrics(version="1.2.3").exposition()


def test_the_text_is_what_prometheus_parses(metrics):
    """Every family once, under its own name."""
    names = [family.name for family in text_string_to_metric_families(exposed(metrics))]

    assert len(names) == len(set(names))


def test_settled_records_can_be_read_back_by_outcome(metrics):
    """Summed over connections and topics."""
    for outcome in SETTLED:
        metrics.settled(connection="eu", topic="lago.invoices", outcome=outcome)
    metrics.settled(connection="us", topic="lago.customers", outcome=Ignored(rule="other_connection"))

    assert settled_in(exposed(metrics)) == {"written": 1, "already_there": 1, "ignored": 2, "rejected": 1}


@pytest.mark.parametrize(
    "cents",
    [-1, 10**400, -(10**400), float("nan"), float("inf"), float("-inf")],
    ids=lambda each: str(each)[:5],
)
def test_an_amount_that_cannot_be_summed_is_left_out_and_the_document_counted(metrics, cents):
    """A counter raises instead of a decrease, and a float has a maximum; that once stopped the worker."""
    with capture_logs():
        metrics.booked(
            connection="eu",
            booking=Booking(object="invoice", outcome="created", cents=cents, currency="EUR"),
            at_s=0.0,
        )

    assert 'documents_total{connection="eu",object="invoice",outcome="created"} 1.0' in exposed(metrics)
    assert "lago_netsuite_amounts_total{" not in exposed(metrics).replace("} 0.0", "")


def test_no_verb_raises_and_what_was_left_out_is_counted_and_logged_once_a_minute(metrics, monkeypatch):
    """For any exception of the library: a caller that counts cannot fail because of it."""

    def fails(*_, **__):
        raise RuntimeError("full")

    for family, verb in ((Counter, "inc"), (Histogram, "observe"), (Gauge, "set")):
        monkeypatch.setattr(family, verb, fails)
    with capture_logs() as logs:
        for _ in range(3):
            metrics.consumed(topic="t")
        metrics.rebalanced()
        metrics.drained(seconds=1.0)
        metrics.connection(EU, {"inflight": 1})

    assert [(each["what"], each["error"]) for each in logs] == [
        ("consumed", "RuntimeError"),
        ("rebalanced", "RuntimeError"),
        ("drained", "RuntimeError"),
        ("connection", "RuntimeError"),
    ]


def test_a_figure_left_out_is_a_figure_of_its_own(metrics):
    """So that an alert can use it."""
    with capture_logs():
        metrics.consumed(topic=object(), count=-1)

    assert 'lago_netsuite_metric_failures_total{verb="consumed"} 1.0' in exposed(metrics)


def test_the_end_of_a_task_is_no_failure_to_count(metrics, monkeypatch):
    """Exceptions that cancel a task or end the process are passed on."""

    def is_cancelled(*_):
        raise asyncio.CancelledError

    monkeypatch.setattr(Counter, "inc", is_cancelled)

    with pytest.raises(asyncio.CancelledError):
        metrics.consumed(topic="t")
