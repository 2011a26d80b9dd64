"""
The messages between the worker and the RESTlet, contract version 1.

Decimals are strings, dates ISO, flags booleans; references are ``{"internalId": …}``, ``{"externalId": …}``
or ``{"lagoId": …}``, which the script resolves. Whenever the script ran, HTTP 200 has a `Response` as its
body.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas import nesting, reading
from schemas.ledger import LedgerPage

CONTRACT_VERSION = 1
SCRIPT_VERSION = "1.2.0"
"""Version of the RESTlet that belongs to this code."""
TEXT_LIMIT_CHARS = 2_000
TOO_DEEP = "nested too deeply"
_FAST = msgspec.json.Decoder(float_hook=Decimal)

Mode = Literal["create_or_get", "upsert", "adopt", "void"]
Status = Literal[
    "created", "exists", "updated", "adopted", "voided", "conflict", "error", "skipped", "missing"
]


class WriteItem(msgspec.Struct, frozen=True, kw_only=True):
    """
    One record to write.

    Attributes:
        ref: identifies the item within its request.
        internal_id: the existing NetSuite record that mode ``adopt`` links; the script sets `external_id` and
            `lago_id` on it.
        version: Lago's ``updated_at``; an older version never overwrites a newer one.
        fingerprint: hash of the values that identify the document's content; an equal one means no change.
        expect: the totals that NetSuite must compute, as decimal strings; empty for customers.
        record: in Lago's shape. ``options.withoutTax`` keeps NetSuite from computing a tax of its own.
        apply_credits: credit memos to apply to this invoice after it is saved, each ``{"doc": reference,
            "amount": decimal string}``, with the ``line`` to write in place of the application when the memo
            is of another subsidiary.
        release_credits: credit memos whose applications to an invoice end before its void, each
            ``{"doc": reference}``.
        settled: the settled amounts in Lago of an invoice to void, as decimal strings without zeros:
            ``payments``, ``notes`` that offset it, ``credits`` of earlier notes that stay spent on it,
            ``prepaid`` credit (not part of the invoice's total). Such an invoice is not voided natively,
            since a credit note for the paid amount may follow, and its reversing memo leaves an amount for
            payments, credit notes and credits that are not in NetSuite yet.
        policy: the connection's decisions beyond the record: ``paid: unapply_and_void`` on voids and credit
            notes (payments end their application and stay the customer's); ``recredit: false`` on invoices
            that spend credit notes (no void ends that, so that no other invoice may spend them again).
        warnings: changes made to fit NetSuite's limits, for the result; not sent.
    """

    ref: str
    mode: Mode
    external_id: str
    lago_id: str
    version: str
    fingerprint: str
    record: dict[str, Any]
    internal_id: str | None = None
    expect: dict[str, str] = msgspec.field(default_factory=dict)
    apply_credits: tuple[dict[str, Any], ...] = ()
    release_credits: tuple[dict[str, Any], ...] = ()
    settled: dict[str, str] = msgspec.field(default_factory=dict)
    policy: dict[str, str | bool] = msgspec.field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The item as JSON, in the order of the contract, without empty members."""
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
        if self.policy:
            item["policy"] = self.policy
        return item


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Limits for the script: governance units to leave unused, and seconds after which it starts no item."""

    min_units: int = 300
    soft_deadline_s: int = 200
    dry_run: bool = False


class WriteRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the RESTlet; equal events give equal bytes."""

    request_id: str
    items: tuple[WriteItem, ...]
    options: WriteOptions = WriteOptions()

    def body(self) -> bytes:
        """The bytes of the request, which ``preview`` prints too: those of `canonical`."""
        return encode(
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


encode = msgspec.json.Encoder().encode
"""The bytes of `canonical` in a tenth of the time, of what holds neither floats nor decimals."""


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
        return _loads_exactly(text)  # its error has the reason and the position


def _loads_exactly(text: str | bytes) -> Any:
    try:
        text = text.decode() if isinstance(text, bytes) else text
        return json.loads(text, parse_float=Decimal, parse_constant=refuse_constant)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    except ArithmeticError as error:
        raise ValueError(str(error)) from error


def refuse_constant(name: str) -> NoReturn:
    """Raise ValueError for NaN and infinities, which Python's parser accepts and JSON does not."""
    raise ValueError(f"{name} is not a number in JSON")


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT_CHARS else text[: TEXT_LIMIT_CHARS - 1] + "…"


Text = Annotated[str, AfterValidator(_cut)]
"""A text for results, error events and logs, cut so that all items of a call fit into one Kafka record."""


class ItemError(_Answer):
    """
    Why one item was not written; ``class`` is the stable group, ``code`` NetSuite's or the script's own.

    Attributes:
        period: the name of the closed accounting period, if the script states it.
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
    The result of one item of a write or a lookup.

    Attributes:
        totals: decimal strings; for a lookup also ``due``, ``applied`` and ``unapplied``.
        currency: ISO code; for a lookup only.
        voided: whether a document is voided; for a lookup only.
        balance: a customer's balance in its primary currency, for a lookup only; `balances` by ISO code.
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
    """The script's version, governance units and duration of the call, in milliseconds."""

    version: str = "unknown"
    units_used: int | None = None
    units_left: int | None = None
    elapsed_ms: int | None = None


class AccountInfo(_Answer):
    """The account of the response: id such as ``1234567_SB1``, environment ``SANDBOX`` or ``PRODUCTION``."""

    id: str = ""
    environment: str = ""


class Response(_Answer):
    """The envelope of every response of the script."""

    v: int
    request_id: str | None = None
    items: tuple[ItemResult, ...] = ()
    health: reading.Health | None = None
    catalog: reading.CatalogPage | None = None
    ledger: LedgerPage | None = None
    script: ScriptInfo = ScriptInfo()
    account: AccountInfo = AccountInfo()
