"""The offset map, for any order of settled offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.engine import offset_map
from consumer.engine.ledger import Admitted, Ledger
from consumer.engine.offset_map import MAX_SPAN, OffsetMap, Unusable

bases = st.integers(0, 2**62)
shapes = st.one_of(
    st.sets(st.integers(1, 60), max_size=30),
    st.sets(st.integers(1, MAX_SPAN - 1), max_size=200),
    st.builds(lambda step: set(range(step, MAX_SPAN, step)), st.integers(2, 40)),
)


def ledger_with(base: int, done: set[int]) -> Ledger:
    """Everything from the base to the highest place come in, the places of `done` settled."""
    ledger = Ledger.at(base)
    for place in range(max(done, default=0) + 1):
        ledger.admit(base + place)
    for place in done:
        ledger.complete(base + place)
    return ledger


@given(base=bases, done=shapes)
def test_invariant_2_a_restored_ledger_knows_exactly_what_was_settled(base, done):
    """Reading a snapshot marks what was settled above the base and nothing else, in few enough characters."""
    position = ledger_with(base, done).position()

    known = offset_map.decode(position.metadata, position.offset)

    assert isinstance(known, OffsetMap)
    restored = Ledger(known)
    ends = range(base, base + max(done, default=0) + 1)
    found = {offset - base for offset in ends if restored.admit(offset) is Admitted.DONE_BEFORE}
    assert found == done
    assert len(position.metadata) <= 4_096


@given(base=bases, done=shapes, shift=st.integers(-1_000, 1_000).filter(bool))
def test_invariant_3_a_map_of_another_offset_marks_nothing(base, done, shift):
    """An offset that was translated or set by hand brings a map that is not its own."""
    position = ledger_with(base, done).position()

    assert offset_map.decode(position.metadata, position.offset + shift) == Unusable(reason="base")


@given(done=shapes.filter(bool))
def test_invariant_13_run_lengths_and_bitmap_of_one_state_say_the_same(done):
    """Which of them is shorter must not matter to who reads it."""
    span = max(done) + 1
    places = [place for place in range(span) if place not in done]

    by_runs = offset_map._of_run_lengths(offset_map.run_lengths(places, span), span)
    by_bits = offset_map._of_bitmap(offset_map.bitmap(places, span), span)

    assert by_runs == by_bits == places


@given(metadata=st.text(max_size=60) | st.binary(max_size=40).map(lambda raw: "1." + raw.hex()), base=bases)
def test_no_text_makes_reading_fail(metadata, base):
    """With any text in a commit's metadata the worker starts."""
    assert isinstance(offset_map.decode(metadata, base), OffsetMap | Unusable)
