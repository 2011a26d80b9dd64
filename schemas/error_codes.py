"""
Every error code of ours: what it means, and what to change and where; stable from release to release.

``error_code`` of an error event holds one of these, or else NetSuite's own code, unchanged (``USER_ERROR``).
Run as a module, this prints `schemas/ERROR_CODES.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Place = Literal["Lago", "Kafka", "connections.yaml", "NetSuite", "the worker"]

MAPPED_FROM_NETSUITE = (
    "period_closed",
    "currency_not_on_customer",
    "invalid_reference",
    "link_not_found",
    "missing_field",
    "record_deleted",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode:
    """
    One code.

    Attributes:
        meaning: what is the case, as a sentence.
        change: what a person can do about it, as a sentence; afterwards the event can be replayed.
        where: the place of the change.
    """

    code: str
    meaning: str
    change: str
    where: Place


def _listed(*codes: ErrorCode) -> dict[str, ErrorCode]:
    return {each.code: each for each in codes}


CATALOGUE = _listed(
    ErrorCode(
        code="undecodable",
        meaning="The record is no Lago webhook, or an object in it lacks what Lago always sends.",
        change="Produce the webhook body byte for byte as Lago sent it.",
        where="Kafka",
    ),
    ErrorCode(
        code="unclaimed",
        meaning="No connection of the file claims the event.",
        change="Add a connection for the organisation, or widen select of one.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="incomplete_event",
        meaning="The event lacks an object without which nothing can be booked: customer, fees, date, ids.",
        change="Send the webhook as Lago made it; a shortened body cannot be booked.",
        where="Kafka",
    ),
    ErrorCode(
        code="invalid_mapping",
        meaning="No NetSuite item or tax is mapped for what Lago has billed; nothing is dropped.",
        change="Add the mapping that the hint names, or a fallback_item.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="invalid_expression",
        meaning="An expression under mapping.fields does not suit the event: a key is missing, types differ.",
        change="Correct the expression at the line that the hint names; has(event.key) asks for a key first.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="unknown_currency",
        meaning="The document's currency is not among mapping.currencies.",
        change="Add the currency with NetSuite's internal id of it.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="total_mismatch",
        meaning="Lines and taxes do not make Lago's total, in the event or in NetSuite; nothing is posted.",
        change="Compare taxes, discounts and rounding; a line or a tax is missing from one of the two.",
        where="NetSuite",
    ),
    ErrorCode(
        code="conflict",
        meaning="The document stands in NetSuite already with other content; it is never overwritten.",
        change="Compare NetSuite's document with Lago's and correct NetSuite's by hand.",
        where="NetSuite",
    ),
    ErrorCode(
        code="lago_api_key_missing",
        meaning="A payment may be for several connections, and Lago cannot be asked for which.",
        change="Set lago.api_url and lago.api_key, or sync.payments: false at all connections but one.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="lago_customer_missing",
        meaning="Lago knows no customer of that external id in the organisation of the key, or no longer.",
        change="Use a key of the event's organisation; book by hand what is billed to a deleted customer.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="link_not_found",
        meaning="Lago links the customer to a NetSuite internal id that is no customer there.",
        change="Correct the NetSuite customer id at the customer's connection in Lago.",
        where="Lago",
    ),
    ErrorCode(
        code="link_taken",
        meaning="Lago links the customer to a NetSuite customer that another Lago customer is linked to.",
        change="Link each Lago customer to a NetSuite customer of its own.",
        where="Lago",
    ),
    ErrorCode(
        code="invalid_reference",
        meaning="The mapping names an item, account, subsidiary or the like that NetSuite does not accept.",
        change="Compare the internal id with the list in NetSuite, and whether the subsidiary may use it.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="missing_field",
        meaning="NetSuite demands a field that Lago does not fill.",
        change="Fill it under mapping.fields by constant or expression, or make it optional on the form.",
        where="connections.yaml",
    ),
    ErrorCode(
        code="record_deleted",
        meaning="A record that this one refers to has been deleted in NetSuite.",
        change="Restore the record, or correct what refers to it.",
        where="NetSuite",
    ),
    ErrorCode(
        code="period_closed",
        meaning="The document's date lies in a closed or locked accounting period.",
        change="Open the period, or set closed_period to hold or next_open_period.",
        where="NetSuite",
    ),
    ErrorCode(
        code="currency_not_on_customer",
        meaning="NetSuite's customer does not have the document's currency, or the account does not.",
        change="Add the currency on the customer's Financial tab, or correct mapping.currencies.",
        where="NetSuite",
    ),
    ErrorCode(
        code="void_of_paid_invoice",
        meaning="A void came for an invoice to which payments or credits are applied in NetSuite.",
        change="Take the applications off the invoice; what was paid needs a refund or another invoice.",
        where="NetSuite",
    ),
    ErrorCode(
        code="overapplied",
        meaning="A payment or credit memo exceeds what is due on its invoices.",
        change="Look for a payment booked by hand on the same invoice, and take one of the two off it.",
        where="NetSuite",
    ),
    ErrorCode(
        code="not_applicable",
        meaning="A payment or credit memo is of another customer, currency or account than its invoice.",
        change="Compare the two in NetSuite; after a changed link the invoice stands at the former customer.",
        where="NetSuite",
    ),
    ErrorCode(
        code="restlet_outdated",
        meaning="The deployed RESTlet does not know what this worker asks of it.",
        change="Deploy the RESTlet that belongs to the worker's version.",
        where="NetSuite",
    ),
    ErrorCode(
        code="dependency_missing",
        meaning="What the record refers to, an invoice or a customer, did not come into NetSuite in time.",
        change="Look for the error event of that other record, mend its cause, replay both.",
        where="NetSuite",
    ),
    ErrorCode(
        code="parked_too_long",
        meaning="NetSuite could not take the record for as long as it may be parked.",
        change="Look at the last answer in the message, then replay the event.",
        where="NetSuite",
    ),
    ErrorCode(
        code="internal_error",
        meaning="The worker's own code failed on this event: a defect of lago-netsuite.",
        change="Report it with the worker's log, and replay the event once it is mended.",
        where="the worker",
    ),
)
"""By code."""


def markdown() -> str:
    """The catalogue as the page `schemas/ERROR_CODES.md`."""
    rows = [f"| `{e.code}` | {e.meaning} | {e.change} | {e.where} |" for e in CATALOGUE.values()]
    mapped = ", ".join(f"`{code}`" for code in MAPPED_FROM_NETSUITE)
    return "\n".join(
        [
            "# Error codes",
            "",
            "Generated by `python -m schemas.error_codes`; edit `schemas/error_codes.py`.",
            "",
            "`provider_error.error_code` of an error event is one of these codes, or NetSuite's own.",
            f"Where one of these stands for several of NetSuite's ({mapped}),",
            "`details.netsuite_code` holds NetSuite's.",
            "",
            "| Code | Meaning | What to change | Where |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201 - the page itself
