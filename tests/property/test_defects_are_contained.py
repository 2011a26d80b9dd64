"""Any exception of our code on a record, in any part: that record is refused once, and no other."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.memory.carrying import Carried, carried
from tests.memory.defects import DECISIVE, HARMLESS, MARK, PAYMENTS_READER, Panic, PlantedError, planted
from tests.property.test_any_event import mutations
from tests.support import lago

INTERNAL_ERROR = "rejected internal_error"
REACHED_BY_ALL = {"lane", "decode", "call", "decode step", "plan step", "write step"}


@st.composite
def topics(draw: Any, part: str) -> list[tuple[bytes, bool]]:
    """Mutated events, each of an object of its own, and which of them are marked for the part."""
    events = draw(st.lists(st.one_of(st.none(), mutations()), min_size=2, max_size=8))
    marks = draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events)))
    return [_value(n, event, part, mark) for n, (event, mark) in enumerate(zip(events, marks, strict=True))]


def _value(number: int, event: Any, part: str, mark: Any) -> tuple[bytes, bool]:
    if event is None:
        event = json.loads(lago.invoice_event())
    content = event.get(event.get("object_type")) if isinstance(event.get("object_type"), str) else None
    if not isinstance(content, dict):
        return json.dumps(event).encode(), False
    if isinstance(content.get("lago_id"), str):
        content["lago_id"] = lago.id_of("mutated", number)
    if mark:
        content[MARK] = part
    return json.dumps(event).encode(), mark


def run(values: list[bytes], *parts: str, make: Any = PlantedError) -> Carried:
    with planted(*parts, make=make):
        return asyncio.run(carried(values))


# An example is a worker's whole life, twice: shrinking one would take longer than reading it.
often = settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("part", DECISIVE)
@often
@given(make=st.sampled_from([PlantedError, Panic]), data=st.data())
def test_a_record_that_a_part_raises_on_is_refused_once_and_the_others_are_as_without(part, make, data):
    """With the part in order and with the part raising on some: these alone differ, by internal_error."""
    events = data.draw(topics(part))
    values = [value for value, _ in events]
    marked = {offset for offset, (_, is_marked) in enumerate(events) if is_marked}

    whole, broken = run(values), run(values, part, make=make)

    assert broken.committed == len(values)
    assert set(broken.ends.values()) == {1}
    assert len(broken.ends) == len(values)
    for offset in range(len(values)):
        outcome = broken.outcomes[offset]
        if offset not in marked:
            assert outcome == whole.outcomes[offset]
        elif part in REACHED_BY_ALL:
            assert outcome == INTERNAL_ERROR
        assert outcome in {whole.outcomes[offset], INTERNAL_ERROR}
        assert len(broken.errors.get(offset, ())) == outcome.startswith("rejected")
        if outcome == INTERNAL_ERROR:
            assert broken.code(offset) == "internal_error"
            assert b"text of the exception" not in broken.errors[offset][0].value


@pytest.mark.parametrize("part", HARMLESS)
@often
@given(events=topics(""))
def test_what_only_looks_on_decides_no_record(part, events):
    """Counting, tracing and preparing may fail for all records: each is what it would have been."""
    values = [value for value, _ in events]

    whole, broken = run(values), run(values, part)

    assert broken.outcomes == whole.outcomes
    assert set(broken.ends.values()) == {1}
    assert broken.documents == whole.documents
    assert {offset: len(each) for offset, each in broken.errors.items()} == {
        offset: len(each) for offset, each in whole.errors.items()
    }


@pytest.mark.parametrize("part", DECISIVE)
def test_every_part_can_be_made_to_raise(part):
    """So that the tests above test something: a whole invoice and a refused one, both marked."""
    webhook_type = "invoice.payment_status_updated" if part == PAYMENTS_READER else "invoice.created"
    whole = json.loads(lago.invoice_event(webhook_type, payment_status="succeeded"))
    refused = json.loads(
        lago.invoice_event(webhook_type, lago.invoice(currency="GBP", payment_status="succeeded"))
    )
    others = [lago.invoice_event(lago_id=lago.id_of("other", number)) for number in range(2)]
    values = [_value(0, whole, part, True)[0], _value(1, refused, part, True)[0], *others]

    seen = run(values, part)

    expected = {"error event": [1], "result": [0], "result, then its error event": [0, 1], "write": [0]}
    struck = [offset for offset, outcome in seen.outcomes.items() if outcome == INTERNAL_ERROR]
    assert sorted(struck) == expected.get(part, [0, 1])
    assert [seen.outcomes[2], seen.outcomes[3]] == ["in NetSuite"] * 2
    assert all(len(each) == 1 for each in seen.errors.values())
