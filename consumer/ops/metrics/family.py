"""
Families of metrics: how each is made, and its children by their labels, looked up only once.

Names begin with ``lago_netsuite_``, units are base units, and no label carries an id.
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

    Prometheus' own look-up takes a lock and builds texts, which is more than the counting itself.
    """

    def __init__(self, family: Child, *, born: Iterable[tuple[str, ...]] = ()) -> None:
        """
        Know no children but those `born` now.

        Args:
            family: what the children belong to.
            born: those that are there at 0 from the beginning: Prometheus sees no increase from nothing to 1.
        """
        super().__init__()
        self._family = family
        for labels in born:
            self[labels]

    def __missing__(self, labels: tuple[str, ...]) -> Child:
        child = self[labels] = cast("Child", self._family.labels(*labels))
        return child

    def forget(self, labels: tuple[str, ...]) -> None:
        """Show a child no longer; one that was never shown is no matter."""
        if self.pop(labels, None) is not None:
            self._family.remove(*labels)


class Families:
    """Makes families in a registry of their own, so that two processes in one share no figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def counter(
        self, name: str, help_sentence: str, *labels: str, born: Iterable[tuple[str, ...]] = ()
    ) -> Children[Counter]:
        """What only rises; Prometheus adds ``_total`` to the name."""
        family = Counter(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry)
        return Children(family, born=born)

    def gauge(self, name: str, help_sentence: str, *labels: str) -> Children[Gauge]:
        """What rises and falls."""
        return Children(Gauge(name, help_sentence, labels, namespace=NAMESPACE, registry=self.registry))

    def histogram(
        self,
        name: str,
        buckets: Sequence[float],
        help_sentence: str,
        *labels: str,
        born: Iterable[tuple[str, ...]] = (),
    ) -> Children[Histogram]:
        """What is spread over buckets, given by their upper bounds."""
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
