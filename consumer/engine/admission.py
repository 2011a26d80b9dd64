"""What the engine says of a record that it is handed."""

from __future__ import annotations

from enum import Enum, auto


class Admission(Enum):
    """
    What became of a record that was handed in.

    ``REWOUND`` was taken too: the partition has gone back (deleted and made anew, or reset out of range), so
    all that was known about it is void. ``DONE_BEFORE`` needs nothing more. ``FOREIGN`` was not taken: its
    partition is not ours now, or not known well enough yet.
    """

    TAKEN = auto()
    REWOUND = auto()
    DONE_BEFORE = auto()
    FOREIGN = auto()
