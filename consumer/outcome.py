"""
The outcomes of a record: the eight results of a delivery, and ignored records.

The engine decides by a `match` over this closed union whether a record is settled, waits or is retried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """
    The NetSuite record of a Lago object.

    Attributes:
        object: Lago's object type: ``customer``, ``invoice``, ``credit_note``, ``payment``.
        status: of the RESTlet: ``created``, ``exists``, ``updated``, ``adopted``, ``voided``.
        url: absolute link into the NetSuite user interface; empty when unknown.
        totals: decimal strings by name (``subtotal``, ``tax``, ``total``); empty for customers.
    """

    object: str
    lago_id: str
    netsuite_type: str
    internal_id: str
    external_id: str
    status: str
    number: str | None = None
    url: str = ""
    totals: dict[str, str] = msgspec.field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """NetSuite has confirmed the write."""

    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """The same or a newer version was written before."""

    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A named rule ignores this record: it is not for this connection, or not for NetSuite at all."""

    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """
    A wait that only a person ends, with its limit.

    Attributes:
        max_age_s: seconds since the record's Kafka timestamp, so that a restart does not extend it.
        refusal: the rejection when the limit is reached.
    """

    max_age_s: float
    refusal: Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    Another record that this one needs is not in NetSuite yet, or a period, approval or permission is missing.

    Attributes:
        on: what is missing, as text for people.
        missing: the lane of the missing record, ``invoice:5f…``; None when it is not a record.
        stands: whether the record's own document is written, and only an application to it is missing.
        hold: the limit of the wait; None for the budget of dependencies.
        kind: the kind of document that the account refuses at present, such as ``payment``; one record is
            retried for all of its kind.
    """

    on: str
    message: str = ""
    missing: str | None = None
    stands: bool = False
    hold: Hold | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled:
    """
    The record was not processed; a retry is always safe.

    Attributes:
        by: ``account``: the call was refused before any script ran; ``script``: the script skipped the record
            because its time or governance units ran out.
    """

    reason: str
    retry_after_s: float | None = None
    by: Literal["account", "script"] = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """
    The account or the network is down; the call was not executed.

    Attributes:
        is_answer: NetSuite itself has responded, with an error that is not about a record.
    """

    reason: str
    retry_after_s: float | None = None
    is_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """
    The call was sent and may have been executed; only a repeat of the same call shows whether it was.

    Attributes:
        is_answer: NetSuite has responded with an error of its own, so network and account are not the cause.
    """

    reason: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """
    One of the reasons of a rejection, with the setting that ends it.

    Attributes:
        key: path of the setting, ``mapping.billable_metrics.api_calls``; the same for all documents.
        hint: what to change and where.
    """

    code: str
    key: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """
    A person must change something before this record can be written.

    Attributes:
        code: stable, from `schemas/error_codes` or NetSuite's own.
        message: one sentence with the cause, and with document numbers and amounts.
        hint: what to change and where.
        gaps: the reasons one by one, where each has a setting of its own.
    """

    code: str
    message: str
    hint: str = ""
    details: dict[str, str] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDown:
    """
    NetSuite refuses this connection as a whole: login, role, account or script.

    Attributes:
        is_elsewhere: another account or environment responded; nothing may be sent to it.
    """

    reason: str
    is_elsewhere: bool = False


Confirmed = Delivered | AlreadyThere
"""NetSuite has confirmed that all records of the event are there."""

Settled = Confirmed | Ignored | Rejected
Unsettled = Waiting | Throttled | Unavailable | Ambiguous | AccountDown
Outcome = Settled | Unsettled

Release = Callable[[Sequence[Outcome]], None]
"""Returns the permit of a call with these outcomes; the work after the call needs none."""

_NAMES: dict[type[Outcome], str] = {
    Delivered: "written",
    AlreadyThere: "already_there",
    Ignored: "ignored",
    Rejected: "rejected",
    Waiting: "waiting",
    Throttled: "throttled",
    Unavailable: "unavailable",
    Ambiguous: "ambiguous",
    AccountDown: "account_down",
}


def name_of(outcome: Outcome) -> str:
    """The name of an outcome in logs, metrics and traces."""
    return _NAMES[type(outcome)]


def is_written(outcome: Outcome) -> bool:
    """Whether the record's own document is in NetSuite."""
    match outcome:
        case Delivered() | AlreadyThere():
            return True
        case Waiting(stands=stands):
            return stands
        case _:
            return False


def nothing_held(_: Sequence[Outcome]) -> None:
    """Do nothing: the `Release` of a call without a permit."""


_DEFECT_HINT = "a defect of lago-netsuite: see the worker's log, and replay the event once it is mended"


def internal_error(error_name: str, doing: str, *, attempts: int = 1, **details: str) -> Rejected:
    """
    The rejection of a record on which our code failed.

    Args:
        error_name: the type of the exception.
        doing: the step, as part of a sentence: ``while it mapped this event``.
        attempts: the number of failures.
        details: further details of the error event.
    """
    times = "once" if attempts == 1 else f"{attempts} times"
    return Rejected(
        code="internal_error",
        message=f"the worker failed {times} with {error_name} {doing}",
        hint=_DEFECT_HINT,
        details={"error": error_name, "attempts": str(attempts)} | details,
    )
