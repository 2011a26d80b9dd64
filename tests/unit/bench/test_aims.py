"""The table of what the connector should reach."""

from __future__ import annotations

from tests.bench import aim_table
from tests.bench.aim_table import AIMS, Aim


def test_the_median_of_the_rounds_is_held_against_its_bound():
    """One odd round changes nothing."""
    aim = Aim(figure="cpu", title="CPU ms", bound=1.5)

    assert aim.row([1.2, 9.0, 1.4]) == "| CPU ms | ≤ 1.5 | 1.4 | 1.2, 9, 1.4 | yes |"
    assert aim.row([1.2, 9.0, 1.6]).endswith("| **no** |")


def test_a_floor_is_met_from_above():
    """And missed from below."""
    aim = Aim(figure="used", title="used", bound=0.95, is_floor=True)

    assert aim.row([0.96]).endswith("| yes |")
    assert aim.row([0.94]).endswith("| **no** |")


def test_what_a_round_could_not_measure_is_said_so():
    """The median of what is left would hide it."""
    assert (
        Aim(figure="a", title="a", bound=1).row([None, 0.5])
        == "| a | ≤ 1 | none | none, 0.5 | not measured |"
    )


def test_every_aim_has_its_line_also_when_it_was_left_out():
    """A run of some parts leaves the others open."""
    table = aim_table.markdown({"demo_s": [14.0]})

    assert table.count("\n") == len(AIMS) + 2
    assert table.count("not measured") == len(AIMS) - 1
