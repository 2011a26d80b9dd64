"""Which comparison of a connection says whether its books agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

FIRST_DAY, LAST_DAY = "", "9999-12-31"


class Compared(Protocol):
    """What counts of a run: what it compared, and what came out; `schemas.reconciliation.Reconciliation`."""

    @property
    def connection(self) -> str:
        """The code."""
        ...

    @property
    def since(self) -> str | None:
        """First day, None for all before."""
        ...

    @property
    def until(self) -> str | None:
        """Last day, None for all after."""
        ...

    @property
    def customers(self) -> Sequence[str]:
        """External ids; empty for all."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether it compared all documents of the connection."""
        ...

    @property
    def outcome(self) -> str:
        """``in_balance`` or ``not_in_balance``."""
        ...


Run = TypeVar("Run", bound=Compared)


@dataclass(slots=True)
class _Known(Generic[Run]):
    whole: Run | None = None
    last: Run | None = None
    different: list[Run] = field(default_factory=list)


def counting(runs: Iterable[Run]) -> dict[str, Run]:
    """
    By connection the run that says whether its books agree, of runs from the oldest on.

    What some customers or days show does not speak for the others, so the latest run over all documents
    counts. Where that agrees, a later run of a part that finds differences counts, until all of that part is
    compared again. Without a run over all documents the latest part with differences counts, else the latest.
    """
    found: dict[str, _Known[Run]] = defaultdict(_Known)
    for run in runs:
        _note(found[run.connection], run)
    return {code: chosen for code, known in found.items() if (chosen := _chosen(known)) is not None}


def covers(run: Compared, other: Compared) -> bool:
    """Whether a run compares all that the other does."""
    is_wide = (run.since or FIRST_DAY) <= (other.since or FIRST_DAY)
    is_long = (run.until or LAST_DAY) >= (other.until or LAST_DAY)
    has_customers = not run.customers or (bool(other.customers) and {*other.customers} <= {*run.customers})
    return is_wide and is_long and has_customers


def _note(known: _Known[Run], run: Run) -> None:
    known.last = run
    known.different = [each for each in known.different if not covers(run, each)]
    if run.is_whole:
        known.whole = run
    elif run.outcome != "in_balance":
        known.different.append(run)


def _chosen(known: _Known[Run]) -> Run | None:
    if known.whole is not None and known.whole.outcome != "in_balance":
        return known.whole
    return known.different[-1] if known.different else known.whole or known.last
