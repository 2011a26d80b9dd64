"""The ledger, for any order of completion and any gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumer.engine.ledger import Ledger

offsets_with_gaps = st.lists(st.integers(0, 10_000), min_size=1, max_size=60, unique=True).map(sorted)


@given(offsets=offsets_with_gaps, data=st.data())
def test_a_commit_never_passes_an_open_offset_and_never_goes_back(offsets, data):
    """At every step the position is the lowest open offset, or one past the last."""
    order = data.draw(st.permutations(offsets))
    ledger = Ledger.at(offsets[0])
    for offset in offsets:
        ledger.admit(offset, size_bytes=offset)
    still_open, before = set(offsets), offsets[0]

    for offset in order:
        ledger.complete(offset)
        still_open.remove(offset)

        assert ledger.base == min(still_open, default=offsets[-1] + 1)
        assert ledger.base >= before
        assert (ledger.unsettled, ledger.buffered_bytes) == (len(still_open), sum(still_open))
        before = ledger.base


@given(offsets=offsets_with_gaps, done=st.data())
def test_admitting_and_completing_in_turns_gives_the_same_as_one_after_the_other(offsets, done):
    """The position depends on what is done, not on when it was."""
    finished = set(done.draw(st.lists(st.sampled_from(offsets), unique=True)))
    in_turns, afterwards = Ledger.at(offsets[0]), Ledger.at(offsets[0])

    for offset in offsets:
        in_turns.admit(offset)
        if offset in finished:
            in_turns.complete(offset)
    for offset in offsets:
        afterwards.admit(offset)
    for offset in sorted(finished, reverse=True):
        afterwards.complete(offset)

    assert in_turns.base == afterwards.base
