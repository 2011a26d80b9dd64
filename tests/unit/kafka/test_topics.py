"""The topics as they are declared."""

from __future__ import annotations

from consumer.config.connection import Connection
from consumer.kafka import retention, topics
from consumer.kafka.cluster import Cluster

CLUSTER = Cluster(bootstrap_servers="nowhere:1", topic_prefix="acme.")
DAY_MS = 86_400_000


def by_name() -> dict[str, topics.Topic]:
    return {topic.name: topic for topic in topics.declared()}


def test_the_four_inputs_have_equal_partitions():
    """Partitions of equal number then lie on one worker."""
    inputs = topics.names("input")

    assert inputs == ("lago.customers", "lago.invoices", "lago.credit_notes", "lago.payments")
    assert {by_name()[name].partitions for name in inputs} == {12}


def test_results_are_compacted_inputs_outlive_every_hold_and_the_rest_is_kept_two_weeks():
    """Long enough for a replay, and by far longer than a record may be tried."""
    declared = by_name()
    results = declared.pop("lago.netsuite.results")
    waiting = declared.pop("lago.netsuite.waiting")
    audit = declared.pop("lago.netsuite.audit")
    reconciliations = declared.pop("lago.netsuite.reconciliations")
    inputs = {declared.pop(name).settings["retention.ms"] for name in topics.names("input")}

    assert results.settings["cleanup.policy"] == waiting.settings["cleanup.policy"] == "compact"
    assert int(audit.settings["retention.ms"]) == -1
    assert int(reconciliations.settings["retention.ms"]) == 400 * DAY_MS
    assert {int(topic.settings["retention.ms"]) for topic in declared.values()} == {14 * DAY_MS}
    assert [int(kept_ms) for kept_ms in inputs] == [60 * DAY_MS]
    assert (
        retention.cut_holds(60 * DAY_MS / 1_000, {"eu": Connection.model_fields["hold_max_days"].default})
        == []
    )


def test_fewer_brokers_than_replicas_take_both_figures_down():
    """On one broker nothing could ever be acknowledged by two."""
    topic = by_name()["lago.invoices"]

    alone, three = topics._new(CLUSTER, topic, 1), topics._new(CLUSTER, topic, 3)

    assert (alone.name, alone.replication_factor) == ("acme.lago.invoices", 1)
    assert alone.topic_configs["min.insync.replicas"] == "1"
    assert (three.replication_factor, three.topic_configs["min.insync.replicas"]) == (3, "2")
