"""
Many mutated events, some of them marked for a defect in each part of the worker, and whole invoices between.

``DEFECT_EVENTS=25000`` asks for more of them than an ordinary run has the time for.
"""

from __future__ import annotations

import json
import os
from random import Random

import pytest

from tests.memory import mutation
from tests.memory.carrying import carried
from tests.memory.defects import DECISIVE, MARK, planted

EVENTS = int(os.environ.get("DEFECT_EVENTS", "1500"))
WHOLE_EVERY = 4
MARKED_EVERY = 5


def topic(random: Random) -> tuple[list[bytes], set[int]]:
    """The events, and the offsets of those that nothing is wrong with."""
    values, whole = [], set()
    parts = list(DECISIVE)
    for number in range(EVENTS):
        if number % WHOLE_EVERY == 0:
            whole.add(number)
            values.append(mutation.whole(number))
        else:
            part = random.choice(parts) if number % MARKED_EVERY == 0 else None
            kinds = mutation.KINDS_OF.get(part, mutation.ALL_KINDS)
            values.append(mutation.mutated(random, number, part, kinds))
    return values, whole


@pytest.mark.slow
async def test_no_defect_on_some_events_keeps_any_other_from_being_written():
    """Each is settled once, with one error event at the most, and every whole invoice is in NetSuite."""
    values, whole = topic(Random(11))

    with planted(*DECISIVE, "observer", "spans") as defects:
        seen = await carried(values)

    internal = [offset for offset in seen.errors if seen.code(offset) == "internal_error"]
    print(  # noqa: T201 - the figures of a long run
        f"\n{len(values)} events: {sum(len(each) for each in seen.errors.values())} error events, "
        f"{len(internal)} of them internal_error after {defects.strikes} raises; "
        f"{sum(outcome == 'in NetSuite' for outcome in seen.outcomes.values())} in NetSuite, "
        f"{len(whole)} of {len(whole)} whole invoices"
    )
    assert seen.committed == len(values)
    assert (len(seen.ends), set(seen.ends.values())) == (len(values), {1})
    assert {len(each) for each in seen.errors.values()} == {1}
    assert set(seen.errors) == {o for o, each in seen.outcomes.items() if each.startswith("rejected")}
    assert all(MARK.encode() in values[offset] for offset in internal)
    assert {seen.outcomes[offset] for offset in whole} == {"in NetSuite"}
    assert _parts_struck(values, internal) == set(DECISIVE)


def _parts_struck(values: list[bytes], internal: list[int]) -> set[str]:
    bodies = [json.loads(values[offset]) for offset in internal]
    return {body[body["object_type"]][MARK] for body in bodies}
