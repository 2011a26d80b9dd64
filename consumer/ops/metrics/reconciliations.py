"""Metrics of the last comparison of all documents of each connection."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.ops.metrics.family import Families


class Reconciliations:
    """The part of `consumer.ops.metrics.Metrics` about whether the books agree."""

    def __init__(self, families: Families) -> None:
        self._reconcile_differences = families.gauge(
            "reconcile_differences",
            "Differences that the last whole run of `reconcile` found, by what differs.",
            "connection",
            "what",
        )
        self._accepted_differences = families.gauge(
            "reconcile_accepted_differences",
            "Further differences of this run, which a person has accepted, by what differs.",
            "connection",
            "what",
        )
        self._compared_documents = families.gauge(
            "reconcile_documents", "Documents of Lago's that this run compared.", "connection", "kind"
        )
        self._is_in_balance = families.gauge(
            "reconcile_in_balance", "1 where this run found no difference, else 0.", "connection"
        )
        self._reconciled_at = families.gauge(
            "reconcile_last_run_timestamp_seconds", "When it ended, in seconds since the epoch.", "connection"
        )

    def reconciled(
        self,
        *,
        connection: str,
        differences: Mapping[str, int],
        accepted: Mapping[str, int],
        documents: Mapping[str, int],
        ended_s: float,
    ) -> None:
        """Set the figures of a whole run; what differed in the run before and no longer does is 0."""
        for family, counts in (
            (self._reconcile_differences, differences),
            (self._accepted_differences, accepted),
        ):
            for labels, gauge in family.items():
                if labels[0] == connection:
                    gauge.set(0)
            for what, count in counts.items():
                family[connection, what].set(count)
        for kind, count in documents.items():
            self._compared_documents[connection, kind].set(count)
        self._is_in_balance[connection,].set(not any(differences.values()))
        self._reconciled_at[connection,].set(ended_s)
