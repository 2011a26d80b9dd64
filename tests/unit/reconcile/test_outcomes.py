"""Each document has one outcome, whatever is found of it."""

from consumer.reconcile import outcomes
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected


def document(lago_id, kind="invoice"):
    return Expected(kind=kind, lago_id=lago_id, external_id=f"lago-inv-{lago_id}", number=lago_id)


def difference(what, lago_id, kind="invoice"):
    return Difference(what=what, kind=kind, number=lago_id, lago_id=lago_id)


def test_a_document_without_a_difference_agrees_and_one_with_several_differs_once():
    """The kinds of difference are named once each."""
    found = list(
        outcomes.of(
            [document("a"), document("b")],
            [difference("total", "b"), difference("line_tax", "b"), difference("line_tax", "b")],
        )
    )

    assert [(each.outcome, each.differences) for each in found] == [
        ("agrees", ()),
        ("differs", ("total", "line_tax")),
    ]


def test_what_is_missing_does_not_differ_and_another_kind_with_its_id_is_another_document():
    """The first that applies is the outcome."""
    documents = [document("a"), document("b"), document("c"), document("a", "payment")]
    found = [
        difference("paid_without_payment", "a"), difference("missing", "a"), difference("ambiguous", "b"),
        difference("total", "c"), difference("unmapped", "c"),
    ]  # fmt: skip

    assert outcomes.counted(documents, found) == {"agrees": 1, "unmapped": 1, "ambiguous": 1, "missing": 1}


def test_a_record_that_lago_lacks_is_no_documents_outcome():
    """It is listed among the differences alone."""
    assert outcomes.counted([document("a")], [difference("extra", "z")]) == {"agrees": 1}
