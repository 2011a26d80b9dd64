"""Rules that payments and refunds share: what they take from their customer, and the documents they apply."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import structlog

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import (
    apply_lines,
    mandatory_fields,
    receivables,
    references,
    sourcing,
)
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft

_log = structlog.get_logger(__name__)
_LISTS_ANEW = frozenset({"customer", "currency", "aracct", "subsidiary"})


class PayerRules(ABC):
    """Rules of a record of one customer that is applied to documents of this customer."""

    not_initialised: ClassVar[str]
    """The reason in the log when a script has created the record as Oracle does not document it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.was_initialised = False
        """Whether the record was created from its customer or a document, as Oracle documents it."""

    def opened(self, draft: Draft) -> None:
        """List open documents and those to which the record is applied."""
        self.was_initialised = True
        self._list_open(draft)

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check a body field that was set, and source the values that depend on it."""
        references.check(self._account, draft.body, field_id)
        self._source(draft, field_id)
        if field_id in _LISTS_ANEW:
            self._list_open(draft)
        self._update(draft)

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """Raise when the amount of a line exceeds its open amount."""
        del draft, sublist
        apply_lines.check_line(line)

    def refresh(self, draft: Draft) -> None:
        """Compute the amounts."""
        self._update(draft)

    def _source(self, draft: Draft, field_id: str) -> None:
        match field_id:
            case "customer":
                sourcing.sourced(self._account, draft)
            case "currency":
                sourcing.check_currency(self._account, draft)
                draft.body.values["exchangerate"] = sourcing.exchange_rate(self._account, draft)
            case "subsidiary":
                sourcing.check_subsidiary(self._account, draft)
            case _:
                pass

    def _complete(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check fields and selected lines before a save, and compute the amounts."""
        if not draft.dynamic:
            self._replay(draft)
        if not self.was_initialised:
            _log.warning("sandbox_fidelity", reason=self.not_initialised)
        mandatory_fields.demand(draft, ignore_mandatory=ignore_mandatory)
        receivables.check(self._account, draft)
        apply_lines.settle(draft)
        self._update(draft)

    def _replay(self, draft: Draft) -> None:
        # Standard mode: values are sourced and checked at the save, and those that the script set stay.
        given = {key: value for key, value in draft.body.values.items() if value is not None}
        references.check(self._account, draft.body, "customer")
        sourcing.sourced(self._account, draft)
        draft.body.values |= given
        for field_id in given:
            references.check(self._account, draft.body, field_id)
        sourcing.check_currency(self._account, draft)

    @abstractmethod
    def _list_open(self, draft: Draft) -> None:
        """List the documents that the record can be applied to."""

    @abstractmethod
    def _update(self, draft: Draft) -> None:
        """Compute the amounts from the selected lines."""
