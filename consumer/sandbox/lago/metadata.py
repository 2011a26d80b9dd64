"""
The metadata of documents, written by users and by a connector: limits, and what a write deletes.

Invoices: at most five entries, and those whose ``id`` is not sent are deleted (lago-api
``Metadata::UpdateInvoiceService``). Credit notes: a flat object that ``PATCH`` merges into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from consumer.sandbox.lago import refusal
from consumer.sandbox.lago.notation import Json, id_of

MAX_ENTRIES = 5
MAX_KEY_CHARS = 20
MAX_VALUE_CHARS = 140
MAX_NOTE_ENTRIES = 50
MAX_NOTE_KEY_CHARS = 100
MAX_NOTE_VALUE_CHARS = 255


def replaced(
    lago_id: str, known: Sequence[Json], sent: Sequence[Any], max_chars: int = MAX_VALUE_CHARS
) -> list[Json]:
    """
    An invoice's or customer's entries after a write.

    Args:
        lago_id: of the document.
        known: its entries before.
        sent: the entries of the request: with ``id`` an existing one, which is kept; without ``id`` a new
            one.
        max_chars: of a value.

    Raises:
        RefusalError: too many entries, a key or value that is too long or blank, a key twice.
    """
    if len(sent) > MAX_ENTRIES:
        raise refusal.invalid({"metadata": ["invalid_count"]})
    entries = [_entry(lago_id, known, each, max_chars) for each in sent]
    if len({entry["key"] for entry in entries}) < len(entries):
        raise refusal.invalid({"metadata": ["value_already_exists"]})
    return entries


def _entry(lago_id: str, known: Sequence[Json], sent: Any, max_chars: int) -> Json:
    old = next((one for one in known if isinstance(sent, dict) and one["lago_id"] == sent.get("id")), None)
    key, value = (sent.get("key"), sent.get("value")) if isinstance(sent, dict) else (None, None)
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY_CHARS:
        raise refusal.invalid({"metadata": ["invalid_key"]})
    if not isinstance(value, str) or not 0 < len(value) <= max_chars:
        raise refusal.invalid({"metadata": ["invalid_value"]})
    made = {"lago_id": id_of("metadatum", lago_id, key), "created_at": "2026-08-01T00:00:00Z"}
    return made | (old or {}) | {"key": key, "value": value}


def merged(known: Mapping[str, Any], sent: Any) -> Json:
    """
    A credit note's metadata after ``PATCH``.

    Raises:
        RefusalError: not an object, too many keys, a key or value that is too long.
    """
    if not isinstance(sent, dict):
        raise refusal.invalid({"metadata": ["invalid_type"]})
    after = {**known, **sent}
    if len(after) > MAX_NOTE_ENTRIES:
        raise refusal.invalid({"metadata": ["too_many_keys"]})
    for key, value in sent.items():
        if not 0 < len(key) <= MAX_NOTE_KEY_CHARS:
            raise refusal.invalid({"metadata": ["key_too_long"]})
        if value is not None and (not isinstance(value, str) or len(value) > MAX_NOTE_VALUE_CHARS):
            raise refusal.invalid({"metadata": ["value_too_long"]})
    return after
