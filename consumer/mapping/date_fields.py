"""
NetSuite's own date fields, and the conversion of Lago's timestamps to their days.

NetSuite stores days without time; the day of a timestamp depends on the customer's time zone. Field ids from
Oracle's Records Browser (types ``date`` of invoice, credit memo, sales order, customer payment, customer).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from consumer.mapping import service_period
from consumer.mapping.decision_log import DecisionLog

NATIVE = frozenset(
    (
        "asofdate", "cleareddate", "discountdate", "duedate", "enddate", "expectedshipdate", "nextbill",
        "openingbalancedate", "requesteddate", "revrecenddate", "revrecstartdate", "saleseffectivedate",
        "shipdate", "startdate", "taxpointdate", "trandate",
    )
)  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}.*")
_DAY_OF = {"from_date": "from_day", "to_date": "to_day"}


def as_sent(name: str, value: Any, fee: Mapping[str, Any] | None, decision_log: DecisionLog) -> Any:
    """The value for the field `name`: for a native date field the day of a timestamp, else unchanged."""
    if name not in NATIVE or not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return value
    days = (fee[day] for moment, day in _DAY_OF.items() if fee and fee.get(moment) == value and fee.get(day))
    return next(days, None) or _local_day(value, decision_log)


def _local_day(value: str, decision_log: DecisionLog) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    customer = decision_log.origin.customer or {}
    names = (customer.get("applicable_timezone"), customer.get("timezone"), decision_log.connection.time_zone)
    zones = (service_period.zone_named(name) for name in names if isinstance(name, str))
    return aware.astimezone(next(filter(None, zones), UTC)).date().isoformat()
