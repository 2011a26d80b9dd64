"""The profile of an emulated NetSuite account: features, lists, forms, periods, user and switches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field

from consumer.sandbox.netsuite.list_entries import (
    Currency,
    Entry,
    GlAccount,
    Item,
    Nexus,
    Part,
    Period,
    Subsidiary,
    TaxCode,
    TaxType,
    Term,
)

_PROFILES = Path(__file__).parent / "profiles"

Environment = Literal["SANDBOX", "PRODUCTION"]
FieldKind = Literal[
    "text", "textarea", "url", "email", "phone", "select", "checkbox", "date", "currency", "float", "integer",
    "percent", "radio",
]  # fmt: skip


class CustomField(Part):
    """A deployed custom field; its prefix decides to which records it applies."""

    id: Annotated[str, Field(pattern=r"^cust(entity|body|col)_[a-z0-9_]+$")]
    kind: FieldKind
    label: str


class Form(Part):
    """The preferred form of a record type: ids of its mandatory body and line fields."""

    body: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class Script(Part):
    """
    A script deployment: only ``RELEASED`` ones are callable from outside, and only by `roles`, if given.
    """

    id: str
    deploy: str
    status: Literal["RELEASED", "TESTING"] = "RELEASED"
    file: str
    version: str = "2.1"
    roles: tuple[int, ...] | None = None


class TokenBased(Part):
    """An integration with token-based authentication (OAuth 1.0a)."""

    kind: Literal["tba"]
    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str
    concurrency: int | None = None


class OAuth2(Part):
    """An integration with OAuth 2.0 client credentials; without a public key a pair is made at the start."""

    kind: Literal["oauth2"]
    client_id: str
    certificate_id: str
    public_key_pem: str | None = None
    concurrency: int | None = None


class Latency(Part):
    """
    The account's delays, in seconds of real time.

    Attributes:
        per_call_s: before the script starts.
        per_line_s: for each line of a record, in `Record.save` before its commit.
    """

    per_call_s: Annotated[float, Field(ge=0)] = 0.0
    per_line_s: Annotated[float, Field(ge=0)] = 0.0


LATENCIES: Mapping[str, Latency] = {
    "fast": Latency(),
    "typical": Latency(per_call_s=0.6, per_line_s=0.05),
    "slow": Latency(per_call_s=4.0, per_line_s=0.3),
}
"""Delays by name; planning figures, to be replaced by measured ones."""


def _latency(value: Any) -> Any:
    return LATENCIES.get(value, value) if isinstance(value, str) else value


class User(Part):
    """The user and role of the integration; a web-services-only role cannot call scripts."""

    id: int = 42
    name: str = ""
    email: str = "integration@example.com"
    role: int = 1042
    role_name: str = "customrole_lago_netsuite"
    web_services_only: bool = False


class Switches(Part):
    """
    Behaviour that Oracle does not document or that differs between accounts.

    Attributes:
        error_message: the form of ``message`` in the response to an uncaught error.
        duplicate_entity: the code for a second entity with one external id.
        tranid_override: "Allow Override" of auto-generated numbers.
        unknown_field: what `setValue` does with a field that the record does not have.
        uncommitted_line: what `save` does with a line that is selected and not committed.
        outside_subsidiary: the code when entity or item do not belong to the subsidiary.
        utc_offset_h: the server's time zone, in which a JavaScript date becomes a day.
        transform_taxes: whether a transformation copies overridden tax details.
        config_readable: whether the role may load the account's preferences.
        open_amount_column: whether searches have ``fxamountremaining``, which Oracle uses and does not list.
        computes_tax: whether the account computes tax itself: SuiteTax at every save without override, legacy
            accounts by a default tax item.
        contact_formats: whether malformed phones, e-mail and web addresses and postal codes are refused.
        lead_as_customer: whether `record.load` takes a lead or prospect for a customer.
        negative_subtotal: the effect of `save` for a document whose lines have a negative sum before tax.
        unique_tranid: whether two transactions of a type may not have one number.
        clock_ahead_s: seconds that the servers' clock is ahead of this machine's.
    """

    error_message: Literal["json", "text"] = "json"
    duplicate_entity: Literal["DUP_RCRD", "DUP_ENTITY"] = "DUP_RCRD"
    tranid_override: bool = True
    unknown_field: Literal["ignore", "refuse"] = "ignore"
    uncommitted_line: Literal["lose", "refuse"] = "lose"
    outside_subsidiary: Literal["INVALID_KEY_OR_REF", "INVALID_TRANS_SUB"] = "INVALID_KEY_OR_REF"
    closed_period: Literal["TRAN_PERIOD_CLOSED", "USER_ERROR"] = "TRAN_PERIOD_CLOSED"
    utc_offset_h: int = -8
    transform_taxes: Literal["keep", "drop"] = "keep"
    config_readable: bool = True
    open_amount_column: Literal["there", "absent"] = "there"
    computes_tax: bool = False
    contact_formats: Literal["free", "checked"] = "checked"
    lead_as_customer: bool = False
    negative_subtotal: Literal["allow", "refuse"] = "allow"
    unique_tranid: bool = False
    clock_ahead_s: float = 0.0


class Profile(Part):
    """
    One NetSuite account, read from JSON.

    Attributes:
        account_id: in the form of `runtime.accountId` and of OAuth's realm, ``1234567_SB1``.
        concurrency: the concurrency limit: calls in flight, all integrations together.
        units: governance units of one RESTlet call; 5,000 in NetSuite (Oracle section_N3351480).
        time_limit_s: wall time of one call; 300 in NetSuite.
        latency: its figures, or the name of one of `LATENCIES`.
        features: ids of the features that are on, such as ``TAX_OVERHAULING`` (SuiteTax).
        permissions: permission id to level, from 0 None to 4 Full; an absent one has level 4.
        forms: by record type.
    """

    name: str
    account_id: str
    environment: Environment
    concurrency: Annotated[int, Field(ge=1)] = 5
    units: Annotated[int, Field(ge=0)] = 5000
    time_limit_s: float = 300.0
    latency: Annotated[Latency, BeforeValidator(_latency)] = Latency()
    integrations: tuple[Annotated[TokenBased | OAuth2, Field(discriminator="kind")], ...] = ()
    scripts: tuple[Script, ...]
    user: User = User()
    features: frozenset[str] = frozenset()
    preferences: dict[str, str] = Field(default_factory=dict)
    permissions: dict[str, int] = Field(default_factory=dict)
    switches: Switches = Switches()
    subsidiaries: tuple[Subsidiary, ...]
    currencies: tuple[Currency, ...]
    items: tuple[Item, ...]
    accounts: tuple[GlAccount, ...] = ()
    nexuses: tuple[Nexus, ...] = ()
    tax_types: tuple[TaxType, ...] = ()
    tax_codes: tuple[TaxCode, ...] = ()
    terms: tuple[Term, ...] = ()
    locations: tuple[Entry, ...] = ()
    departments: tuple[Entry, ...] = ()
    classes: tuple[Entry, ...] = ()
    periods: tuple[Period, ...] = ()
    payment_methods: tuple[Entry, ...] = ()
    forms: dict[str, Form] = Field(default_factory=dict)
    custom_fields: tuple[CustomField, ...] = ()

    @classmethod
    def load(cls, name_or_path: str | Path = "default") -> Self:
        """
        The built-in profile with that name, or the one in that file.

        A file may have the key ``"extends"``: the name of another profile whose settings are its defaults.

        Raises:
            FileNotFoundError: there is neither.
            ValueError: the file is not a valid profile.
        """
        return cls.model_validate(_read(name_or_path))

    @property
    def has_suitetax(self) -> bool:
        """Whether taxes are in tax details (SuiteTax) instead of tax items."""
        return "TAX_OVERHAULING" in self.features

    @property
    def has_currencies(self) -> bool:
        """Whether the account has several currencies; else no record names its only one."""
        return "MULTICURRENCY" in self.features

    @property
    def is_one_world(self) -> bool:
        """Whether the account has subsidiaries."""
        return "SUBSIDIARIES" in self.features


def _read(name_or_path: str | Path) -> Any:
    shipped = _PROFILES / f"{name_or_path}.json"
    path = shipped if shipped.is_file() else Path(name_or_path)
    own = json.loads(path.read_bytes())
    if not isinstance(own, dict) or "extends" not in own:
        return own
    return _read(own.pop("extends")) | own
