"""The sizes of the variables of an expression: by variable, by member, and by key at any depth."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Extent:
    """
    The size of the variables.

    Attributes:
        nodes: by variable, how many values it contains at any depth.
        sizes: by key, the most items that a list or map under it has.
        held: by key, the most values that a list or map under it contains at any depth.
        members: by variable, how many values each of its members contains at any depth.
    """

    nodes: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    members: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Extent:
        """Measure values by their names."""
        found = cls()
        for name, value in values.items():
            if isinstance(value, Mapping):
                inner = {str(key): found._measure(str(key), each) for key, each in value.items()}
                found.members[name] = inner
                found.nodes[name] = found._note(name, value, sum(inner.values()))
            else:
                found.nodes[name] = found._measure(name, value)
        return found

    def with_values(self, **values: Any) -> Extent:
        """This extent with more variables; for a key of both, the sizes of this one apply."""
        more = Extent.of_values(values)
        return Extent(
            nodes=self.nodes | more.nodes,
            sizes=more.sizes | self.sizes,
            held=more.held | self.held,
            members=self.members | more.members,
        )

    def nodes_of(self, name: str, members: frozenset[str] | None) -> int:
        """The number of values at any depth in these members of a variable, and the variable itself."""
        if members is None or name not in self.members:
            return self.nodes.get(name, 1)
        return 1 + sum(self.members[name].get(each, 0) for each in members)

    def of(self, name: str | None) -> int:
        """The maximum number of items of a list or map with this key; of any when the key is not known."""
        known = None if name is None else self.sizes.get(name)
        return max(self.sizes.values(), default=1) if known is None else known

    def held_by(self, name: str | None) -> int:
        """The maximum number of values at any depth under this key; under any when the key is not known."""
        known = None if name is None else self.held.get(name)
        return max(self.held.values(), default=1) if known is None else known

    @property
    def total(self) -> int:
        """The number of values of all variables."""
        return sum(self.nodes.values())

    def _measure(self, name: str, value: Any) -> int:
        match value:
            case Mapping():
                return self._note(
                    name, value, sum(self._measure(str(key), inner) for key, inner in value.items())
                )
            case list() | tuple():
                return self._note(name, value, sum(self._measure("", inner) for inner in value))
            case str():
                return 1 + len(value) // 100
            case _:
                return 1

    def _note(self, name: str, value: Sized, held: int) -> int:
        self.sizes[name] = max(len(value), self.sizes.get(name, 0))
        self.held[name] = max(held, self.held.get(name, 0))
        return 1 + held
