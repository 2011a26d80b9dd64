"""
The wire between the worker and the RESTlet, contract version 1.

Decimals are strings, dates ISO, flags booleans; references are ``{"internalId": …}``, ``{"externalId": …}``
or ``{"lagoId": …}`` and resolved by the script. HTTP 200 carries a `Response` whenever the script ran.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas import nesting, reading

CONTRACT_VERSION = 1
SCRIPT_VERSION = "1.0.0"
"""Of the RESTlet that belongs to this code."""
TEXT_LIMIT_CHARS = 2_000
TOO_DEEP = "nested too deeply"
_FAST = msgspec.json.Decoder(float_hook=Decimal)

Mode = Literal["create_or_get", "upsert", "adopt", "void"]
Status = Literal[
    "created", "exists", "updated", "adopted", "voided", "conflict", "error", "skipped", "missing"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteItem:
    """
    One record to write.

    Attributes:
        internal_id: the NetSuite record that mode ``adopt`` makes this one; it is stamped with `external_id`
            and `lago_id`.
        version: the source's ``updated_at``; an older one never overwrites a newer one.
        fingerprint: hash of what makes the document this document; equal means "nothing to do".
        expect: what NetSuite must compute, as decimal strings; empty for customers.
        apply_credits: credit memos to apply to this invoice once it stands, each ``{"doc": reference,
            "amount": decimal string}``.
        release_credits: credit memos to take off an invoice before it is voided, each ``{"doc": reference}``.
        settled: what Lago has had for an invoice that it voids, as decimal strings without those of nothing:
            ``payments``, ``notes`` that offset it, ``prepaid`` credit (which the invoice's total leaves out).
            Such an invoice is not voided natively, since a note for what was paid may follow, and its
            reversing memo leaves room for payments and notes that are not in NetSuite yet.
        warnings: what was changed to make the record fit, for the result; not sent.
    """

    ref: str
    mode: Mode
    external_id: str
    lago_id: str
    version: str
    fingerprint: str
    record: dict[str, Any]
    internal_id: str | None = None
    expect: dict[str, str] = field(default_factory=dict)
    apply_credits: tuple[dict[str, Any], ...] = ()
    release_credits: tuple[dict[str, Any], ...] = ()
    settled: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The item in the order of the contract, without what it does not have."""
        item: dict[str, Any] = {
            "ref": self.ref,
            "mode": self.mode,
            "external_id": self.external_id,
            **({"internal_id": self.internal_id} if self.internal_id else {}),
            "lago_id": self.lago_id,
            "version": self.version,
            "fingerprint": self.fingerprint,
            "record": self.record,
        }
        if self.expect:
            item["expect"] = self.expect
        if self.apply_credits:
            item["apply_credits"] = list(self.apply_credits)
        if self.release_credits:
            item["release_credits"] = list(self.release_credits)
        if self.settled:
            item["settled"] = self.settled
        return item


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """Limits the script keeps: units to leave untouched, and seconds after which it takes no new item."""

    min_units: int = 300
    soft_deadline_s: int = 200
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRequest:
    """One call of the RESTlet; the same events always give the same bytes."""

    request_id: str
    items: tuple[WriteItem, ...]
    options: WriteOptions = WriteOptions()

    def body(self) -> bytes:
        """The exact bytes that are posted (and that ``preview`` prints)."""
        return canonical(
            {
                "v": CONTRACT_VERSION,
                "op": "write",
                "request_id": self.request_id,
                "options": {
                    "min_units": self.options.min_units,
                    "soft_deadline_s": self.options.soft_deadline_s,
                    "dry_run": self.options.dry_run,
                },
                "items": [item.as_json() for item in self.items],
            }
        )


def canonical(value: Any) -> bytes:
    """JSON as compact UTF-8, keys in the order given; raises ValueError for NaN and infinities."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def loads(text: str | bytes) -> Any:
    """JSON with decimals instead of floats; raises ValueError for what is not JSON or nests too deeply."""
    if nesting.is_too_deep(text if isinstance(text, bytes) else text.encode("utf-8", "replace")):
        raise ValueError(TOO_DEEP)
    try:
        return _FAST.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ArithmeticError):
        return _loads_exactly(text)  # it says what is wrong, and at which character


def _loads_exactly(text: str | bytes) -> Any:
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, parse_float=Decimal, parse_constant=refuse_constant)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    except ArithmeticError as error:
        raise ValueError(str(error)) from error


def refuse_constant(name: str) -> NoReturn:
    """NaN and the infinities are no JSON, though Python reads them."""
    raise ValueError(f"{name} is not a number in JSON")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT_CHARS else text[: TEXT_LIMIT_CHARS - 1] + "…"


Text = Annotated[str, AfterValidator(_cut)]
"""What goes on into results, error events and logs, at a length that Kafka takes of all items together."""


class ItemError(_Answer):
    """
    Why one item was not written; ``class`` is the stable group, ``code`` NetSuite's or our own word.

    Attributes:
        period: the name of the closed accounting period, where the script names it.
    """

    code: Text = "UNKNOWN"
    group: Text = Field(default="unknown", alias="class")
    message: Text = ""
    field: Text | None = None
    line: int | None = None
    period: str | None = None
    retryable: bool = False


class ItemResult(_Answer):
    """
    What became of one item, or what a look-up found of it.

    Attributes:
        totals: decimal strings; of a look-up also ``due``, ``applied`` and ``unapplied``.
        currency: ISO code, of a look-up only.
        voided: whether a document was voided, of a look-up only.
        balance: what a customer owes in its own currency, of a look-up only; `balances` by ISO code.
    """

    ref: str
    status: Status
    type: str | None = None
    internal_id: str | None = Field(default=None, alias="internalId")
    external_id: str | None = Field(default=None, alias="externalId")
    number: str | None = None
    url: str | None = None
    totals: dict[str, str] = Field(default_factory=dict)
    currency: str | None = None
    voided: bool | None = None
    balance: str | None = None
    balances: dict[str, str] = Field(default_factory=dict)
    warnings: tuple[Any, ...] = ()
    error: ItemError | None = None


class ScriptInfo(_Answer):
    """The script's own account of the call; times in milliseconds."""

    version: str = "unknown"
    units_used: int | None = None
    units_left: int | None = None
    elapsed_ms: int | None = None


class AccountInfo(_Answer):
    """Which account answered: id such as ``1234567_SB1``, environment ``SANDBOX`` or ``PRODUCTION``."""

    id: str = ""
    environment: str = ""


class Response(_Answer):
    """The envelope around every answer of the script."""

    v: int
    request_id: str | None = None
    items: tuple[ItemResult, ...] = ()
    health: reading.Health | None = None
    catalog: reading.CatalogPage | None = None
    script: ScriptInfo = ScriptInfo()
    account: AccountInfo = AccountInfo()
