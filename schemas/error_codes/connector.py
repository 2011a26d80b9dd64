"""Codes of the connector itself: before the call, or when a budget is spent."""

from __future__ import annotations

from schemas.error_codes import menu
from schemas.error_codes.entry import row

ROWS = (
    row(
        "undecodable", "record",
        "The record is no Lago webhook, or an object in it lacks what Lago always sends.",
        "Produce the webhook body byte for byte as Lago sent it.",
        "connector operator",
    ),
    row(
        "unclaimed", "record",
        "No connection of connections.yaml claims the event.",
        "Add a connection for the organisation to connections.yaml, or widen select of one.",
        "connector operator",
    ),
    row(
        "incomplete_event", "record",
        "The event lacks an object without which nothing can be booked: customer, fees, date, ids.",
        "Send the webhook as Lago made it; a shortened body cannot be booked.",
        "connector operator",
    ),
    row(
        "invalid_mapping", "record",
        "No NetSuite item or tax is mapped for what Lago has billed; nothing is dropped.",
        "Add the mapping that the hint names to connections.yaml, or a fallback_item.",
        "connector operator",
    ),
    row(
        "invalid_expression", "record",
        "An expression under mapping.fields does not suit the event: a key is missing, types differ.",
        "Correct the expression at the line that the hint names; has(event.key) asks for a key first.",
        "connector operator",
    ),
    row(
        "unknown_currency", "record",
        "The document's currency is not among mapping.currencies.",
        "Add the currency to mapping.currencies with NetSuite's internal id of it.",
        "connector operator",
    ),
    row(
        "lago_api_key_missing", "record",
        "A payment may be for several connections, and Lago cannot be asked for which.",
        "Set lago.api_url and lago.api_key, or sync.payments: false at all connections but one.",
        "connector operator",
    ),
    row(
        "lago_customer_missing", "record",
        "Lago knows no customer of that external id in the organisation of the key, or no longer.",
        "Use a key of the event's organisation; book by hand what is billed to a deleted customer.",
        "connector operator",
    ),
    row(
        "refund_failed", "record",
        "The payment provider has refused to pay a credit note back (credit_note.refund_failure).",
        "Void the customer refund if one is booked, pay the customer back another way, and close the error.",
        "finance", menu.CUSTOMER_REFUNDS,
    ),
    row(
        "dependency_missing", "record",
        "What the record refers to, an invoice or a customer, did not come into NetSuite in time.",
        "Look for the error event of that other record, mend its cause, replay both.",
        "connector operator",
    ),
    row(
        "parked_too_long", "record",
        "NetSuite could not take the record for as long as it may be parked.",
        "Look at the last answer in the message, mend what it names, then replay the event.",
        "connector operator",
    ),
    row(
        "internal_error", "record",
        "The worker's own code failed on this event: a defect of lago-netsuite.",
        "Report it with the worker's log, and replay the event once it is mended.",
        "connector operator",
    ),
)  # fmt: skip
