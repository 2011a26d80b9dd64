"""Settings of Python's garbage collector for a process with thousands of records and few reference cycles."""

from __future__ import annotations

import gc

# Python's default searches for cycles after every 700 new containers, and a buffered record is several: with
# 20 000 records the collector took 5 % of the worker's CPU time and blocked the event loop for 100 ms at
# once.
YOUNG_OBJECTS = 10_000
YOUNG_ROUNDS = 10
MIDDLE_ROUNDS = 20
# Imports make a hundred thousand objects and hardly any garbage: searching them took a tenth of a start.
STARTING_OBJECTS = 50_000


def begin() -> None:
    """Collect seldom while modules are imported, at the start of every command."""
    gc.set_threshold(STARTING_OBJECTS, YOUNG_ROUNDS, MIDDLE_ROUNDS)


def settle() -> None:
    """Exclude existing objects (code and settings) from collection, and collect as fits records."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, MIDDLE_ROUNDS)
