"""
Eight planted failures, from Lago's webhook through the mapping and the real script to `errors show`.

Each is said for a finance person: document, amount, reason, fix, who fixes it and where, and no id.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from consumer.commands import error_detail, failure_log
from consumer.commands.failure_log import FailureLog
from consumer.config.settings import Settings
from consumer.failures import causes, original
from consumer.failures import failure as failures
from consumer.failures.failure import Failure
from consumer.failures.history import History
from consumer.record import LaneKey, Record, Source
from consumer.sandbox.lago import billing, serializers, settlement
from consumer.sandbox.lago.notation import body
from consumer.sandbox.netsuite.fault_injection import ThrownError
from consumer.sandbox.netsuite.profile import Form, Profile
from schemas import error_event
from schemas.error_mark import ErrorMark, ReplayRef
from schemas.lane import lane_of
from tests.support.lago_to_netsuite import MAPPING, Carried, LagoToNetSuite

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)
MANY_COLUMNS = "2000"
API_CALLS = ("api_calls",)

Plant = Callable[[LagoToNetSuite], object]


def bill(way: LagoToNetSuite, codes: tuple[str, ...] = API_CALLS) -> Any:
    """An invoice of 100 EUR for each of these metrics."""
    way.lago.upsert_customer("acme", currency="EUR", name="Acme GmbH")
    sold = [{"kind": "charge", "code": code, "units": "1", "unit_price": "100"} for code in codes]
    return billing.bill(way.lago, "acme", sold)


async def bill_pay_and_void(way: LagoToNetSuite) -> None:
    """NetSuite has invoice and payment; then Lago voids the invoice."""
    invoice = bill(way)
    await way.carry()
    settlement.pay(way.lago, [invoice["lago_id"]], how="settled_later")
    await way.carry()
    billing.void(way.lago, invoice["lago_id"])


async def bill_only(way: LagoToNetSuite) -> None:
    bill(way)


async def bill_into_a_script(way: LagoToNetSuite) -> None:
    """A user event script of the account wants a cost centre."""
    words = "Bitte Kostenstelle angeben."
    way.account.faults.add(
        ThrownError(kind="error", at="save", type="invoice", name="KOSTENSTELLE", message=words)
    )
    bill(way)


async def nothing(_: LagoToNetSuite) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """How a failure comes about, and the sentence of it."""

    sentence: str
    plant: Callable[[LagoToNetSuite], Any] = bill_only
    profile: str = "default"
    forms: dict[str, Form] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    others: tuple[bytes, ...] = ()


INVOICE = "Invoice ACME-001-202608-001 of Acme GmbH (100.00 EUR, 2026-08-01) is not in NetSuite: "
WITHOUT_ITEMS = {
    name: rule for name, rule in MAPPING.items() if name not in {"fallback_item", "billable_metrics"}
}
PLANTED = {
    "unmapped metric": Planted(
        settings={"mapping": WITHOUT_ITEMS},
        sentence=INVOICE + "no NetSuite item is mapped for charge 'api_calls' (Api calls). "
        "The operator of the connector fixes it in connections.yaml "
        "under mapping.billable_metrics.api_calls: "
        "add mapping.billable_metrics.api_calls (or mapping.fallback_item) to connection netsuite-eu "
        "at mapping.billable_metrics.api_calls.",
    ),
    "unmapped currency": Planted(
        settings={"mapping": MAPPING | {"currencies": {"USD": "1"}}},
        sentence=INVOICE + "no NetSuite currency is mapped for EUR. "
        "The operator of the connector fixes it in connections.yaml under mapping.currencies.EUR: "
        "add EUR to mapping.currencies at mapping.currencies.",
    ),
    "closed period": Planted(
        profile="closed-period",
        settings={"closed_period": "reject"},
        sentence=INVOICE + "the accounting period of 2026-08-01 (2025 to 2029) is closed: "
        "You cannot change the G/L impact of a transaction in a closed period. "
        "Finance fixes it in NetSuite under Setup > Accounting > Manage Accounting Periods: "
        "open the period, or set closed_period to hold or next_open_period.",
    ),
    "required field": Planted(
        forms={"invoice": Form(body=("location",))},
        sentence=INVOICE + "Please enter value(s) for: Location. "
        "The operator of the connector fixes it in NetSuite "
        "under Customization > Forms > Transaction Forms > (preferred form) > Screen Fields: "
        "fill the field by a constant or expression under mapping.fields, or make it optional on the form.",
    ),
    "script of the account": Planted(
        plant=bill_into_a_script,
        sentence=INVOICE + "Bitte Kostenstelle angeben. "
        "A NetSuite administrator fixes it in NetSuite under Customization > Scripting > Scripted Records: "
        "read the text, find the user event script or workflow that gives it, "
        "and let it pass what Lago bills.",
    ),
    "unknown item": Planted(
        settings={"mapping": MAPPING | {"billable_metrics": {"api_calls": {"id": "99999"}}}},
        sentence=INVOICE + "Invalid item reference key 99999: "
        "item 99999 comes from mapping.billable_metrics.api_calls. "
        "The operator of the connector fixes it in connections.yaml "
        "under mapping.billable_metrics.api_calls: "
        "compare the internal id in connections.yaml with the list in NetSuite; "
        "it is set by mapping.billable_metrics.api_calls.",
    ),
    "void of a paid invoice": Planted(
        plant=bill_pay_and_void,
        sentence=INVOICE.replace("Invoice", "Void of invoice")
        + "Invoice ACME-001-202608-001 (9001) of 100.00 is paid or credited in full. "
        "Refund or unapply it in NetSuite. "
        "Finance fixes it in NetSuite under Transactions > Sales > Create Invoices > List: "
        "take the payments off the invoice (each payment, Apply tab), then replay: they stay the customer's "
        "credit, to refund or apply; or set voids.paid: unapply_and_void, which does so itself.",
    ),
    "undecodable": Planted(
        plant=nothing,
        others=(b"{broken",),
        sentence="Record 1 of partition 0 of lago.invoices is not in NetSuite: "
        "not JSON: Expecting property name enclosed in double quotes at character 1. "
        "The operator of the connector fixes it at the connector: "
        "look at the record on its topic; produce the webhook body as Lago sent it.",
    ),
}


def failed(carried: Carried) -> list[Failure]:
    """The failures of what was published."""
    found = []
    for event in carried.published:
        if event.topic == error_event.TOPIC:
            record = Record(
                source=Source(topic=event.topic, partition=0, offset=0),
                timestamp_ms=len(found) + 1,
                key=event.key,
                value=event.value,
                headers=event.headers,
                lane=LaneKey(""),
            )
            found.append(failures.read(record))
    return [each for each in found if isinstance(each, Failure)]


def log_of(history: History) -> FailureLog:
    return FailureLog(history=history, settled={})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `errors show` prints of a failure."""
    monkeypatch.setenv("COLUMNS", MANY_COLUMNS)
    history = History()

    async def take(*_: Any) -> FailureLog:
        return log_of(history)

    monkeypatch.setattr(failure_log, "take", take)

    async def show(failure: Failure) -> str:
        history.note_failure(failure)
        capsys.readouterr()  # what the sandbox has logged
        assert await error_detail.run(Settings(), failure.id, as_json=False) == 0
        return capsys.readouterr().out

    return show


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_failure_is_said_whole(name: str, shown: Any):
    """The sentence first; ids only in the lines beside it."""
    planted = PLANTED[name]
    profile = Profile.load(planted.profile)
    if planted.forms:
        profile = profile.model_copy(update={"forms": planted.forms})
    way = LagoToNetSuite(profile, **planted.settings)
    await planted.plant(way)
    [failure] = failed(await way.carry(*planted.others))
    way.close()

    said, _, beside = (await shown(failure)).partition("\n\n")

    assert " ".join(said.split()) == planted.sentence
    assert not UUID.search(said)
    assert f"Error      {failure.id}" in beside
    assert "State: open" in beside


