"""
Payments that have no event of their own, read from Lago's API when an invoice shows that it is paid.

Lago sends no payment event for a card that is charged at once, nor for a payment that is recorded by hand
(lago-api ``Invoices::Payments::CreateService``); what it sends is ``invoice.payment_status_updated``. For
open invoices, such as prepaid credit that becomes final when it is paid, it does not send that either
(``Invoices::UpdateService``, ``Invoices::FinalizeOpenCreditService``): the new invoice shows what was paid.
Every succeeded payment of that invoice goes to the payments topic as the webhook that Lago would have sent.
There it is booked as any other, with a result or an error of its own; one that is in NetSuite stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog

from consumer import errors
from consumer.clock import Clock
from consumer.events import headers
from consumer.events.lago_webhook import webhook_of
from consumer.lago.lookup_result import Failed, Listed, ListPayments
from consumer.outcome import (
    AlreadyThere,
    Delivered,
    Ignored,
    Outcome,
    Rejected,
    Release,
    Unavailable,
    internal_error,
)
from consumer.pipeline import routing
from consumer.pipeline.ownership import Ownership
from consumer.pipeline.recent_failures import Deliver, GiveUp
from consumer.record import Event, Publish, Record
from schemas import envelope, lane
from schemas.envelope import Envelope
from schemas.payment import is_succeeded
from schemas.scalar import utc_text

ORIGIN = ("origin", b"lago_api")
PAID_WITHOUT_PAYMENT = Ignored(rule="paid_without_payment")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePayments:
    """
    Stands before a connection's pipeline; reads what `routing` ignores by ``payments_read_from_lago``.

    Attributes:
        ownership: which events are this connection's.
        deliver_rest: the pipeline's.
        give_up: the pipeline's, which publishes the error event of a record.
        list_payments: Lago's payments of an invoice.
        publish: puts an event on its topic.
    """

    ownership: Ownership
    deliver_rest: Deliver
    give_up: GiveUp
    list_payments: ListPayments
    publish: Publish
    clock: Clock

    async def deliver(self, records: Sequence[Record], release: Release) -> Sequence[Outcome]:
        """
        As the pipeline does; a record is settled once the payments it announces are on their topic.

        Raises:
            ContractError: Kafka did not acknowledge.
        """
        ended = await asyncio.gather(*map(self._read, records))
        written = await self._deliver_rest(records, ended, release)
        late = await asyncio.gather(*map(self._read_of_written, records, written))
        # Last, so that nothing raises after it: the call would be delivered again, and reported twice.
        for record, first, last in zip(records, ended, late, strict=True):
            of_payments = last or first
            if isinstance(of_payments, Rejected):
                await self.give_up(record, of_payments)
        return [last or outcome for last, outcome in zip(late, written, strict=True)]

    async def _deliver_rest(
        self, records: Sequence[Record], ended: Sequence[Outcome | None], release: Release
    ) -> Sequence[Outcome]:
        """The outcomes of all records; those that have none yet are delivered."""
        rest = [record for record, outcome in zip(records, ended, strict=True) if outcome is None]
        if not rest:
            known = [outcome for outcome in ended if outcome is not None]
            release(known)
            return known
        delivered = iter(await self.deliver_rest(rest, release))
        return [next(delivered) if outcome is None else outcome for outcome in ended]

    async def _read(self, record: Record) -> Outcome | None:
        """What became of a record whose payments Lago does not give; None for all that the pipeline ends."""
        return await self._contained(record) if lane.is_of_invoice_payments(record.lane) else None

    async def _read_of_written(self, record: Record, outcome: Outcome) -> Outcome | None:
        """
        What became of the payments that a written invoice shows; None where none is missing.

        Another outcome than that of the invoice has it delivered again, when it is already there.
        """
        if not isinstance(outcome, Delivered | AlreadyThere) or not _is_paid_invoice(record):
            return None
        try:
            return await self._contained(record)
        except errors.ContractError:
            return Unavailable(reason="Kafka did not acknowledge the payments of the invoice")

    async def _contained(self, record: Record) -> Outcome | None:
        try:
            return await self._published(record)
        except errors.ContractError:
            raise
        except BaseException as error:
            if not errors.is_defect(error):
                raise
            return self._failed(record, error)

    async def _published(self, record: Record) -> Outcome | None:
        event = envelope.decode(record.value)
        if not isinstance(event, Envelope) or not self._is_read(event):
            return None
        match await self.list_payments(event.object_id):
            case Failed(reason=reason, retry_after_s=retry_after_s):
                return Unavailable(reason=reason, retry_after_s=retry_after_s)
            case Listed(rows=rows):
                succeeded = [
                    row for row in rows if is_succeeded(row.get("payment_status"), row.get("status"))
                ]
                for row in succeeded:
                    await self.publish(self._event_of(row, event, record))
                return None if succeeded else self._without_payment(event)

    def _is_read(self, event: Envelope) -> bool:
        if event.webhook_type == lane.PAYMENT_STATUS:
            return routing.plan(event, self.ownership) == routing.READ_FROM_LAGO
        connection = self.ownership.connection
        is_mine = event.webhook_type in routing.ROUTES and self.ownership.is_mine(event)
        return is_mine and routing.plan_payments_of_invoice(event, connection) == routing.READ_FROM_LAGO

    def _event_of(self, row: dict[str, Any], event: Envelope, record: Record) -> Event:
        code, now = self.ownership.connection.code, self.clock.now()
        return payment_event(row, event, record, code=code, at=now)

    def _without_payment(self, event: Envelope) -> Outcome | None:
        is_due = event.object.get("total_due_amount_cents")
        if event.webhook_type != lane.PAYMENT_STATUS or not is_due:
            return None
        if event.object.get("payment_status") != "succeeded":
            return None
        code = self.ownership.connection.code
        log.warning("invoice_paid_without_payment", connection=code, lago_id=event.object_id)
        return PAID_WITHOUT_PAYMENT

    def _failed(self, record: Record, error: BaseException) -> Rejected:
        name, code = errors.name_of(error), self.ownership.connection.code
        at = errors.frames_of(error)
        log.error("event_not_planned", connection=code, source=str(record.source), error=name, at=at)
        return internal_error(name, "while it read the payments of an invoice from Lago")


class _Paid(msgspec.Struct):
    total_paid_amount_cents: int = 0


class _Heading(msgspec.Struct):
    invoice: _Paid = msgspec.field(default_factory=_Paid)


_HEADING = msgspec.json.Decoder(_Heading)


def _is_paid_invoice(record: Record) -> bool:
    """
    Whether an invoice's own webhook shows a payment; of other formats than Lago's JSON it is not asked.

    An invoice with the header `ORIGIN` is no webhook: a backfill sends the payments beside it.
    """
    if not lane.is_of_invoice(record.lane) or any(name == ORIGIN[0] for name, _ in record.headers):
        return False
    try:
        return _HEADING.decode(record.value or b"").invoice.total_paid_amount_cents > 0
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False


def payment_event(row: dict[str, Any], event: Envelope, record: Record, *, code: str, at: datetime) -> Event:
    """
    The webhook that Lago would have sent for a payment, on the topic where it would lie.

    Args:
        row: of Lago's list of payments, which is the webhook's object.
        event: that announced it.
        record: where `event` lies.
        code: of the connection.
        at: now.
    """
    webhook = webhook_of("payment", _dated(row, event), event.organization_id)
    published = headers.published(
        record,
        event_id=f"{webhook.webhook_type}:{webhook.lago_id}",
        event_type=webhook.webhook_type,
        source=f"/lago-netsuite/{code}",
        time=utc_text(at),
    )
    return Event(topic=webhook.topic, key=webhook.key, value=webhook.value, headers=(*published, ORIGIN))


def _dated(row: dict[str, Any], event: Envelope) -> dict[str, Any]:
    """The payment with the zone of its customer, which the invoice names and a payment does not."""
    customer = event.object.get("customer")
    zone = customer.get("applicable_timezone") if isinstance(customer, dict) else None
    return row if not isinstance(zone, str) else {"applicable_timezone": zone, **row}
