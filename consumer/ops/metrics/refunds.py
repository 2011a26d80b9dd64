"""Metrics of refunds that people have to make in NetSuite."""

from __future__ import annotations

from decimal import Decimal

from consumer.ops.metrics.family import Families


class Refunds:
    """The part of `consumer.ops.metrics.Metrics` about refunds to make by hand."""

    def __init__(self, families: Families) -> None:
        about = ("connection", "currency")
        self._to_make = families.gauge(
            "refunds_to_make", "Refunds of credit notes that people have to make in NetSuite.", *about
        )
        self._amount = families.gauge(
            "refunds_to_make_amount", "Their sum, in units of the currency: to watch, not to book.", *about
        )
        self._oldest = families.gauge(
            "refunds_to_make_oldest_timestamp_seconds",
            "When the credit note of the oldest of them reached NetSuite, in seconds since the epoch.",
            *about,
        )

    def refunds_to_make(
        self, *, connection: str, currency: str, count: int, amount: Decimal, oldest_s: float | None
    ) -> None:
        """Set the number of open refunds, their sum, and the oldest's epoch time; None without one."""
        about = (connection, currency)
        self._to_make[about].set(count)
        self._amount[about].set(float(amount))
        if oldest_s is None:
            self._oldest.forget(about)
        else:
            self._oldest[about].set(oldest_s)
