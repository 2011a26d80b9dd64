from __future__ import annotations

import json

import pytest

from consumer.netsuite import response_body
from tests.unit.netsuite import examples


def test_envelope_is_read():
    """
    A JSON object by contract is the script's own answer.
    """
    found = response_body.read(examples.body(examples.envelope(examples.created())))

    assert isinstance(found, response_body.Envelope)
    assert found.response.items[0].internal_id == "77"


def test_envelope_inside_of_a_json_string_is_read():
    """
    A script that returned JSON.stringify(x) says the same as one that returned x.
    """
    plain = examples.body(examples.envelope(examples.created()))

    assert response_body.read(json.dumps(plain.decode()).encode()) == response_body.read(plain)


INNER = {
    "type": "error.SuiteScriptError",
    "name": "USER_ERROR",
    "message": "Enter a location",
    "stack": ["a"],
}


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            b'{"error" : {"code" : "USER_ERROR", "message" : "Enter a location"}}',
            "USER_ERROR",
            "Enter a location",
        ),
        (b'{"error":{"code":"USER_ERROR","message":"Enter a location"}}', "USER_ERROR", "Enter a location"),
        (examples.platform_error("USER_ERROR", json.dumps(INNER)), "USER_ERROR", "Enter a location"),
        (
            examples.body({"error": {"code": "USER_ERROR", "message": INNER}}),
            "USER_ERROR",
            "Enter a location",
        ),
        (b"error code: USER_ERROR\nerror message: Enter a location", "USER_ERROR", "Enter a location"),
        (b'{"error":"invalid_grant","error_description":"expired"}', "invalid_grant", "expired"),
        (b'{"error":"invalid_client"}', "invalid_client", ""),
        (b'{"error":{"code":"X"}}', "X", ""),
        (
            b'{"type":"about:blank","status":401,"o:errorDetails":[{"detail":"Bad.","o:errorCode":"INVALID_LOGIN"}]}',
            "INVALID_LOGIN",
            "Bad.",
        ),
    ],
)
def test_every_form_of_a_platform_error_gives_its_code_and_sentence(body, code, message):
    """
    JSON with and without spaces, JSON inside of the message, the text form, OAuth's and the REST form.
    """
    assert response_body.read(body) == response_body.PlatformError(code=code, message=message)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<html><head><TITLE>\n Maintenance </TITLE></head></html>", "Maintenance"),
        (b"  <!DOCTYPE html><p>", "untitled"),
    ],
)
def test_html_is_a_page(body, title):
    """
    What starts like markup is for people, and its title is all that is kept of it.
    """
    assert response_body.read(body) == response_body.Page(title=title)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the answer is empty"),
        (b"   ", "the answer is empty"),
        (b"ok", "the answer is not a JSON object"),
        (b"[1]", "the answer is not a JSON object"),
        (b"null", "the answer is not a JSON object"),
        (b'{"v": 1, "items": [', "the answer is not a JSON object"),
        (b"\xff\xfe", "the answer is not a JSON object"),
        (b'{"id": 7}', "contract version None instead of 1"),
        (b'{"v": 2, "items": []}', "contract version 2 instead of 1"),
        (
            b'{"v": 1, "items": [{"ref": "1", "status": "melted"}]}',
            "the answer breaks the contract at items.0.status",
        ),
    ],
)
def test_anything_else_is_unreadable_and_says_why(body, reason):
    """
    No bytes whatever make reading fail.
    """
    assert response_body.read(body) == response_body.Unreadable(reason=reason)


def test_long_sentences_are_cut():
    """
    A stack trace in place of a sentence does not travel on.
    """
    found = response_body.read(examples.platform_error("X", "a" * 10_000))

    assert isinstance(found, response_body.PlatformError)
    assert len(found.message) == response_body.MAX_MESSAGE_CHARS
