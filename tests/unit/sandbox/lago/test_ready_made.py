"""What a ready-made organisation has, and what its seed decides."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from consumer.sandbox.lago.ready_made import BUYERS, MONTHS, ready_made

AUGUST, LATER = datetime(2026, 8, 19, 10, 30, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
DOCUMENTS = ("customers", "invoices", "credit_notes", "payments")


def made(seed=7, *, at=AUGUST, slug="acme"):
    return ready_made(seed, now=lambda: at, slug=slug)


def amounts(organization):
    return {
        lago_id: document["total_amount_cents"]
        for documents in (organization.invoices, organization.credit_notes)
        for lago_id, document in documents.items()
    } | {lago_id: payment["amount_cents"] for lago_id, payment in organization.payments.items()}


def test_ids_and_amounts_follow_from_the_seed_whatever_the_day():
    """The dates are those of the months before the start."""
    first, later = made(), made(at=LATER)

    assert amounts(first) == amounts(later)
    assert first.lago_id == later.lago_id
    assert {invoice["issuing_date"][:7] for invoice in first.invoices.values()} == {
        "2026-05",
        "2026-06",
        "2026-07",
    }
    assert {invoice["issuing_date"][:7] for invoice in later.invoices.values()} == {
        "2026-10",
        "2026-11",
        "2026-12",
    }


@pytest.mark.parametrize("other", [{"seed": 8}, {"slug": "globex"}])
def test_another_seed_or_name_is_another_organisation(other):
    """No id is in both."""
    one, another = made(), made(**other)

    assert one.lago_id != another.lago_id
    for name in DOCUMENTS:
        assert getattr(one, name).keys().isdisjoint(getattr(another, name))


@pytest.mark.parametrize("seed", range(10))
def test_every_seed_gives_each_kind_of_document(seed):
    """What there is to try out does not depend on luck, and nothing waits to be sent."""
    organization = made(seed)
    invoices = list(organization.invoices.values())

    assert len(organization.customers) == len(BUYERS)
    assert len(invoices) == MONTHS * (len(BUYERS) + 1)
    assert len(organization.credit_notes) == MONTHS
    assert sum(invoice["status"] == "voided" for invoice in invoices) == MONTHS
    assert any(0 < one["total_paid_amount_cents"] < one["total_amount_cents"] for one in invoices)
    assert any(one["payment_status"] == "succeeded" for one in invoices)
    assert organization.outbox == []
    assert organization.now() == AUGUST
