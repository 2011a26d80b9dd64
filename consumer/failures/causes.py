"""Failures grouped by cause: by code and by the common part of their messages."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.events import document_names
from consumer.failures.failure import Failure
from schemas.scalar import utc_text

BLANK = "…"
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
# Numbers, amounts, dates and times as separate words; digits within a code, such as vat_20, belong to it.
_NUMBER = re.compile(r"(?<![\w-])[-+]?\d[\d.,:/-]*(T[\d:.]+Z?)?(?![\w-])")
# Numbers of other documents, such as ACME-2026-001; codes seldom have three digits in a row.
_LABEL = re.compile(r"[\w./#-]*\d{3}[\w/#-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    Failures that one change fixes.

    Attributes:
        pattern: their message without what differs from document to document.
        failures: oldest first.
    """

    connection: str
    code: str
    pattern: str
    failures: tuple[Failure, ...]

    @property
    def fix(self) -> str:
        """The fix, as the newest failure words it."""
        return self.failures[-1].fix

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What is missing in NetSuite by currency; a document counts once however often it failed."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        documents = {(each.object, each.object_id or each.id): each for each in self.failures}
        for each in documents.values():
            if each.amount is not None and each.currency:
                sums[each.currency] += each.amount
        return dict(sorted(sums.items()))

    def as_json(self) -> dict[str, Any]:
        """The cause as published by the commands; amounts are decimal strings."""
        first, last = self.failures[0], self.failures[-1]
        return {
            "connection": self.connection,
            "code": self.code,
            "message": self.pattern,
            "count": len(self.failures),
            "amounts": {currency: f"{amount:f}" for currency, amount in self.amounts.items()},
            "oldest": utc_text(first.published_at),
            "newest": utc_text(last.published_at),
            "retryable": all(each.is_retryable for each in self.failures),
            "fix": self.fix,
            "who": self.failures[-1].who,
            "example": {"id": last.id, "object": last.object, "number": last.number, "message": last.message},
        }


def grouped(failures: Iterable[Failure]) -> list[Cause]:
    """The causes, that of the oldest failure first."""
    groups: dict[tuple[str, str, str], list[Failure]] = defaultdict(list)
    for each in sorted(failures, key=lambda each: each.published_ms):
        groups[(each.connection, each.code, pattern_of(each))].append(each)
    return [
        Cause(connection=connection, code=code, pattern=pattern, failures=tuple(found))
        for (connection, code, pattern), found in groups.items()
    ]


def pattern_of(failure: Failure) -> str:
    """The message of a failure without what differs from document to document."""
    own = (failure.number, failure.object_id, *sorted(failure.customers, key=len)[::-1])
    said = document_names.without_subject(failure.message, failure.object, failure.number)
    return pattern(said, own)


def pattern(message: str, own: Iterable[str | None]) -> str:
    """The message with a blank for each id, number, date and amount, and for the document's `own` names."""
    text = message
    for name in own:
        if name and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", BLANK, text)
    return _LABEL.sub(BLANK, _NUMBER.sub(BLANK, _UUID.sub(BLANK, text)))
