"""One row of the table: a code, what it means for the record, its cause, its fix, and who mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["record", "dependency", "kind", "account", "throttled", "unavailable", "repeated", "too_big"]
"""
How far an error reaches.

``record``: this record is refused with an error event. ``dependency``: it waits for another record. ``kind``:
all documents of its kind wait. ``account``: the whole connection waits. ``throttled``, ``unavailable`` and
``repeated`` are tried again by themselves. ``too_big``: a call of several records is repeated with fewer, one
alone is refused.
"""

Mender = Literal[
    "finance",
    "NetSuite administrator",
    "connector operator",
    "Lago administrator",
    "nobody: it is tried again",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """
    One row.

    Attributes:
        code: what an error event carries; ours, or NetSuite's own where no code of ours stands for it.
        meaning: the cause, as a sentence.
        change: the fix, as a sentence that begins with a verb; afterwards the event can be replayed.
        menu: where in NetSuite's user interface the fix is made, empty when it is made elsewhere.
        netsuite: the codes of NetSuite and of the RESTlet that this row explains.
    """

    code: str
    effect: Effect
    meaning: str
    change: str
    who: Mender
    menu: str = ""
    netsuite: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        """The fix as an error event carries it: a phrase, with the menu path behind it."""
        phrase = self.change[:1].lower() + self.change[1:].removesuffix(".")
        return f"{phrase} ({self.menu})" if self.menu else phrase


def row(  # noqa: PLR0913, PLR0917 - one argument a column of the table
    code: str, effect: Effect, meaning: str, change: str, who: Mender, menu: str = "", netsuite: str = ""
) -> ErrorCode:
    """A row in the order of the page; NetSuite's codes by blanks, its own when that is NetSuite's."""
    codes = tuple(netsuite.split()) or ((code,) if code.isupper() else ())
    return ErrorCode(
        code=code, effect=effect, meaning=meaning, change=change, who=who, menu=menu, netsuite=codes
    )
