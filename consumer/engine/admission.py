"""The result of the admission of a polled record to the engine."""

from __future__ import annotations

from enum import Enum, auto


class Admission(Enum):
    """
    The result for one record.

    ``TAKEN``: it is queued. ``REWOUND``: it is queued too, but its partition's offsets have restarted
    (deleted and created again, or reset out of range), so the partition's former state was dropped.
    ``DONE_BEFORE``: it was settled before. ``FOREIGN``: it is not queued, since its partition is not assigned
    or not seeded yet.
    """

    TAKEN = auto()
    REWOUND = auto()
    DONE_BEFORE = auto()
    FOREIGN = auto()
