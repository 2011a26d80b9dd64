"""The account as it stands now, which its settings may change while calls are under way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from consumer.clock import Clock
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.account_setting import flipped


class Tenancy:
    """Holds the account; a call keeps the one it began with, the books are the same for all."""

    def __init__(self, account: Account) -> None:
        self._original = account.profile
        self.account = account

    def flip(self, path: str, value: Any) -> None:
        """Change one setting; raises what `flipped` does, and then nothing has changed."""
        self.account = self.account.under(flipped(self.account.profile, path, value))

    def restore(self) -> None:
        """Make every setting again what it was when the sandbox was started."""
        self.account = self.account.under(self._original)


class ServerClock:
    """The clock of the emulated servers: another's, ahead of it by what the account's switches say."""

    def __init__(self, clock: Clock, tenancy: Tenancy) -> None:
        self._clock = clock
        self._tenancy = tenancy

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary point; never goes back."""
        return self._clock.monotonic_s()

    def now(self) -> datetime:
        """The moment that the servers believe it is."""
        ahead_s = self._tenancy.account.profile.switches.clock_ahead_s
        return self._clock.now() + timedelta(seconds=ahead_s)
