"""All failures that one change fixes are one row, with the sum of their amounts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consumer.failures.causes import grouped
from consumer.failures.history import History
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING
from tests.unit.failures.errors import failure, mark, source
from tests.unit.failures.planted import INVOICE, NOTE, unmapped


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


def metrics(*codes, mapped=()):
    """The failure of an invoice that bills these metrics, of which some are mapped."""
    event = lago.invoice_event(content=lago.invoice([lago.fee("charge", code=code) for code in codes]))
    items = {code: {"id": "811"} for code in mapped}
    rules = {name: rule for name, rule in FULL_MAPPING.items() if name != "fallback_item"}
    return unmapped(event, **rules | {"billable_metrics": items})


def test_an_event_with_three_gaps_counts_for_each():
    """Three unmapped metrics whose codes differ by digits are three causes, each with its own fix."""
    found = grouped([metrics("metric_1", "metric_2", "metric_3")])

    assert [(each.key, len(each.failures)) for each in found] == [
        ("mapping.billable_metrics.metric_1", 1),
        ("mapping.billable_metrics.metric_2", 1),
        ("mapping.billable_metrics.metric_3", 1),
    ]
    assert all(each.pattern.startswith("no NetSuite item is mapped for charge") for each in found)
    assert all(each.key in each.fix for each in found)


def test_a_replay_after_one_of_three_gaps_is_filled_clears_that_one():
    """The other two stay."""
    history = History()
    first = metrics("metric_1", "metric_2", "metric_3")
    again = metrics("metric_1", "metric_2", "metric_3", mapped=("metric_2",))
    history.note_failure(first)
    history.note_mark(mark(1, "replayed", replayed_to=900).model_copy(update={"error_id": first.id}))
    history.note_failure(replace(again, id="error-2", source=source(900)))

    assert [each.key for each in grouped(history.open({}))] == [
        "mapping.billable_metrics.metric_1",
        "mapping.billable_metrics.metric_3",
    ]


def test_one_currency_that_is_missing_is_one_cause_for_invoices_and_notes():
    """The setting is the same, whatever the documents are called."""
    rules = FULL_MAPPING | {"currencies": {"USD": "1"}}
    [cause] = grouped([unmapped(INVOICE, **rules), replace(unmapped(NOTE, **rules), id="note")])

    assert (cause.key, len(cause.failures)) == ("mapping.currencies.EUR", 2)
    assert cause.pattern == "no NetSuite currency is mapped for EUR"
    assert cause.as_json()["who"] == "connector operator"


def test_ids_that_netsuite_does_not_have_are_causes_of_their_own():
    """They differ by digits only, and each is another line of the mapping."""
    details = [{"field": "item", "value": value, "class": "x"} for value in ("811", "812")]
    found = grouped(failure(n, code="invalid_reference", details=each) for n, each in enumerate(details))

    assert [each.key for each in found] == ["field item, value 811", "field item, value 812"]


def test_a_period_is_one_cause_and_its_documents_dates_are_none():
    """It is opened once; another one is another act."""
    july = [
        failure(
            n, code="period_closed", message=f"period of 2026-07-{n} is closed", details={"period": "Jul"}
        )
        for n in (1, 2)
    ]
    august = failure(3, code="period_closed", details={"period": "Aug"})

    assert [len(each.failures) for each in grouped([*july, august])] == [2, 1]
    assert grouped(july)[0].pattern.startswith("The document's date lies in a closed")


def test_the_figures_of_a_single_document_are_shown():
    """Of several the code says what is wrong; their figures are in the list of documents."""
    one = failure(1, code="total_mismatch", message="invoice ACME-1 (10.00 EUR): 10.00 against 9.99")
    other = failure(2, code="total_mismatch", message="invoice ACME-2 (10.00 EUR): 1,234.50 against -1")

    assert [each.pattern for each in grouped([one])] == ["10.00 against 9.99"]
    assert [each.pattern for each in grouped([one, other])] == [
        "Lines and taxes do not make Lago's total, in the event or in NetSuite; nothing is posted"
    ]


def test_the_documents_own_names_do_not_tell_causes_of_a_script_apart():
    """Its number, its id, its customer's ids; nothing else is blanked, so digits do tell them apart."""
    found = grouped(
        [
            failure(1, code="ACME", message="ACME-1 of café-7 failed", customers=frozenset({"café-7"})),
            failure(2, code="ACME", message="ACME-2 of bar failed", customers=frozenset({"bar"})),
            failure(3, code="ACME", message="rule 17"),
            failure(4, code="ACME", message="rule 18"),
        ]
    )

    assert [each.pattern for each in found] == ["… of … failed", "rule 17", "rule 18"]


@pytest.mark.parametrize(("one", "other"), [("no item for 'vat_20'", "no item for 'vat_7'")])
def test_codes_tell_causes_apart_in_events_of_former_versions(one, other):
    """These name no gaps."""
    assert len(grouped([failure(1, message=one), failure(2, message=other)])) == 2


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
