"""The possible results of one request to Lago's API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from consumer.lago.lookup_result import Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """
    The JSON object of a response.

    Attributes:
        size_bytes: size of the response's body.
    """

    content: dict[str, Any]
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Lago has no object with that id, or has deleted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """
    Lago does not make this change of this object, now or later.

    Attributes:
        code: Lago's, such as ``update_on_voided_invoice``; empty where it gives none.
    """

    status: int
    code: str


Reply = Body | Absent | Failed
WriteReply = Body | Absent | Refused | Failed
