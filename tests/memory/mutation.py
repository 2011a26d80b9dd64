"""Random mutations of Lago's events: members removed, or replaced by unexpected values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from tests.memory.defects import MARK, PAYMENTS_READER
from tests.support import lago

EVENTS = (
    lago.event("customer.updated", lago.customer(integration_customers=[lago.link()])),
    lago.event("invoice.created", lago.invoice(lago.every_fee_type(tax_rate=19))),
    lago.event("invoice.voided", lago.invoice(status="voided", voided_at="2026-08-02T10:00:00Z")),
    lago.event("credit_note.created", lago.credit_note(offset_amount_cents=500)),
    lago.event("payment.succeeded", lago.payment()),
    lago.event("payment_receipt.created", lago.payment_receipt()),
    lago.event("invoice.payment_status_updated", lago.invoice(payment_status="succeeded")),
)
ALL_KINDS = tuple(range(len(EVENTS)))
KINDS_OF = {PAYMENTS_READER: ALL_KINDS[-1:]}
"""The kinds of events that reach a part; all kinds reach the others."""
ANYTHING: tuple[Any, ...] = (
    None, True, 0, -1, 1, 2**53, 10**18, -(10**19), 10**400, 0.1, 1e308, 5e-324, "", " ", "\x00", "NaN",
    "1e999999", "-Infinity", "9" * 5_000, "JPY", "2026-02-30",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "../../etc/passwd", [], {}, [[]], {"a": [None]}, ["x"] * 30,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a value."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places(inner, (*path, step))


PLACES = [list(places(event)) for event in EVENTS]


def whole(number: int) -> bytes:
    """An invoice as Lago sends it."""
    return lago.invoice_event(lago_id=lago.id_of("whole", number), number=f"W-{number}")


def marked_invoice(name: str, part: str) -> bytes:
    """A whole invoice, marked for a part."""
    event = json.loads(lago.invoice_event(lago_id=lago.id_of("marked", name), number=f"M-{name}"))
    event["invoice"][MARK] = part
    return json.dumps(event).encode()


def mutated(random: Random, number: int, part: str | None = None, kinds: Sequence[int] = ALL_KINDS) -> bytes:
    """An event of these kinds with up to three changes; marked for a part, where it has still an object."""
    kind = random.choice(kinds)
    event = deepcopy(EVENTS[kind])
    content = event[event["object_type"]]
    content["lago_id"] = lago.id_of("mutated", number)
    for path in random.sample(PLACES[kind], random.randint(1, 3)):
        _change(event, path, random)
    content = event.get(event["object_type"]) if isinstance(event.get("object_type"), str) else None
    if part is not None and isinstance(content, dict):
        content[MARK] = part
    return json.dumps(event).encode()


def _change(event: Any, path: tuple[Any, ...], random: Random) -> None:
    inside = event
    for step in path[:-1]:
        try:
            inside = inside[step]
        except (KeyError, IndexError, TypeError):
            return  # an earlier change has taken this place away
    if isinstance(inside, dict):
        if random.random() < 0.5:
            inside.pop(path[-1], None)
        else:
            inside[path[-1]] = deepcopy(random.choice(ANYTHING))
    elif isinstance(inside, list) and isinstance(path[-1], int) and path[-1] < len(inside):
        inside[path[-1]] = deepcopy(random.choice(ANYTHING))
