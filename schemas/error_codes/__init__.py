"""
The one table of errors: each code that an error event, NetSuite or the RESTlet can give.

``error_code`` of an error event is a code of this table, or the unknown code of a script of the account.
Run as a module, this prints `schemas/ERROR_CODES.md`.
"""

from __future__ import annotations

from schemas.error_codes import connector, documents, refusals, waiting
from schemas.error_codes.entry import ErrorCode
from schemas.error_codes.refusals import SCRIPT_REFUSED

__all__ = ["BY_NETSUITE_CODE", "CATALOGUE", "ROWS", "SCRIPT_REFUSED", "ErrorCode", "row_of"]

ROWS: tuple[ErrorCode, ...] = (*connector.ROWS, *documents.ROWS, *refusals.ROWS, *waiting.ROWS)

CATALOGUE: dict[str, ErrorCode] = {each.code: each for each in reversed(ROWS)}
"""By published code; the first row of a code."""

BY_NETSUITE_CODE: dict[str, ErrorCode] = {code: each for each in ROWS for code in each.netsuite}
"""By NetSuite's or the RESTlet's code."""


def row_of(code: str) -> ErrorCode | None:
    """The row of a published code or of a NetSuite code; None for a code of the account's own scripts."""
    return BY_NETSUITE_CODE.get(code) or CATALOGUE.get(code)
