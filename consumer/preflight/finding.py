"""The result of one check, and its fix."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["ok", "warn", "fail", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    The result of one check.

    Attributes:
        id: stable name, such as ``permission.TRAN_CUSTINVC`` or ``item.802``.
        status: ``fail`` prevents documents; with ``warn`` they are written, but not as configured;
            ``unknown`` means that the check was not possible.
        says: the result, or why the check was not possible, as a sentence.
        menu: menu path in NetSuite's user interface; empty when there is nothing to change there.
        fix: what to change.
        where: file and line of the setting in connections.yaml; empty without one.
    """

    id: str
    status: Status
    says: str
    menu: str = ""
    fix: str = ""
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        """All members; empty text for those without a value."""
        return asdict(self)


def ok(id_: str, says: str) -> Finding:
    """A finding with the status ``ok``."""
    return Finding(id=id_, status="ok", says=says)


def unknown(id_: str, says: str, *, menu: str = "", fix: str = "") -> Finding:
    """A finding with the status ``unknown``."""
    return Finding(id=id_, status="unknown", says=says, menu=menu, fix=fix)
