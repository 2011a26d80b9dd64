"""Settings of credits, voids and refunds that contradict each other are refused when the file is read."""

import pytest

from consumer.config import connections_file
from consumer.errors import ConfigurationError
from tests.support.connection_files import LINE_MODE, settings, yaml_text


def problems(folder, **changes):
    path = folder / "connections.yaml"
    path.write_text(yaml_text(settings(**changes)))
    try:
        connections_file.load(path)
    except ConfigurationError as error:
        return error.problems
    return ()


@pytest.mark.parametrize("sync", [None, {}, {"credit_notes": True}, {"credit_notes": []}])
def test_negative_lines_beside_open_memos_are_refused_with_both_ways_out(tmp_path, sync):
    """The credit would count twice: as the line, and as the memo that nobody closes."""
    found = [one for one in problems(tmp_path, credits="line", sync=sync) if ".credits: " in one]

    assert len(found) == 1
    assert (
        "connections[0].credits: a negative line for a spent credit note counts the credit twice" in found[0]
    )
    assert "credits: apply, or sync.credit_notes: false" in found[0]


def test_negative_lines_without_memos_and_memos_without_lines_are_fine(tmp_path):
    """Either is one credit."""
    assert problems(tmp_path, **LINE_MODE) == ()
    assert problems(tmp_path, credits="apply") == ()


def refund_faults(folder, **changes):
    return [one for one in problems(folder, **changes) if ".refunds: " in one]


PLACE = {"account": "110", "payment_method": "5"}


@pytest.mark.parametrize(
    ("refund", "missing"),
    [
        (None, ["account", "payment_method"]),
        ({"account": "110"}, ["payment_method"]),
        ({"currencies": {"USD": {"payment_method": "5"}}}, ["account"]),
        ([], ["account", "payment_method"]),
    ],
)
def test_refunds_need_the_account_and_the_method_that_netsuite_demands(tmp_path, refund, missing):
    """Said when the file is read, not at the first refund."""
    mapping = {"refund": refund} if refund is not None else {}

    found = refund_faults(tmp_path, refunds="customer_refund", mapping=mapping)

    assert [one.rpartition("needs mapping.refund.")[2].partition(",")[0] for one in found] == missing


@pytest.mark.parametrize(
    "mapping",
    [
        {"refund": PLACE},
        {"refund": {"currencies": {"EUR": PLACE}}},
        {"billing_entities": {"acme-fr": {"refund": PLACE}}},
    ],
)
def test_they_may_stand_wherever_other_rules_stand(tmp_path, mapping):
    """At the organisation, at a billing entity, or for one currency."""
    assert problems(tmp_path, refunds="customer_refund", mapping=mapping) == ()


def test_refunds_need_the_memos_that_they_pay_back(tmp_path):
    """And by default a person makes them, for which nothing is needed."""
    off = {"credit_notes": False}

    found = refund_faults(tmp_path, refunds="customer_refund", sync=off, mapping={"refund": PLACE})

    assert len(found) == 1
    assert "sync.credit_notes: false books none" in found[0]
    assert problems(tmp_path, sync=off) == ()
