"""One difference between what two configurations make of the same event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Aspect = Literal["outcome", "account", "item", "tax", "subsidiary", "customer", "total", "line", "field"]
"""``line``: a line that only one side has; ``field``: any other field, sublist or option."""

ASPECTS: Mapping[Aspect, str] = {
    "outcome": "whether it is written",
    "account": "account",
    "item": "item",
    "tax": "tax",
    "subsidiary": "subsidiary",
    "customer": "customer",
    "total": "total",
    "line": "line",
    "field": "other field",
}
"""The aspects in the order in which they are shown, as people read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentName:
    """
    Which document.

    Attributes:
        type: NetSuite's record type; Lago's object type where nothing would be written by either side.
        number: as people know it; empty where it has none.
        currency: ISO code; empty for customers.
    """

    connection: str
    type: str
    external_id: str
    lago_id: str
    number: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """
    One value that differs.

    Attributes:
        line: the description of the line; empty for the document as a whole.
        name: the name of the field, where `aspect` is ``field``.
        before: by the configuration in use; empty where there is none.
        after: by the changed one.
        amount: of the line or document, as decimal text in units of the currency; empty where it has none.
    """

    aspect: Aspect
    before: str
    after: str
    line: str = ""
    name: str = ""
    amount: str = ""
