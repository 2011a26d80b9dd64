"""The rows of a list that is read page by page, found and sorted once; a change finds them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from consumer.sandbox.lago.notation import Json

_OF_PAGES = frozenset(("page", "per_page"))


@dataclass(slots=True)
class FoundRows:
    """
    What each list has found last.

    A first page is always found anew; a later page only when its filters are others than those of the page
    before, or something has changed since, so that rows move between pages as they do in Lago.
    """

    _known: dict[str, tuple[object, list[Json]]] = field(default_factory=dict)

    def of(
        self, name: str, query: Mapping[str, Sequence[str]], state: object, find: Callable[[], list[Json]]
    ) -> list[Json]:
        """
        All rows of a list.

        Args:
            name: of the list.
            query: its parameters.
            state: equal as long as nothing has changed.
            find: filters and sorts.
        """
        given = sorted((key, tuple(values)) for key, values in query.items() if key not in _OF_PAGES)
        key = (given, state)
        known = self._known.get(name)
        is_later = query.get("page", ["1"])[0] not in {"", "0", "1"}
        if known is None or not is_later or known[0] != key:
            known = self._known[name] = (key, find())
        return known[1]
