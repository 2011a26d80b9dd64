"""One row of the table: a code, its effect, its cause, its fix, and who makes the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["record", "dependency", "kind", "account", "throttled", "unavailable", "repeated", "too_big"]
"""
What waits or fails because of an error.

``record``: this record is rejected with an error event. ``dependency``: it waits for another record.
``kind``: all documents of its kind wait. ``account``: the whole connection waits. ``throttled``,
``unavailable`` and ``repeated``: the record is retried automatically. ``too_big``: a call of several records
is repeated with fewer, a call of one record is rejected.
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
        code: the published code: the connector's, or NetSuite's when there is none of the connector.
        meaning: the cause, as a sentence.
        change: the fix, as a sentence that begins with a verb; after it the event can be replayed.
        who: who makes the fix.
        menu: menu path of the fix in NetSuite's user interface; empty when it is made elsewhere.
        netsuite: the codes of NetSuite and of the RESTlet that this row covers.
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
        """The fix in the form of error events: a phrase, followed by the menu path."""
        phrase = self.change[:1].lower() + self.change[1:].removesuffix(".")
        return f"{phrase} ({self.menu})" if self.menu else phrase


def row(  # noqa: PLR0913, PLR0917 - one argument a column of the table
    code: str, effect: Effect, meaning: str, change: str, who: Mender, menu: str = "", netsuite: str = ""
) -> ErrorCode:
    """A row; `netsuite` has codes separated by blanks, by default `code` itself when it is NetSuite's."""
    codes = tuple(netsuite.split()) or ((code,) if code.isupper() else ())
    return ErrorCode(
        code=code, effect=effect, meaning=meaning, change=change, who=who, menu=menu, netsuite=codes
    )
