"""Metrics of records: counts, outcomes, durations, and documents in NetSuite with their amounts."""

from __future__ import annotations

import math

from consumer.events.booked_amounts import Booking
from consumer.mapping.money import subunits_per_unit
from consumer.ops.metrics.family import Families
from consumer.outcome import Settled, name_of

DELIVERY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LATENCY_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400)
TOTAL_MISMATCH = "total_mismatch"


class Records:
    """The part of `consumer.ops.metrics.Metrics` about records and documents."""

    def __init__(self, families: Families) -> None:
        self._consumed = families.counter("records_consumed", "Records read from Kafka.", "topic")
        self._settled = families.counter(
            "records_settled",
            "Records that are done, by what became of them.",
            "connection",
            "topic",
            "outcome",
        )
        self._ignored = families.counter(
            "records_ignored", "Records that a rule found to be none of our business.", "connection", "rule"
        )
        self._duration = families.histogram(
            "delivery_duration_seconds",
            DELIVERY_BUCKETS_S,
            "Time that one delivery took, each try by itself, from mapping to NetSuite's answer.",
            "object",
            "outcome",
        )
        self._latency = families.histogram(
            "record_latency_seconds",
            LATENCY_BUCKETS_S,
            "Time from a record's timestamp to its end.",
            "object",
        )
        self._errors = families.counter("errors_published", "Error events acknowledged by Kafka.", "code")
        self._fallbacks = families.counter(
            "fallbacks_used", "Lines that got a fallback item for want of a mapping.", "connection", "rule"
        )
        self._mismatches = families.counter(
            "total_mismatches",
            "Documents refused because their total would not be Lago's.",
            "connection",
        )
        self._add_books(families)

    def _add_books(self, families: Families) -> None:
        about = ("connection", "object", "outcome")
        self._documents = families.counter(
            "documents", "Lago objects by what became of them in NetSuite; repeats count again.", *about
        )
        self._amounts = families.counter(
            "amounts",
            "Sum of the amounts of these objects, in units of their currency: to watch, not to book.",
            *about,
            "currency",
        )
        self._finalized = families.histogram(
            "finalized_to_netsuite_seconds",
            LATENCY_BUCKETS_S,
            "Time from Lago's last change of a document, its finalisation, until NetSuite had it.",
            "object",
        )

    def connection_begins(self, *, connection: str) -> None:
        """Create the counters of a connection with 0, so that Prometheus counts the first event."""
        self._mismatches[connection,].inc(0)

    def consumed(self, *, topic: str, count: int = 1) -> None:
        """Count records polled from Kafka."""
        self._consumed[topic,].inc(count)

    def settled(self, *, connection: str, topic: str, outcome: Settled) -> None:
        """Count a settled record."""
        self._settled[connection, topic, name_of(outcome)].inc()

    def ignored(self, *, connection: str, rule: str) -> None:
        """Count a record that a rule ignores."""
        self._ignored[connection, rule].inc()

    def delivered(self, *, object: str, outcome: str, seconds: float) -> None:  # noqa: A002 - the label's name
        """Record the duration in seconds and the outcome of one delivery."""
        self._duration[object, outcome].observe(seconds)

    def latency(self, *, object: str, seconds: float) -> None:  # noqa: A002 - Lago's word and the label's name
        """Record the seconds from a record's timestamp to its settlement."""
        self._latency[object,].observe(seconds)

    def error_published(self, *, connection: str, code: str) -> None:
        """Count an error event that Kafka has acknowledged."""
        self._errors[code,].inc()
        if code == TOTAL_MISMATCH:
            self._mismatches[connection,].inc()

    def fallback_used(self, *, connection: str, rule: str) -> None:
        """Count a line with a fallback item."""
        self._fallbacks[connection, rule].inc()

    def booked(self, *, connection: str, booking: Booking, at_s: float) -> None:
        """
        Count a Lago object that was written to NetSuite or rejected.

        Args:
            connection: its code.
            booking: the object, its outcome, and its amount.
            at_s: when, in seconds since the epoch.
        """
        self._documents[connection, booking.object, booking.outcome].inc()
        if booking.cents is not None and booking.currency is not None:
            about = (connection, booking.object, booking.outcome, booking.currency)
            # Prometheus has only floats: this is for charts, not for accounting.
            units = booking.cents / subunits_per_unit(booking.currency)
            if 0 <= units < math.inf:  # a NaN or infinite value would make the counter useless
                self._amounts[about].inc(units)
        if booking.finalized_s is not None:
            self._finalized[booking.object,].observe(max(0.0, at_s - booking.finalized_s))
