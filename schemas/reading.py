"""
The RESTlet's operations ``health`` and ``catalog``: requests and responses about an account.

Part of the wire contract, version 1. They write nothing to NetSuite.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from schemas.document_lines import LinesQuestion
from schemas.ledger import LedgerQuestion
from schemas.unmarked import UnmarkedQuestion

Kind = Literal[
    "items", "accounts", "subsidiaries", "currencies", "tax_codes", "tax_types", "nexuses", "locations",
    "departments", "classes", "periods", "terms", "payment_methods", "customers",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
LARGEST_PAGE = 1000
MOST_LOOKED_UP = 200
"""External ids of one call, by the script's own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsAsked:
    """The fields of a record type to check: of its body, and of its item lines if the type has any."""

    body: tuple[str, ...] = ()
    lines: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The JSON of the request."""
        return {"body": list(self.body)} | ({} if self.lines is None else {"lines": list(self.lines)})


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthQuestion:
    """
    The request for an account's role, features, preferences, forms and tax registrations.

    Attributes:
        permissions: ids of the permissions whose levels are requested.
        features: ids of features.
        preferences: ids of company preferences.
        fields: fields to check, by record type.
        subsidiaries: internal ids of subsidiaries whose tax registrations are requested.
        currencies: internal ids of currencies whose symbol and decimals are requested.
    """

    permissions: Sequence[str] = ()
    features: Sequence[str] = ()
    preferences: Sequence[str] = ()
    fields: Mapping[str, FieldsAsked] = field(default_factory=dict)
    subsidiaries: Sequence[str] = ()
    currencies: Sequence[str] = ()

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked = {
            "permissions": list(self.permissions),
            "features": list(self.features),
            "preferences": list(self.preferences),
            "fields": {name: one.as_json() for name, one in self.fields.items()},
            "subsidiaries": list(self.subsidiaries),
            "currencies": list(self.currencies),
        }
        return json.dumps({"v": 1, "op": "health", **asked}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogQuestion:
    """
    The request for one page of a list.

    Attributes:
        ids: only rows with these internal ids; None for all rows.
        filter: a text that the name must contain.
        after: `CatalogPage.next` of the page before; None for the first page.
        limit: rows of a page, 5 to 1,000, the limits of NetSuite's `Search.runPaged`.
    """

    kind: Kind
    ids: tuple[str, ...] | None = None
    filter: str | None = None
    after: str | None = None
    limit: int = LARGEST_PAGE

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked: dict[str, Any] = {"kind": self.kind, "limit": self.limit}
        asked |= {} if self.ids is None else {"ids": list(self.ids)}
        asked |= {"filter": self.filter} if self.filter else {}
        asked |= {"after": self.after} if self.after else {}
        return json.dumps({"v": 1, "op": "catalog", **asked}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupQuestion:
    """The request for what stands under external ids, at most `MOST_LOOKED_UP` of them."""

    external_ids: tuple[str, ...]

    def body(self) -> bytes:
        """The bytes that are posted."""
        items = [{"ref": each, "external_id": each} for each in self.external_ids]
        return json.dumps({"v": 1, "op": "lookup", "items": items}, separators=(",", ":")).encode()


Question = (
    HealthQuestion | CatalogQuestion | LedgerQuestion | LookupQuestion | UnmarkedQuestion | LinesQuestion
)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Trouble(_Answer):
    """Why a part of a request failed; `code` is NetSuite's or the script's own."""

    code: str = "UNKNOWN"
    message: str = ""


class FieldsFound(_Answer):
    """Whether each requested field exists, and the ids of mandatory fields that are empty in a new record."""

    known: dict[str, bool] = Field(default_factory=dict)
    mandatory: tuple[str, ...] = ()


class Form(_Answer):
    """The role's preferred form of a record type; an error when the script cannot create such a record."""

    body: FieldsFound | None = None
    lines: FieldsFound | None = None
    error: Trouble | None = None


class User(_Answer):
    """The integration's user by internal id, its role by script id, or else by internal id, `role_id`."""

    id: str = ""
    role: str = ""
    role_id: str = ""


class CurrencyFound(_Answer):
    """A currency by its own record: decimals of amounts, and whether it is the base currency."""

    symbol: str = ""
    decimals: int | None = None
    is_base: bool = False


class Health(_Answer):
    """
    The state of the account; None where the role may not read a value.

    Attributes:
        permissions: level by permission id, from 0 None to 4 Full.
        voids_by_journal: whether NetSuite voids transactions by reversing journals.
        outside_period: the preference Allow Transaction Date Outside of the Posting Period, as it is set.
        language: of the integration's user, such as ``en_US``.
        forms: by record type.
        registrations: nexus ids by subsidiary id.
        currencies: by id.
    """

    server_time: str = ""
    user: User = User()
    permissions: dict[str, int | None] = Field(default_factory=dict)
    features: dict[str, bool] = Field(default_factory=dict)
    preferences: dict[str, str | bool | None] = Field(default_factory=dict)
    voids_by_journal: bool | None = None
    outside_period: str | None = None
    language: str | None = None
    forms: dict[str, Form] = Field(default_factory=dict)
    registrations: dict[str, tuple[str, ...] | None] = Field(default_factory=dict)
    currencies: dict[str, CurrencyFound | None] = Field(default_factory=dict)


class CatalogRow(_Answer):
    """
    One row of a list.

    Attributes:
        values: by the contract's column names; check boxes are ``T`` and ``F``, dates ISO, references ids.
        texts: display texts that differ from the value.
    """

    id: str
    name: str = ""
    inactive: bool = False
    values: dict[str, str] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)


class CatalogPage(_Answer):
    """A page of a list in the order of ids; `next` is `after` of the next request, None at the last page."""

    kind: str = ""
    rows: tuple[CatalogRow, ...] = ()
    next: str | None = None
    error: Trouble | None = None
