"""``op: lines``: the item lines of invoices and credit memos in NetSuite, whoever wrote them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

MOST_AT_ONCE = 100
"""How many documents one call may name; each is loaded for ten units of governance."""


class DocumentKey(NamedTuple):
    """A record by NetSuite's type, ``invoice`` or ``creditmemo``, and internal id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesQuestion:
    """The request; the answer may have only the first of the documents, and the rest is asked for again."""

    documents: Sequence[DocumentKey]

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked = [{"type": each.type, "id": each.id} for each in self.documents]
        return json.dumps({"v": 1, "op": "lines", "documents": asked}, separators=(",", ":")).encode()


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class DocumentLine(_Answer):
    """
    One item line; texts are empty where NetSuite has none.

    Attributes:
        account: the line's own account, or that which NetSuite took from the item.
        reference: what joins the line to its taxes; Lago's id of the fee where a connector wrote it.
        amount: without tax, as decimal text in the document's currency; negative for a discount.
    """

    item: str = ""
    account: str = ""
    description: str = ""
    reference: str = ""
    amount: str = "0"


class LineTax(_Answer):
    """A tax of the line that has the same `reference`, by SuiteTax's type and code."""

    reference: str = ""
    type: str = ""
    code: str = ""
    amount: str = "0"


class LinesError(_Answer):
    """Why there are no lines."""

    code: str = "UNKNOWN"
    message: str = ""


class DocumentLines(_Answer):
    """
    The lines of one document.

    Attributes:
        taxItem: the tax item of the whole document, where the account has no SuiteTax.
        error: why the document was not read.
    """

    type: str
    internalId: str  # noqa: N815 - as on the wire
    number: str | None = None
    url: str = ""
    lines: tuple[DocumentLine, ...] = ()
    taxes: tuple[LineTax, ...] = ()
    taxItem: str | None = None  # noqa: N815
    error: LinesError | None = None
