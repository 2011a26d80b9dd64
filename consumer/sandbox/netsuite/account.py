"""One emulated NetSuite account: its profile and its books."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consumer.clock import Clock, SystemClock
from consumer.sandbox.netsuite import balances
from consumer.sandbox.netsuite.books import Books
from consumer.sandbox.netsuite.change_stamps import Author
from consumer.sandbox.netsuite.fault_injection import Faults
from consumer.sandbox.netsuite.lists import Lists
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript.account_fields import Catalogue


@dataclass(frozen=True, slots=True)
class Account:
    """A profile and its books; safe to use from several threads."""

    profile: Profile
    books: Books
    lists: Lists
    catalogue: Catalogue
    clock: Clock = field(default_factory=SystemClock)
    faults: Faults = field(default_factory=Faults)

    @classmethod
    def open(cls, profile: Profile, state: Path | None = None, clock: Clock | None = None) -> Account:
        """
        The account with its books in memory, or in the SQLite file `state`.

        Raises:
            sqlite3.DatabaseError: the file is not a SQLite database.
        """
        return cls(profile, Books.open(state), Lists(profile), Catalogue(profile), clock or SystemClock())

    def under(self, profile: Profile) -> Account:
        """The same books with another profile."""
        return replace(self, profile=profile, lists=Lists(profile), catalogue=Catalogue(profile))

    def records(self, record_type: str) -> list[dict[str, Any]]:
        """Every record of that type as flat JSON, oldest first."""
        symbols = {currency.id: currency.symbol for currency in self.profile.currencies}
        only = None if self.profile.has_currencies else self.profile.currencies[0].id
        return [_with_symbol(record, symbols, only) for record in self.books.records(record_type)]

    def balances(self) -> list[dict[str, str]]:
        """The balance of each customer in each currency, as decimal strings."""
        customers = self.books.find(group="entity")
        return balances.of(customers, self.books.find(group="transaction"), self.profile.currencies)

    def author(self) -> Author:
        """Whoever saves now: the user of the integration."""
        user = self.profile.user
        return Author(by=str(user.id), name=user.name or user.email, at=self.clock.now())

    def close(self) -> None:
        """Close the books."""
        self.books.close()


def _with_symbol(record: dict[str, Any], symbols: dict[str, str], only: str | None) -> dict[str, Any]:
    currency = record.get("currency", only)
    return record | {"currency_iso": symbols[currency]} if currency in symbols else record
