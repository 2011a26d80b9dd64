"""Settings of Python's garbage collector for a process with thousands of records and few reference cycles."""

from __future__ import annotations

import gc

# Python's default searches for cycles after every 700 new containers, and a buffered record is several: with
# 20 000 records the collector took 5 % of the worker's CPU time and blocked the event loop for 100 ms at
# once.
YOUNG_OBJECTS = 10_000
YOUNG_ROUNDS = 10
MIDDLE_ROUNDS = 20


def settle() -> None:
    """Exclude existing objects (code and settings) from collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, MIDDLE_ROUNDS)
