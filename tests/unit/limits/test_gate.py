"""How many calls at once."""

from __future__ import annotations

import pytest

from consumer.limits.gate import Gate


@pytest.mark.parametrize(("under_way", "expected"), [(0, True), (4, True), (5, False), (6, False)])
def test_a_gate_lets_in_as_many_as_it_has_permits(under_way, expected):
    """Five permits: a sixth call waits."""
    assert Gate(permits=5).has_room(under_way) is expected
