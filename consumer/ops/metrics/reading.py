"""Read metrics from the text of ``/metrics``."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from consumer.ops.metrics.account import ParkReason
from consumer.ops.metrics.family import NAMESPACE


def settled_in(exposition: str) -> dict[str, int]:
    """The number of settled records by outcome, summed over connections and topics."""
    counts: dict[str, int] = {}
    for family in text_string_to_metric_families(exposition):
        for sample in family.samples:
            if sample.name == f"{NAMESPACE}_records_settled_total":
                outcome = sample.labels["outcome"]
                counts[outcome] = counts.get(outcome, 0) + int(sample.value)
    return counts


def parked_in(exposition: str, reason: ParkReason) -> int:
    """The number of parked lanes with that reason, summed over connections."""
    return sum(
        int(sample.value)
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == f"{NAMESPACE}_parked_lanes" and sample.labels["reason"] == reason
    )
