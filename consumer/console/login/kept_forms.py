"""Forms that were sent after the login had ended: kept until their sender is logged in again."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.console.form import Fields

LIFE_S = 900
LARGEST_COUNT = 100
LARGEST_CHARS = 8_000_000
"""Of all together: a draft of the mapping is as large as its file."""
COOKIE = "lago_netsuite_form"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """
    One form.

    Attributes:
        path: where it was sent.
        until_s: monotonic time at which it is forgotten.
    """

    path: str
    fields: Fields
    until_s: float


class KeptForms:
    """Those of all browsers, each under a key that only its cookie has."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, KeptForm] = OrderedDict()

    def keep(self, path: str, fields: Fields) -> str:
        """Keep a form; gives its key. The oldest ones are forgotten when there are too many."""
        key = secrets.token_urlsafe(24)
        self._kept[key] = KeptForm(path=path, fields=fields, until_s=self._clock.monotonic_s() + LIFE_S)
        while len(self._kept) > LARGEST_COUNT or sum(map(_size, self._kept.values())) > LARGEST_CHARS:
            self._kept.popitem(last=False)
        return key

    def find(self, key: str) -> KeptForm | None:
        """A form; None when it is not there any more."""
        found = self._kept.get(key)
        return found if found is not None and found.until_s > self._clock.monotonic_s() else None


def _size(form: KeptForm) -> int:
    return sum(len(name) + len(value) for name, value in form.fields.items())
