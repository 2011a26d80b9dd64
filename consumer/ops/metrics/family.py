"""
Metric families, and their children by labels, each looked up once.

Names begin with ``lago_netsuite_``, units are base units, and no label has an id as its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

NAMESPACE = "lago_netsuite"

Child = TypeVar("Child", bound=Counter | Gauge | Histogram)


class Children(dict[tuple[str, ...], Child], Generic[Child]):
    """
    The children of one family by the values of its labels, in the order of their names.

    The lookup of prometheus_client takes a lock and builds strings, which costs more than the increment.
    """

    def __init__(self, family: Child, *, born: Iterable[tuple[str, ...]] = ()) -> None:
        """
        Begin with the children of `born`.

        Args:
            family: their family.
            born: labels of children that exist from the start with 0: Prometheus does not count the first
                value
                of a new series as an increase.
        """
        super().__init__()
        self._family = family
        for labels in born:
            self[labels]

    def __missing__(self, labels: tuple[str, ...]) -> Child:
        child = self[labels] = cast("Child", self._family.labels(*labels))
        return child

    def forget(self, labels: tuple[str, ...]) -> None:
        """Remove a child, if it exists."""
        if self.pop(labels, None) is not None:
            self._family.remove(*labels)


class Families:
    """Makes families in a registry of its own, so that several `Metrics` in one process are separate."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def counter(
        self, name: str, help_sentence: str, *labels: str, born: Iterable[tuple[str, ...]] = ()
    ) -> Children[Counter]:
        """A counter with labels; Prometheus adds ``_total`` to the name."""
        family = Counter(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry)
        return Children(family, born=born)

    def gauge(self, name: str, help_sentence: str, *labels: str) -> Children[Gauge]:
        """A gauge with labels."""
        return Children(Gauge(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry))

    def histogram(
        self,
        name: str,
        buckets: Sequence[float],
        help_sentence: str,
        *labels: str,
        born: Iterable[tuple[str, ...]] = (),
    ) -> Children[Histogram]:
        """A histogram with labels; `buckets` are upper bounds."""
        family = Histogram(
            name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry, buckets=buckets
        )
        return Children(family, born=born)

    def single_counter(self, name: str, help_sentence: str) -> Counter:
        """A counter without labels."""
        return Counter(name, help_sentence, namespace=NAMESPACE, registry=self.registry)

    def single_histogram(self, name: str, buckets: Sequence[float], help_sentence: str) -> Histogram:
        """A histogram without labels."""
        return Histogram(name, help_sentence, namespace=NAMESPACE, registry=self.registry, buckets=buckets)
