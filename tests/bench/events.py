"""
The events of a workload: Lago's invoice bodies on many lanes, each lane on a partition of its own choosing.

A lane is one invoice. Its first event creates it, the others announce it anew with a later time of change, so
every event differs from every other in what the worker sends: the external id and the version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from tests.bench.call_log import EventId
from tests.bench.workloads import Workload
from tests.support import lago

SEED = 20_260_801
EPOCH = datetime(2026, 8, 1, tzinfo=UTC)
STAMP = "2026-08-01T00:05:06Z"
DRAWN_AT_ONCE = 10_000
UNDECODABLE = b'{"webhook_type":"invoice.created","object_type":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event before it is produced."""

    event: EventId
    lane: str
    partition: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """An event as it lies on its topic; `at_s` is the record's timestamp in seconds since the epoch."""

    event: EventId
    lane: str
    partition: int
    offset: int
    at_s: float


def drafts(workload: Workload) -> Iterator[Draft]:
    """Events without end; those of one lane lie on one partition, in order."""
    seen: set[int] = set()
    for number, lane in enumerate(lanes(workload)):
        yield _draft(number, lane, workload.partitions, is_first=lane not in seen)
        seen.add(lane)


def lanes(workload: Workload) -> Iterator[int]:
    """The lane of each event, always the same ones."""
    chance = np.random.default_rng(SEED)
    while True:
        if workload.zipf is None:
            yield from chance.integers(0, workload.lanes, DRAWN_AT_ONCE).tolist()
        else:
            yield from chance.zipf(workload.zipf, DRAWN_AT_ONCE).tolist()


def poison_heads(workload: Workload) -> tuple[str, ...]:
    """The external ids of the first event of each partition."""
    heads: dict[int, str] = {}
    for draft in drafts(workload):
        heads.setdefault(draft.partition, draft.event.external_id)
        if len(heads) == workload.partitions:
            return tuple(heads.values())
    raise AssertionError("drafts do not end")


def write(produced: list[Produced], path: Path) -> None:
    """Keep what was produced, so that a journal can be looked at again later."""
    with path.open("w") as lines:
        lines.writelines(json.dumps(asdict(each)) + "\n" for each in produced)


def _draft(number: int, lane: int, partitions: int, *, is_first: bool) -> Draft:
    invoice_id = lago.id_of("bench", lane)
    version = (EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    template = _CREATED if is_first else _RESYNCED
    return Draft(
        event=EventId(f"lago-inv-{invoice_id}", version),
        lane=f"invoice:{invoice_id}",
        partition=lane % partitions,
        body=template.replace(_ID, invoice_id.encode()).replace(_STAMP, version.encode()),
    )


_ID, _STAMP = lago.INVOICE_ID.encode(), STAMP.encode()
_FEES = [lago.fee("subscription", tax_rate=19), lago.fee("charge", units=12, tax_rate=19)]
_INVOICE = lago.invoice(_FEES, updated_at=STAMP)
_CREATED = lago.invoice_event("invoice.created", _INVOICE)
_RESYNCED = lago.invoice_event("invoice.resynced", _INVOICE)
