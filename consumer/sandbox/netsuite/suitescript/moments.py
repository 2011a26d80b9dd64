"""Moments as searches show and take them: in the user's format and zone, to the minute."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone

from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript.values import day_of_text, text_of_day

_TIME = re.compile(r"(\d{1,2}):(\d{2}) (am|pm)", re.IGNORECASE)
_NOON_H = 12


def text_of(moment: datetime, profile: Profile) -> str:
    """The text of a moment: ``8/1/2026 3:04 am``."""
    local = moment.astimezone(_zone(profile))
    half = "am" if local.hour < _NOON_H else "pm"
    return f"{text_of_day(local.date(), profile)} {local.hour % _NOON_H or _NOON_H}:{local.minute:02} {half}"


def of_text(text: str, profile: Profile) -> datetime | None:
    """The moment of a text; of a day alone its beginning; None for a text that is neither."""
    day_text, _, rest = text.partition(" ")
    day, at = day_of_text(day_text, profile), _TIME.fullmatch(rest)
    if day is None or (rest and at is None):
        return None
    minutes = _minutes(at) if at is not None else 0
    return datetime.combine(day, time(), _zone(profile)) + timedelta(minutes=minutes)


def to_the_minute(moment: datetime) -> datetime:
    """A moment as precise as a search is."""
    return moment.replace(second=0, microsecond=0)


def _minutes(at: re.Match[str]) -> int:
    hour = int(at[1]) % _NOON_H + (_NOON_H if at[3].lower() == "pm" else 0)
    return hour * 60 + int(at[2])


def _zone(profile: Profile) -> timezone:
    return timezone(timedelta(hours=profile.switches.utc_offset_h))
