"""
Failures grouped by cause: by code, and by the structured key of what is missing or wrong.

A key is the path of a setting, the name of a NetSuite field with the id that NetSuite refuses, an accounting
period or the like. No text is compared where there is a key. An event with several gaps counts for each.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from consumer.events import document_names
from consumer.failures.failure import Failure
from schemas.error_codes import CATALOGUE, SCRIPT_REFUSED, row_of
from schemas.error_codes.entry import Mender
from schemas.scalar import utc_text

BLANK = "…"
_SETTINGS = "mapping."
# A value identifies what is wrong only where it is an id of a record in NetSuite.
_REFERENCES = frozenset({"invalid_reference", "record_deleted"})
_IDENTIFYING = ("kind", "field", "period", "error", "netsuite_code")
# What is wrong is said by the message alone: of a script of the account, or in events of former versions.
_TEXTUAL = frozenset({"invalid_mapping", "invalid_expression", "unknown_currency", SCRIPT_REFUSED.code})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    Failures that one change fixes.

    Attributes:
        key: what is missing or wrong, the same for all of them; empty where the code says it all.
        pattern: what is wrong: of a single document with its figures, of several without them.
        fix: the fix, as the newest failure words it.
        failures: oldest first.
    """

    connection: str
    code: str
    key: str = ""
    pattern: str
    fix: str
    failures: tuple[Failure, ...]

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What is missing in NetSuite by currency; a document counts once however often it failed."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        documents = {each.document: each for each in self.failures}
        for each in documents.values():
            if each.amount is not None and each.currency:
                sums[each.currency] += each.amount
        return dict(sorted(sums.items()))

    @property
    def who(self) -> Mender:
        """Who can fix it, by the table of error codes; unknown codes come from scripts of the account."""
        return (row_of(self.code) or SCRIPT_REFUSED).who

    def as_json(self) -> dict[str, Any]:
        """The cause as published by the commands; amounts are decimal strings."""
        first, last = self.failures[0], self.failures[-1]
        return {
            "id": id_of(self.connection, self.code, self.key),
            "connection": self.connection,
            "code": self.code,
            "key": self.key,
            "message": self.pattern,
            "count": len(self.failures),
            "amounts": {currency: f"{amount:f}" for currency, amount in self.amounts.items()},
            "oldest": utc_text(first.published_at),
            "newest": utc_text(last.published_at),
            "retryable": all(each.is_retryable for each in self.failures),
            "fix": self.fix,
            "who": self.who,
            "example": {"id": last.id, "object": last.object, "number": last.number, "message": last.message},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason of one failure; `key` is structured, `text` is for people."""

    code: str
    key: str
    text: str
    fix: str


def id_of(connection: str, code: str, key: str) -> str:
    """A short id of a cause, the same in every process."""
    content = f"{connection}\n{code}\n{key}"
    # Texts of Lago may hold half of a surrogate pair.
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]


def ids_of(failure: Failure) -> frozenset[str]:
    """The ids of its causes."""
    return frozenset(id_of(failure.connection, each.code, each.key) for each in reasons(failure))


def grouped(failures: Iterable[Failure]) -> list[Cause]:
    """The causes, that of the oldest failure first."""
    groups: dict[tuple[str, str, str], list[tuple[Failure, Reason]]] = defaultdict(list)
    for failure in sorted(failures, key=lambda each: each.published_ms):
        for (code, key), reason in {(each.code, each.key): each for each in reasons(failure)}.items():
            groups[(failure.connection, code, key)].append((failure, reason))
    return [_cause(*identity, found) for identity, found in groups.items()]


def _cause(connection: str, code: str, key: str, found: list[tuple[Failure, Reason]]) -> Cause:
    newest = found[-1][1]
    texts = {reason.text for _, reason in found}
    known = CATALOGUE.get(code)
    is_about_one = len(texts) == 1 or key.startswith(_SETTINGS)
    text = newest.text if is_about_one or known is None else known.meaning.rstrip(".")
    failures = tuple(failure for failure, _ in found)
    return Cause(connection=connection, code=code, key=key, pattern=text, fix=newest.fix, failures=failures)


def reasons(failure: Failure) -> Iterator[Reason]:
    """The reasons of a failure: its gaps; of an event without gaps the refusal as a whole."""
    for gap in failure.gaps:
        key = gap.key or (gap.message if _is_textual(gap.code) else "")
        yield Reason(code=gap.code, key=key, text=gap.message, fix=gap.hint or failure.fix)
    if not failure.gaps:
        text = _text(failure)
        yield Reason(code=failure.code, key=_key(failure, text), text=text, fix=failure.fix)


def _key(failure: Failure, text: str) -> str:
    details = failure.details
    if setting := details.get("setting"):
        return setting
    if _is_textual(failure.code):
        return text
    names = (*_IDENTIFYING, "value") if failure.code in _REFERENCES else _IDENTIFYING
    return ", ".join(f"{name} {details[name]}" for name in names if details.get(name))


def _is_textual(code: str) -> bool:
    return code in _TEXTUAL or code not in CATALOGUE


def _text(failure: Failure) -> str:
    """The message without its document's and customer's own names."""
    said = document_names.without_subject(failure.message, failure.object, failure.number)
    own = (failure.number, failure.object_id, *sorted(failure.customers, key=len)[::-1])
    return without_names(said, own)


def without_names(text: str, names: Iterable[str | None]) -> str:
    """The text with a blank for each of these names."""
    for name in names:
        if name and name in text:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", BLANK, text)
    return text
