"""NetSuite's rules for customer records."""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import contact_formats, mandatory_fields, references
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, invalid_value, missing_values
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import ADDRESS_FIELD, Draft

_DEFAULT_FLAGS = ("defaultbilling", "defaultshipping")
_FIXED_AFTER_POSTING = ("subsidiary", "currency")


class CustomerRules:
    """Names, companies and persons, addresses, the subsidiary's currency."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""
        draft.body.values |= {"isperson": "F", "autoname": True, "isinactive": False, "entitystatus": "13"}

    def opened(self, draft: Draft) -> None:
        """Do nothing: a loaded customer needs no completion."""

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check references and names; a new subsidiary sets the primary currency."""
        references.check(self._account, draft.body, field_id)
        if field_id == "entityid":
            draft.body.values["autoname"] = False
            _check_name(draft)
        if field_id == "subsidiary":
            draft.body.values["currency"] = self._home_currency(draft)

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Check references."""
        del draft, sublist
        references.check(self._account, line, field_id)

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """Clear the default billing and shipping flags of the other addresses."""
        for flag in _DEFAULT_FLAGS:
            if sublist == "addressbook" and line.get(flag) is True:
                _clear_flag(draft, flag, keep=line)

    def refresh(self, draft: Draft) -> None:
        """Do nothing: no body field is computed from lines."""

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check names and mandatory fields; in standard mode also the references."""
        for field_id in () if draft.dynamic else tuple(draft.body.values):
            references.check(self._account, draft.body, field_id)
        _check_name(draft)
        self._complete(draft)
        mandatory_fields.demand(draft, self._required(draft), ignore_mandatory=ignore_mandatory)
        _check_addresses(draft)
        contact_formats.check(self._account, draft)
        self._check_posted(draft)

    def _complete(self, draft: Draft) -> None:
        body = draft.body
        if "currency" in body.table and body.get("currency") is None:
            body.values["currency"] = self._home_currency(draft)
        if body.get("entityid") is None and body.get("autoname") is not False:
            person = " ".join(part for part in (body.text("firstname"), body.text("lastname")) if part)
            body.values["entityid"] = body.text("companyname") or person or None

    def _required(self, draft: Draft) -> tuple[str, ...]:
        named = ("lastname",) if draft.body.get("isperson") == "T" else ("companyname",)
        one_world = ("subsidiary",) if self._account.profile.is_one_world else ()
        return ("entityid", *named, *one_world)

    def _home_currency(self, draft: Draft) -> str:
        key = draft.body.text("subsidiary")
        return self._account.lists.subsidiary(key).currency if key else self._account.profile.currencies[0].id

    def _check_posted(self, draft: Draft) -> None:
        # Subsidiary and primary currency cannot change once the customer has a transaction.
        saved = draft.saved
        if saved is None or all(saved.fields.get(key) == draft.body.get(key) for key in _FIXED_AFTER_POSTING):
            return
        if self._account.books.find(group="transaction", equal={"entity": [str(saved.id)]}):
            raise ScriptError(
                "USER_ERROR", "Subsidiary and currency cannot change after transactions were posted."
            )


def _check_name(draft: Draft) -> None:
    name = draft.body.text("entityid")
    if name and ":" in name:  # a colon stands for a hierarchy of customers
        raise invalid_value("entityid", name)


def _check_addresses(draft: Draft) -> None:
    for line in draft.sublists["addressbook"]:
        address = line.subrecords.get(ADDRESS_FIELD)
        if address is not None and address.get("country") is None:
            raise missing_values(["Country"])


def _clear_flag(draft: Draft, flag: str, *, keep: FieldSet) -> None:
    for line in draft.sublists["addressbook"]:
        if line is not keep and line.get(flag) is True:
            line.values[flag] = False
