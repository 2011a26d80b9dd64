"""A command that the console runs beside itself: the plan of a backfill, a backfill, a comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

JobCommand = Literal["backfill_plan", "backfill", "reconcile"]
JobState = Literal["under_way", "done", "differs", "stopped", "failed", "lost"]
"""`lost`: the console ended before it could say what became of it."""
EndState = Literal["done", "differs", "stopped", "failed"]
NAMES: Mapping[JobCommand, str] = {
    "backfill_plan": "plan of a backfill",
    "backfill": "backfill",
    "reconcile": "comparison",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """
    What a job is about; empty for all.

    Attributes:
        since, until: first and last day, ``YYYY-MM-DD``.
        customers: Lago's external ids.
        objects: plural names of kinds.
        rate: events a second, at most.
    """

    since: str = ""
    until: str = ""
    customers: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    rate: str = ""

    @property
    def details(self) -> dict[str, str]:
        """As texts for the audit record."""
        return {
            "since": self.since,
            "until": self.until,
            "customers": json.dumps(self.customers),
            "objects": ",".join(self.objects),
            "rate": self.rate,
        }

    @staticmethod
    def of(details: Mapping[str, str]) -> JobOptions:
        """Those of an audit record."""
        customers = _json(details.get("customers", ""))
        objects = details.get("objects", "")
        return JobOptions(
            since=details.get("since", ""),
            until=details.get("until", ""),
            customers=tuple(map(str, customers)) if isinstance(customers, list) else (),
            objects=tuple(objects.split(",")) if objects else (),
            rate=details.get("rate", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One of them, as it is now.

    Attributes:
        plan: the id of the plan that a backfill carries out; empty for the others.
        started_at, ended_at, latest_at: RFC 3339; the last one is of its latest line.
        step, done, total: how far it is; 0 for a total that is not known.
        said: what came out or why it ended, as a sentence; while it runs, what it says beside its progress.
        ended_by: who has stopped it; empty where it ended by itself.
        result: what came out, for pages and programs.
    """

    id: str
    connection: str
    command: JobCommand
    actor: str
    reason: str
    started_at: str
    options: JobOptions = field(default_factory=JobOptions)
    plan: str = ""
    state: JobState = "under_way"
    step: str = ""
    done: int = 0
    total: int = 0
    latest_at: str = ""
    said: str = ""
    ended_at: str = ""
    ended_by: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What it is, in words."""
        return NAMES[self.command]

    @property
    def path(self) -> str:
        """The page that shows it."""
        return f"/jobs/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartJob:
    """That a person wants a job; `plan` is the id of the plan that a backfill carries out."""

    connection: str
    command: JobCommand
    options: JobOptions
    actor: str
    reason: str
    plan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopJob:
    """That a person wants a job to end."""

    job: str
    actor: str
    reason: str


JobAct = StartJob | StopJob


def result_of(text: str) -> Mapping[str, Any]:
    """The result of an audit record; empty for what is none."""
    found = _json(text)
    return found if isinstance(found, dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
