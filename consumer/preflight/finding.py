"""One thing that was looked at before the first write, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["ok", "warn", "fail", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    What was found.

    Attributes:
        id: stable name, such as ``permission.TRAN_CUSTINVC`` or ``item.802``.
        status: ``fail`` stops documents, ``warn`` lets them pass in another way than meant, ``unknown`` could
            not be looked at and says why.
        says: what it means, as a sentence.
        menu: where in NetSuite to change it.
        fix: what to change.
        where: the line of connections.yaml it stands on.
    """

    id: str
    status: Status
    says: str
    menu: str = ""
    fix: str = ""
    where: str = ""

    def as_json(self) -> dict[str, Any]:
        """All of it; what there is not is empty."""
        return asdict(self)


def ok(id_: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(id=id_, status="ok", says=says)


def unknown(id_: str, says: str, *, menu: str = "", fix: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(id=id_, status="unknown", says=says, menu=menu, fix=fix)
