r"""
Outside texts made harmless for a terminal, a line, a spreadsheet: what would act is shown as ``\x1b``.

Customers, invoices and answers bring texts that nobody has looked at. Control characters move the cursor, set
titles or hide lines (ECMA-48); bidirectional overrides show another number than the one that is there
(Unicode Standard Annex 9, CVE-2021-42574); a lone surrogate cannot be encoded at all.
"""

from __future__ import annotations

import re

_BIDI_AND_LINES = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_ACTIVE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI_AND_LINES}\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n]")
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")


def visible(text: str) -> str:
    """The text with every character that would act shown as an escape; tabs and line ends stay."""
    return _ACTIVE.sub(_escape, text)


def one_line(text: str) -> str:
    """As `visible`, and on one line, so that no text can look like a line of ours."""
    return _BREAKS.sub(_escape, visible(text))


def harmless_json(text: str) -> str:
    r"""The same JSON, character by character what it was when read, with ``\u009b`` for what would act."""
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cell(text: str, *, is_number: bool = False) -> str:
    """
    What a cell of a CSV file holds, so that no spreadsheet takes it for a formula (OWASP, CSV Injection).

    Args:
        text: the value.
        is_number: the column holds numbers: one that is a number stays as it is, whatever its sign.
    """
    if is_number and _NUMBER.fullmatch(text):
        return text
    return visible(f"'{text}" if _FORMULA.match(text) else text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
