"""Days as people type them."""

from __future__ import annotations

from datetime import date

from consumer.errors import ConfigurationError


def parse(name: str, text: str | None) -> date | None:
    """
    The value of an option; None when it was not given.

    Raises:
        ConfigurationError: it is no day.
    """
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError([f"{name} {text}: is no day like 2026-08-01"]) from None


def window(since: str | None, until: str | None) -> tuple[date | None, date | None]:
    """
    The days of ``--since`` and ``--until``.

    Raises:
        ConfigurationError: one is no day, or the last is before the first, so that nothing would be read.
    """
    begins, ends = parse("--since", since), parse("--until", until)
    if begins and ends and ends < begins:
        raise ConfigurationError([f"--until {until}: is before --since {since}"])
    return begins, ends
