"""`check --deep` looks at the accounts and methods that refunds are paid by."""

from tests.support.preflight_account import ONE_WORLD, findings


def failed(refund):
    found = findings(refunds="customer_refund", mapping=ONE_WORLD | {"refund": refund})
    return {id_: one.says for id_, one in found.items() if one.status == "fail"}


def test_a_bank_account_and_a_method_that_are_there_pass():
    """Also those of a single currency."""
    places = {"account": "110", "payment_method": "5"}

    assert failed(places | {"currencies": {"USD": places}}) == {}


def test_an_account_of_another_type_and_ids_that_are_not_there_fail_by_name():
    """Before the first refund."""
    wrong = {"account": "102", "payment_method": "77", "currencies": {"USD": {"account": "999"}}}

    said = " ".join(f"{id_} {says}" for id_, says in failed(wrong).items())

    assert "is of type Income" in said
    assert "77" in said
    assert "999" in said
