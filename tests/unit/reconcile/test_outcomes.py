"""Each document has one outcome, whatever is found of it."""

from consumer.reconcile import outcomes
from consumer.reconcile.acceptance import Acceptance, AcceptedDifference, Division
from consumer.reconcile.difference import Difference
from consumer.reconcile.expected import Expected


def document(lago_id, kind="invoice"):
    return Expected(kind=kind, lago_id=lago_id, external_id=f"lago-inv-{lago_id}", number=lago_id)


def difference(what, lago_id, kind="invoice"):
    return Difference(what=what, kind=kind, number=lago_id, lago_id=lago_id)


def opened(*differences):
    return Division(open=differences)


def test_a_document_without_a_difference_agrees_and_one_with_several_differs_once():
    """The kinds of difference are named once each."""
    found = list(
        outcomes.of(
            [document("a"), document("b")],
            opened(difference("total", "b"), difference("line_tax", "b"), difference("line_tax", "b")),
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

    assert outcomes.counted(documents, opened(*found)) == {
        "agrees": 1,
        "unmapped": 1,
        "ambiguous": 1,
        "missing": 1,
    }


def test_a_record_that_lago_lacks_is_no_documents_outcome():
    """It is listed among the differences alone."""
    assert outcomes.counted([document("a")], opened(difference("extra", "z"))) == {"agrees": 1}


def test_a_document_is_accepted_where_no_difference_of_it_is_open():
    """Whatever kind was accepted."""
    known = Acceptance(key="k", digest="d", actor="ada", at="x", reason="ok")
    same = [
        AcceptedDifference(difference=difference(what, lago_id), acceptance=known)
        for what, lago_id in (("missing", "a"), ("tax", "b"))
    ]
    documents = [document("a"), document("b"), document("c")]
    division = Division(open=[difference("total", "b")], accepted=same)

    assert outcomes.counted(documents, division) == {"agrees": 1, "accepted": 1, "differs": 1}
    assert [each.differences for each in outcomes.of(documents, division)] == [
        ("missing",),
        ("total", "tax"),
        (),
    ]
