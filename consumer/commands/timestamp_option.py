"""Points in time as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from consumer.errors import ConfigurationError

_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse(text: str, now: datetime) -> datetime:
    """
    ``2026-08-01``, ``2026-08-01T12:00:00Z``, or ``90m``, ``12h``, ``7d`` before now; else in UTC.

    Raises:
        ValueError: it is none of these.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is no time like 2026-08-01, 2026-08-01T12:00:00Z, 12h or 7d") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def option(name: str, text: str | None) -> datetime | None:
    """
    The value of an option; None when it was not given.

    Raises:
        ConfigurationError: it is no point in time.
    """
    try:
        return None if text is None else parse(text, datetime.now(UTC))
    except (ValueError, OverflowError) as error:
        raise ConfigurationError([f"{name}: {error}"]) from None
