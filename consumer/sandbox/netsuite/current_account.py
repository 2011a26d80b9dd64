"""The account with its current settings, which may change while calls are in flight."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from consumer.clock import Clock
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.account_setting import flipped


class Tenancy:
    """Holds the current account; a call keeps the settings it began with, all calls share the books."""

    def __init__(self, account: Account) -> None:
        self._original = account.profile
        self.account = account

    def flip(self, path: str, value: Any) -> None:
        """Change one setting; raises the errors of `flipped`, and changes nothing then."""
        self.account = self.account.under(flipped(self.account.profile, path, value))

    def restore(self) -> None:
        """Restore all settings of the start."""
        self.account = self.account.under(self._original)


class ServerClock:
    """The clock of the emulated servers: another clock plus the account's switch ``clock_ahead_s``."""

    def __init__(self, clock: Clock, tenancy: Tenancy) -> None:
        self._clock = clock
        self._tenancy = tenancy

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        return self._clock.monotonic_s()

    def now(self) -> datetime:
        """The servers' current time."""
        ahead_s = self._tenancy.account.profile.switches.clock_ahead_s
        return self._clock.now() + timedelta(seconds=ahead_s)
