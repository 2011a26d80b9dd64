"""The bytes on the way to the RESTlet are exactly the contract's, and always the same for the same record."""

import json

import pytest
from pydantic import ValidationError

from schemas import wire
from schemas.wire import Response, WriteItem, WriteOptions, WriteRequest

ITEM = WriteItem(
    ref="1",
    mode="create_or_get",
    external_id="lago-inv-5f",
    lago_id="5f",
    version="2026-07-31T09:00:00Z",
    fingerprint="sha256:00",
    record={"type": "invoice", "columns": {"tranid": "ACME-ä"}},
    expect={"total": "1.48"},
)

ANSWER = {
    "v": 1,
    "request_id": "r",
    "items": [
        {
            "ref": "1",
            "status": "error",
            "type": "invoice",
            "internalId": 123,
            "novelty": True,
            "error": {"code": "USER_ERROR", "class": "missing_field", "message": "Please enter …", "line": 2},
        }
    ],
    "script": {"version": "1.0.0", "units_used": 30},
    "account": {"id": "1234567_SB1", "environment": "SANDBOX"},
}


def test_a_request_has_the_members_of_the_contract_in_its_order():
    """Compact UTF-8, nothing escaped that need not be."""
    body = WriteRequest(request_id="r", items=(ITEM,)).body()

    assert body.decode() == (
        '{"v":1,"op":"write","request_id":"r","options":{"min_units":300,"soft_deadline_s":200,"dry_run":false},'
        '"items":[{"ref":"1","mode":"create_or_get","external_id":"lago-inv-5f","lago_id":"5f",'
        '"version":"2026-07-31T09:00:00Z","fingerprint":"sha256:00",'
        '"record":{"type":"invoice","columns":{"tranid":"ACME-ä"}},"expect":{"total":"1.48"}}]}'
    )


def test_a_customer_expects_no_totals():
    """What an item does not have is not sent."""
    item = WriteItem(
        ref="1", mode="upsert", external_id="e", lago_id="l", version="", fingerprint="f", record={}
    )

    assert "expect" not in item.as_json()


def test_a_dry_run_is_an_option_of_the_request():
    """The request states the dry run."""
    request = WriteRequest(request_id="r", items=(), options=WriteOptions(dry_run=True, min_units=5))

    assert json.loads(request.body())["options"] == {"min_units": 5, "soft_deadline_s": 200, "dry_run": True}


def test_what_is_no_json_cannot_be_posted():
    """NaN would be accepted by Python and by nobody else."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        wire.canonical({"amount": float("nan")})


@pytest.mark.parametrize(
    "value",
    [
        "".join(map(chr, range(0x300))),
        "\u2028\u2029\ufeff\uffff\U0001f4b6 ä/\\",
        [True, False, None, 0, -1, 2**63, -(2**64), 10**30],
        {"b": {"a": [{}, [], ""], "": ()}, "a": ("1.10", {"ü": None})},
        ITEM.as_json(),
    ],
)
def test_a_request_has_the_bytes_that_json_gives_it(value):
    """A fingerprint is the hash of such bytes: it is compared with those that stand in NetSuite."""
    assert wire.encode(value) == wire.canonical(value)


def test_an_answer_is_read_with_its_camel_case_and_reserved_words():
    """``class`` is a keyword, ``internalId`` NetSuite's spelling, and a number is an id all the same."""
    item = Response.model_validate(ANSWER).items[0]

    assert item.internal_id == "123"
    assert item.error is not None
    assert (item.error.group, item.error.line, item.error.retryable) == ("missing_field", 2, False)


def test_an_answer_without_its_optional_parts_is_still_one():
    """Older scripts return less."""
    answer = Response.model_validate({"v": 1, "items": [{"ref": "1", "status": "created"}]})

    assert (answer.script.version, answer.account.id, answer.items[0].error) == ("unknown", "", None)


@pytest.mark.parametrize("answer", [{}, {"v": 1, "items": [{"ref": "1", "status": "danced"}]}, {"v": "one"}])
def test_an_answer_outside_of_the_contract_is_refused(answer):
    """An unknown status is nothing to guess about."""
    with pytest.raises(ValidationError):
        Response.model_validate(answer)
