"""
What the RESTlet tells of an account without writing: its health and its catalogues, and how to ask for them.

Part of the wire contract, version 1. Nothing here is saved in NetSuite.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "items", "accounts", "subsidiaries", "currencies", "tax_codes", "tax_types", "nexuses", "locations",
    "departments", "classes", "periods", "terms", "payment_methods", "customers",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsAsked:
    """Which fields of a record type to look for: in its body, and on item lines where the type has any."""

    body: tuple[str, ...] = ()
    lines: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The question in the words of the contract."""
        return {"body": list(self.body)} | ({} if self.lines is None else {"lines": list(self.lines)})


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthQuestion:
    """
    What to tell of the account, its role and their forms.

    Attributes:
        fields: by record type.
        subsidiaries: ids of those whose tax registrations are wanted.
    """

    permissions: Sequence[str] = ()
    features: Sequence[str] = ()
    preferences: Sequence[str] = ()
    fields: Mapping[str, FieldsAsked] = field(default_factory=dict)
    subsidiaries: Sequence[str] = ()

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked = {
            "permissions": list(self.permissions),
            "features": list(self.features),
            "preferences": list(self.preferences),
            "fields": {name: one.as_json() for name, one in self.fields.items()},
            "subsidiaries": list(self.subsidiaries),
        }
        return json.dumps({"v": 1, "op": "health", **asked}, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogQuestion:
    """
    One page of a list.

    Attributes:
        ids: only these internal ids; None asks for all.
        filter: a text that the name must contain.
        after: what the page before gave as `CatalogPage.next`.
        limit: rows of a page, 5 to 1,000 as `Search.runPaged` has it.
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


Question = HealthQuestion | CatalogQuestion


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Trouble(_Answer):
    """Why a part of a question was not answered; `code` is NetSuite's or the script's own."""

    code: str = "UNKNOWN"
    message: str = ""


class FieldsFound(_Answer):
    """Which of the asked fields there are, and ids of mandatory ones that a new record has no value for."""

    known: dict[str, bool] = Field(default_factory=dict)
    mandatory: tuple[str, ...] = ()


class Form(_Answer):
    """A record type as the role's preferred form shows it; an error when no record can be begun."""

    body: FieldsFound | None = None
    lines: FieldsFound | None = None
    error: Trouble | None = None


class User(_Answer):
    """Who the integration is: internal ids of user and role."""

    id: str = ""
    role: str = ""


class Health(_Answer):
    """
    What the script can tell; None where the role is kept from knowing.

    Attributes:
        permissions: level by permission id, 0 none to 4 full.
        voids_by_journal: whether transactions are voided by reversing journals.
        forms: by record type.
        registrations: nexus ids by subsidiary id.
    """

    server_time: str = ""
    user: User = User()
    permissions: dict[str, int | None] = Field(default_factory=dict)
    features: dict[str, bool] = Field(default_factory=dict)
    preferences: dict[str, str | bool | None] = Field(default_factory=dict)
    voids_by_journal: bool | None = None
    forms: dict[str, Form] = Field(default_factory=dict)
    registrations: dict[str, tuple[str, ...] | None] = Field(default_factory=dict)


class CatalogRow(_Answer):
    """
    One row of a list.

    Attributes:
        values: by our names for columns; check boxes are ``T`` and ``F``, dates ISO, references ids.
        texts: what the user interface shows where that differs from the value.
    """

    id: str
    name: str = ""
    inactive: bool = False
    values: dict[str, str] = Field(default_factory=dict)
    texts: dict[str, str] = Field(default_factory=dict)


class CatalogPage(_Answer):
    """A page of a list, in the order of ids; `next` asks for the one after it, None after the last."""

    kind: str = ""
    rows: tuple[CatalogRow, ...] = ()
    next: str | None = None
    error: Trouble | None = None
