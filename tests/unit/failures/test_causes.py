"""All failures that one change fixes are one row, with the sum of their amounts."""

from decimal import Decimal

import pytest

from consumer.failures.causes import grouped, pattern_of
from tests.unit.failures.errors import failure

UUID = "1f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05"


def test_one_code_and_one_message_are_one_cause():
    """Oldest cause first, oldest failure first."""
    found = grouped([failure(3), failure(2, code="period_closed"), failure(1)])

    assert [(each.code, [one.id for one in each.failures]) for each in found] == [
        ("invalid_mapping", ["error-1", "error-3"]),
        ("period_closed", ["error-2"]),
    ]


def test_connections_are_not_mixed():
    """Each has its own configuration to fix."""
    assert len(grouped([failure(1), failure(2, connection="netsuite-us")])) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"invoice {UUID} is missing", "invoice 2f0e5a44-98a5-4b0c-8f5e-7d1c2b3a4d05 is missing"),
        ("Lago's total is 10.00, NetSuite's 9.99", "Lago's total is 1,234.50, NetSuite's -1"),
        ("the period of 2026-07-31 is closed", "the period of 2026-06-30 is closed"),
        ("waits for invoice ACME-2026-001", "waits for invoice ACME-2025-999"),
        ("waited since 2026-07-31T09:00:00Z", "waited since 2026-08-01T10:11:12.123Z"),
    ],
)
def test_ids_numbers_and_dates_do_not_tell_causes_apart(one, other):
    """They differ from document to document."""
    assert pattern_of(failure(1, message=one)) == pattern_of(failure(2, message=other))


def test_the_documents_own_names_do_not_tell_causes_apart():
    """Its number, its id, its customer's ids."""
    first = failure(1, message="ACME-1 of café-7 failed", customers=frozenset({"café-7"}))
    second = failure(2, message="ACME-2 of bar failed", customers=frozenset({"bar"}))

    assert pattern_of(first) == pattern_of(second) == "… of … failed"


@pytest.mark.parametrize(("one", "other"), [("no item for 'vat_20'", "no item for 'vat_7'")])
def test_codes_tell_causes_apart(one, other):
    """Each needs a mapping of its own, digits or not."""
    assert pattern_of(failure(message=one)) != pattern_of(failure(message=other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "invoice ACME-1 (59.50 EUR, 2026-07-31): Bitte Kostenstelle angeben.",
            "invoice ACME-2 (7.00 USD, 2026-08-01): Bitte Kostenstelle angeben.",
        ),
        (
            "void of invoice ACME-1 (59.50 EUR, 2026-07-31): Bitte Kostenstelle angeben.",
            "invoice ACME-2 (7.00 USD): Bitte Kostenstelle angeben.",
        ),
    ],
)
def test_what_a_message_says_of_its_document_does_not_tell_causes_apart(one, other):
    """Amount and currency least of all."""
    found = grouped([failure(1, message=one), failure(2, message=other)])

    assert [each.pattern for each in found] == ["Bitte Kostenstelle angeben."]


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("period_closed", "finance"),
        ("invalid_mapping", "connector operator"),
        ("INSUFFICIENT_PERMISSION", "NetSuite administrator"),
        ("ACME_RULE_7", "NetSuite administrator"),
    ],
)
def test_a_cause_says_who_can_fix_it(code, who):
    """So that it reaches that person; a code nobody knows comes from a script of the account."""
    [cause] = grouped([failure(1, code=code)])

    assert cause.as_json()["who"] == who


def test_amounts_are_summed_by_currency():
    """Exactly, and a document that failed twice is missing once."""
    [cause] = grouped(
        [
            failure(1, amount=Decimal("0.10")),
            failure(2, amount=Decimal("0.20")),
            failure(3, object_id="inv-1", amount=Decimal("0.10")),
            failure(4, amount=Decimal("5.000"), currency="KWD"),
            failure(5, amount=None, currency=None),
        ]
    )

    assert cause.amounts == {"EUR": Decimal("0.30"), "KWD": Decimal("5.000")}
    assert cause.as_json()["amounts"] == {"EUR": "0.30", "KWD": "5.000"}
    assert cause.as_json()["count"] == 5


def test_the_fix_is_what_the_event_says_else_what_the_catalogue_does():
    """It is for a person who has to act."""
    assert grouped([failure(hint="map it")])[0].fix == "map it"
    assert "mapping" in grouped([failure(code="invalid_mapping")])[0].fix
    assert grouped([failure(code="SOMETHING_OF_NETSUITES")])[0].fix == ""
