"""
How deeply a JSON text may nest, which is decided here and not by the Python that reads it.

Each version of Python and each decoder has a limit of its own, between a thousand levels and what the stack
holds; and what one of them has read, another may not be able to write again. What Lago and the RESTlet send
nests a dozen levels.
"""

from __future__ import annotations

import re
from itertools import accumulate

MAX_LEVELS = 100

_OPEN, _CLOSE, _QUOTE = b"[{", b"]}", b'"'
_NO_STRUCTURE = bytes(set(range(256)) - set(_OPEN + _CLOSE + _QUOTE))
# Read as numbers: a step down, and a step up again.
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_TEXT = re.compile(rb'"[^"]*"')


def is_too_deep(text: bytes) -> bool:
    """
    Whether a JSON text nests deeper than `MAX_LEVELS`; of what is no JSON it says anything.

    Brackets within texts do not count. Takes far less time than reading.
    """
    if text.count(b"[") + text.count(b"{") <= MAX_LEVELS:
        return False
    return max(accumulate(map(_STEPS.__getitem__, _brackets(text))), default=0) > MAX_LEVELS


def _brackets(text: bytes) -> bytes:
    """The brackets that are structure."""
    if b"\\" in text:
        text = text.replace(rb"\\", b"").replace(rb"\"", b"")
    # Two quotes side by side change nothing for what stands behind them, whichever two they are.
    structure = text.translate(None, _NO_STRUCTURE).replace(b'""', b"")
    return _TEXT.sub(b"", structure).replace(_QUOTE, b"") if _QUOTE in structure else structure
