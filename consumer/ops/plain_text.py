r"""
Make text from outside safe for a terminal, a log line or a spreadsheet: control characters become ``\x1b``.

Customers, invoices and responses contain arbitrary text. Control characters move the cursor, set titles or
hide lines (ECMA-48); bidirectional overrides change the displayed order of digits (Unicode Standard Annex 9,
CVE-2021-42574); a lone surrogate cannot be encoded.
"""

from __future__ import annotations

import re

_BIDI_AND_LINES = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_ACTIVE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI_AND_LINES}\ud800-\udfff]")
_BREAKS = re.compile(r"[\t\n]")
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")


def visible(text: str) -> str:
    """The text with every control character as an escape; tabs and line ends stay."""
    return _ACTIVE.sub(_escape, text)


def one_line(text: str) -> str:
    """
    As `visible`, and tabs and line ends are escapes too, so that a text cannot imitate a line of output.
    """
    return _BREAKS.sub(_escape, visible(text))


def harmless_json(text: str) -> str:
    r"""Equivalent JSON, in which control characters are escapes such as ``\u009b``."""
    return _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cell(text: str, *, is_number: bool = False) -> str:
    """
    The text of a CSV cell that no spreadsheet interprets as a formula (OWASP, CSV Injection).

    Args:
        text: the value.
        is_number: the column has numbers: a number stays unchanged, with or without sign.
    """
    if is_number and _NUMBER.fullmatch(text):
        return text
    return visible(f"'{text}" if _FORMULA.match(text) else text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
