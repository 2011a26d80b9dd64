"""
What can become of a record: the eight results of a delivery, and being none of our business.

The engine is a `match` over this closed union; nothing else decides whether a record is done, waits or is
tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """
    One NetSuite record that now stands for a Lago object.

    Attributes:
        object: Lago's name for it: ``customer``, ``invoice``, ``credit_note``, ``payment``.
        status: the RESTlet's word: ``created``, ``exists``, ``updated``, ``adopted``, ``voided``.
        url: absolute link into the NetSuite user interface, empty when unknown.
        totals: decimal strings by name (``subtotal``, ``tax``, ``total``), empty for customers.
    """

    object: str
    lago_id: str
    netsuite_type: str
    internal_id: str
    external_id: str
    status: str
    number: str | None = None
    url: str = ""
    totals: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """NetSuite confirmed the write."""

    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """The same, or a newer, version had been written before."""

    written: tuple[Written, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A named rule says that this record is not for this connection, or not for NetSuite at all."""

    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """
    A wait that only a person ends, and for how long.

    Attributes:
        max_age_s: since the record came into Kafka, so that no restart begins it anew.
        refusal: what is published when that is over.
    """

    max_age_s: float
    refusal: Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """
    Something this record needs is not in NetSuite yet, or not open.

    Attributes:
        on: what is missing, for people.
        missing: the lane whose record would bring it, ``invoice:5f…``; None for what no record brings.
        stands: the record's own document is written; only what goes with it is outstanding.
        hold: how long, where that is not the budget of dependencies.
        kind: what the account refuses as a whole at present, ``payment``, where it waits for that; one record
            asks for all of its kind.
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
    The record was not begun; repeating it is always safe.

    Attributes:
        by: ``account`` refused the call before any script ran, or the ``script`` left the record for another
            call because its time or units ran out.
    """

    reason: str
    retry_after_s: float | None = None
    by: Literal["account", "script"] = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """
    The account or the way to it is down; the call was not carried out.

    Attributes:
        is_answer: NetSuite itself has said so, with an error that is about no record.
    """

    reason: str
    retry_after_s: float | None = None
    is_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """
    The call was sent and may have been carried out; only the same call, repeated, can tell.

    Attributes:
        is_answer: NetSuite has answered with an error of its own, so that the way there and the account are
            no part of it.
    """

    reason: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """
    A person has to change something before this record can be written.

    Attributes:
        code: stable, from `schemas/error_codes` or NetSuite's own.
        message: one sentence: what is wrong, with the numbers a finance person knows.
        hint: what to change and where.
    """

    code: str
    message: str
    hint: str = ""
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDown:
    """
    NetSuite refuses this connection as a whole: login, role, account or script.

    Attributes:
        is_elsewhere: another account, or another environment, answered; nothing may be sent there.
    """

    reason: str
    is_elsewhere: bool = False


Settled = Delivered | AlreadyThere | Ignored | Rejected
Unsettled = Waiting | Throttled | Unavailable | Ambiguous | AccountDown
Outcome = Settled | Unsettled

Release = Callable[[Sequence[Outcome]], None]
"""Frees the permit of a call whose outcomes are these; whatever follows needs none."""

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
    """What logs, metrics and traces call it."""
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
    """For a call without a permit."""


_DEFECT_HINT = "a defect of lago-netsuite: see the worker's log, and replay the event once it is mended"


def internal_error(error_name: str, doing: str, *, attempts: int = 1, **details: str) -> Rejected:
    """
    The end of a record that our code failed on.

    Args:
        error_name: the type of what was raised.
        doing: what the worker was doing: ``while it mapped this event``.
        attempts: how often it has failed so.
        details: what a person should know besides.
    """
    times = "once" if attempts == 1 else f"{attempts} times"
    return Rejected(
        code="internal_error",
        message=f"the worker failed {times} with {error_name} {doing}",
        hint=_DEFECT_HINT,
        details={"error": error_name, "attempts": str(attempts)} | details,
    )
