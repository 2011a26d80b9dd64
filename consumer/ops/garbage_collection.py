"""Garbage collection for a process that keeps thousands of records and makes few cycles."""

from __future__ import annotations

import gc

# Python looks for cycles after every 700 new containers, and a buffered record is several: with 20 000 of
# them the collector took a twentieth of the worker's time and held the event loop up for 100 ms at once.
YOUNG_OBJECTS = 10_000
YOUNG_ROUNDS = 10
MIDDLE_ROUNDS = 20


def settle() -> None:
    """Leave alone what was made so far, which is code and settings, and look for cycles less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, MIDDLE_ROUNDS)
