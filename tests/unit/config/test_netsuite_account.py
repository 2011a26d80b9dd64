from __future__ import annotations

import pytest

from consumer.config import netsuite_account


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234567", "1234567"),
        ("1234567_SB1", "1234567_SB1"),
        ("1234567-sb1", "1234567_SB1"),
        ("1234567_sb1", "1234567_SB1"),
        (" 1234567-RP ", "1234567_RP"),
        ("tstdrv1234567", "TSTDRV1234567"),
    ],
)
def test_account_id_is_normalised_from_either_spelling(text, expected):
    """
    However an id is written, the realm's spelling comes out; doing it twice changes nothing.
    """
    found = netsuite_account.normalise_account_id(text)

    assert expected == found
    assert expected == netsuite_account.normalise_account_id(found)


@pytest.mark.parametrize(
    "text", ["", "  ", "1234567.sb1", "https://1234567.app.netsuite.com", "12 34", "_SB1"]
)
def test_text_that_is_no_account_id_is_refused_by_name(text):
    """The message has the given text and the form of an id."""
    with pytest.raises(ValueError, match="is not a NetSuite account id such as 1234567"):
        netsuite_account.normalise_account_id(text)


def test_host_label_is_lower_case_with_a_hyphen():
    """
    Hosts know the other spelling than the realm.
    """
    assert netsuite_account.host_label("1234567_SB1") == "1234567-sb1"


@pytest.mark.parametrize("path", ["/app/x.nl?id=7", "app/x.nl?id=7"])
def test_app_url_is_absolute(path):
    """
    A path of the user interface becomes a link that opens it.
    """
    assert (
        netsuite_account.app_url("1234567_SB1", path) == "https://1234567-sb1.app.netsuite.com/app/x.nl?id=7"
    )


def test_restlet_url_is_taken_apart_and_keeps_every_parameter():
    """
    Whatever else stands in the query is sent and signed too.
    """
    found = netsuite_account.split_restlet_url(
        "https://h.example/app/site/hosting/restlet.nl?script=a&deploy=b&ns-at=c%20d"
    )

    assert found.url == "https://h.example/app/site/hosting/restlet.nl"
    assert (found.script, found.deploy) == ("a", "b")
    assert found.query == (("script", "a"), ("deploy", "b"), ("ns-at", "c d"))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://h.example/restlet.nl?script=a", "has no deploy parameter"),
        ("https://h.example/restlet.nl", "has no script and no deploy parameter"),
        ("https://h.example/restlet.nl?script=&deploy=b", "has no script parameter"),
        ("/app/site/hosting/restlet.nl?script=a&deploy=b", "is not an absolute https address"),
    ],
)
def test_unusable_restlet_url_is_explained(url, sentence):
    """
    The sentence names what is missing.
    """
    with pytest.raises(ValueError, match=sentence):
        netsuite_account.split_restlet_url(url)


@pytest.mark.parametrize(
    ("restlet_url", "expected"),
    [
        (
            "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=a&deploy=b",
            "https://1234567-sb1.suitetalk.api.netsuite.com/services/rest/auth/oauth2/v1/token",
        ),
        (
            "http://127.0.0.1:8460/app/site/hosting/restlet.nl?script=a&deploy=b",
            "http://127.0.0.1:8460/services/rest/auth/oauth2/v1/token",
        ),
    ],
)
def test_token_url_follows_from_the_restlet_url(restlet_url, expected):
    """Oracle's RESTlet hosts have another host for tokens; other hosts have them at the same origin."""
    assert netsuite_account.token_url(restlet_url) == expected
