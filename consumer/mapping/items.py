"""Choose the NetSuite item of a fee or a discount: a specific item takes precedence over a fallback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from consumer.config.connection import Connection
from consumer.config.mapping_rules import Item, Rules
from consumer.mapping.decision_log import DecisionLog
from schemas.fee import Fee

Discount = Literal["coupon", "prepaid_credit", "prepaid_credit_granted", "progressive_billing", "credit_note"]

MOST_REMEMBERED = 4_096
"""For so many kinds of fee the settings that can decide are remembered."""

_Path = tuple[str, ...]

_DISCOUNT_PATHS: dict[Discount, tuple[_Path, ...]] = {
    "coupon": (("coupon",),),
    "prepaid_credit": (("prepaid_credit",),),
    "prepaid_credit_granted": (("prepaid_credit_granted",), ("prepaid_credit",)),
    "progressive_billing": (("progressive_billing",), ("prepaid_credit",)),
    "credit_note": (("credit_note",),),
}


def item_of_fee(
    fee: Fee, plan_code: str | None, entity: str | None, decision_log: DecisionLog, *, cents: int
) -> Item | None:
    """The item of a fee line; None, with a problem in the decision log, when no item is mapped."""
    kind = fee.item.type
    subject = _Subject(f"line {fee.item.code or kind}", cents)
    found = _choose(_fee_paths(fee, plan_code), subject, entity, decision_log)
    if found is None:
        wanted = f"{kind} {fee.item.code or fee.lago_id!r}" + (f" ({fee.item.name})" if fee.item.name else "")
        _refuse(_fee_paths(fee, plan_code), subject, wanted, entity, decision_log)
    return found


def has_own_item(kind: Discount, entity: str | None, connection: Connection) -> bool:
    """Whether a discount has an item of its own, at the billing entity or the organisation."""
    return any(_find(rules, (kind,)) for _, rules in _levels(connection, entity))


def find_discount(kind: Discount, entity: str | None, connection: Connection) -> Item | None:
    """The item of a discount line, or None; without one nothing is refused."""
    found = next(_candidates(connection, entity, _DISCOUNT_PATHS[kind]), None)
    return found[1] if found is not None else None


def item_of_discount(
    kind: Discount, entity: str | None, decision_log: DecisionLog, *, cents: int
) -> Item | None:
    """The item of a discount line; None, with a problem in the decision log, when no item is mapped."""
    subject = _Subject(f"line {kind}", cents)
    found = _choose(_DISCOUNT_PATHS[kind], subject, entity, decision_log)
    if found is None:
        _refuse(_DISCOUNT_PATHS[kind], subject, kind.replace("_", " "), entity, decision_log)
    return found


class _Subject(NamedTuple):
    """A line as the decision log calls it, and its amount in subunits."""

    name: str
    cents: int


def _fee_paths(fee: Fee, plan_code: str | None) -> tuple[_Path, ...]:
    item = fee.item
    return _paths(item.type, item.code, item.lago_item_id, fee.lago_charge_filter_id, plan_code)


@lru_cache(maxsize=MOST_REMEMBERED)
def _paths(
    kind: str, code: str | None, item_id: str | None, filter_id: str | None, plan_code: str | None
) -> tuple[_Path, ...]:
    codes = [each for each in (code, item_id) if each]
    match kind:
        case "charge":
            filters = [filter_id] if filter_id else []
            return (
                *(("charge_filters", code) for code in filters),
                *(("billable_metrics", code) for code in codes),
            )
        case "add_on" | "fixed_charge" | "product":
            table = "products" if kind == "product" else "add_ons"
            return tuple((table, code) for code in codes)
        case "subscription":
            plans = [each for each in (plan_code, code) if each]
            return (*(("plans", code) for code in plans), ("subscription_fee",))
        case "commitment":
            return (("minimum_commitment",),)
        case "credit":
            return (("prepaid_credit",),)
        case _:
            # An unknown fee type can only have the fallback item.
            return ()


def _choose(
    paths: tuple[_Path, ...], subject: _Subject, entity: str | None, decision_log: DecisionLog
) -> Item | None:
    found = next(_candidates(decision_log.connection, entity, paths), None)
    if found is None:
        return None
    path, item, is_fallback = found
    rule, asked = ".".join(path), _asked(paths, entity)
    decision_log.chose(subject.name, item.id, rule, is_fallback=is_fallback, asked=asked, cents=subject.cents)
    return item


def _refuse(
    paths: tuple[_Path, ...], subject: _Subject, wanted: str, entity: str | None, decision_log: DecisionLog
) -> None:
    connection = decision_log.connection
    where = ".".join(("mapping", *(paths[0] if paths else ("fallback_item",))))
    settings = f"{where} (or mapping.fallback_item)" if paths else where
    decision_log.refuse(
        "invalid_mapping",
        f"no NetSuite item is mapped for {wanted}",
        f"add {settings} to connection {connection.code} at {connection.at(where)}",
        key=where,
        asked=_asked(paths, entity),
        cents=subject.cents,
    )


@lru_cache(maxsize=MOST_REMEMBERED)
def _asked(paths: tuple[_Path, ...], entity: str | None) -> tuple[str, ...]:
    """All settings that can decide, including those of a billing entity that is not configured."""
    levels = (f"mapping.billing_entities.{entity}.", "mapping.") if entity else ("mapping.",)
    specific = tuple(dict.fromkeys(".".join(path) for path in paths))
    return tuple(level + key for keys in (specific, ("fallback_item",)) for level in levels for key in keys)


def _candidates(
    connection: Connection, entity: str | None, paths: Sequence[_Path]
) -> Iterator[tuple[_Path, Item, bool]]:
    levels = list(_levels(connection, entity))
    for tried, is_fallback in ((paths, False), ((("fallback_item",),), True)):
        for prefix, rules in levels:
            for path in tried:
                item = _find(rules, path)
                if item is not None:
                    yield (*prefix, *path), item, is_fallback


def _levels(connection: Connection, entity: str | None) -> Iterator[tuple[_Path, Rules]]:
    if entity is not None and entity in connection.mapping.billing_entities:
        yield ("mapping", "billing_entities", entity), connection.mapping.billing_entities[entity]
    yield ("mapping",), connection.mapping


def _find(rules: Rules, path: _Path) -> Item | None:
    found = getattr(rules, path[0])
    item = found.get(path[1]) if isinstance(found, dict) else found
    return item if isinstance(item, Item) else None