def test_eight_kinds_are_planted():
    """Of mapping, period, form, script, reference, void and form of the event."""
    assert len(PLANTED) == 8


async def test_of_three_unmapped_metrics_a_replay_clears_the_one_that_is_mapped_now():
    """Their codes differ by digits only; the failure stays one, with its id."""
    codes = ("metric_1", "metric_2", "metric_3")
    way = LagoToNetSuite(mapping=WITHOUT_ITEMS)
    bill(way, codes)
    [value] = [body(serializers.webhook(way.lago, each)) for each in way.lago.outbox if is_invoice(way, each)]
    [first] = failed(await way.carry())
    history = History()
    history.note_failure(first)
    before = causes.grouped(history.open({}))

    way.configure(mapping=WITHOUT_ITEMS | {"billable_metrics": {"metric_2": {"id": "811"}}})
    place = Source(topic=first.source.topic, partition=0, offset=900)
    source = Record(source=place, timestamp_ms=0, key=b"", value=value, lane=LaneKey(lane_of(value) or ""))
    headers = original.from_topic(first, source).headers_of_replay(1, [first])
    [again] = failed(await way.carry(replace(source, headers=headers)))
    way.close()
    history.note_mark(replayed(first, place))
    history.note_failure(again)
    after = causes.grouped(history.open({}))

    assert [each.key for each in before] == [f"mapping.billable_metrics.{code}" for code in codes]
    assert [each.key for each in after] == [f"mapping.billable_metrics.{code}" for code in codes[::2]]
    assert (again.id, again.attempts) == (first.id, first.attempts + 1)
    assert list(history.failures) == [first.id]


def is_invoice(way: LagoToNetSuite, announcement: Any) -> bool:
    return bool(serializers.webhook(way.lago, announcement)["webhook_type"].startswith("invoice."))


def replayed(failure: Failure, place: Source) -> ErrorMark:
    replay = ReplayRef(topic=place.topic, partition=place.partition, offset=place.offset, attempt=1)
    return ErrorMark(
        mark="replayed", error_id=failure.id, connection=failure.connection, marked_at="", replay=replay
    )
