"""The parts of an HTTP response of NetSuite that decide the outcome of a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """Status, body and ``Retry-After`` of an HTTP response; `retry_after_s` is in seconds from now."""

    status: int
    body: bytes
    retry_after_s: float | None = None

    @classmethod
    def of(cls, response: httpx.Response, now: datetime) -> HttpResponse:
        """Make it from a response whose body has been read."""
        retry_after_s = retry_after(response.headers, now)
        return cls(status=response.status_code, body=response.content, retry_after_s=retry_after_s)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds of ``Retry-After``, a number or a date (RFC 9110 section 10.2.3); None without either."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
