from __future__ import annotations

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.netsuite import oauth1
from consumer.netsuite.auth import SignatureAuth

ORACLE = oauth1.Credentials(
    realm="123456",
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)
ORACLE_URL = (
    "https://123456.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
    "?script=6&deploy=1&customParam=someValue&testParam=someOtherValue"
)
ORACLE_STAMP = oauth1.Stamp(nonce="fjaLirsIcCGVZWzBX0pg", timestamp_s=1508242306)
OURS = oauth1.Credentials(
    realm="1234567_SB1", consumer_key="ck", consumer_secret="cs", token="tk", token_secret="ts"
)
OUR_STAMP = oauth1.Stamp(nonce="n0nce1234567890abcde", timestamp_s=1700000000)
OUR_SIGNATURE = "mFkDKuQ4nPTXcD1kiX3IgFO3GCoGo3UwA7BpFPn1siE="


def our_url(name: str) -> str:
    return (
        "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
        f"?script=customscript_lago_connector_rl&deploy=customdeploy_lago_connector_rl&op=health&name={name}"
    )


def test_signature_of_oracles_own_example():
    """
    Oracle's inputs (section_1534941088) give the signature that its page prints without the leading plus.
    """
    found = oauth1.sign("POST", ORACLE_URL, ORACLE, ORACLE_STAMP)

    assert found == "+KK4SKNgz4ZiILGLwOMtfYlgcXSy1eis8ldE9X90azQ="


@pytest.mark.parametrize("name", ["a%20b%2Bc%26d", "a+b%2Bc%26d"])
def test_signature_covers_the_decoded_query(name):
    """
    Spaces, plus signs and ampersands in values are signed as what they mean, however they are written.
    """
    assert oauth1.sign("GET", our_url(name), OURS, OUR_STAMP) == OUR_SIGNATURE


@pytest.mark.parametrize(
    ("method", "url"), [("POST", our_url("a%20b%2Bc%26d")), ("GET", our_url("a%20b%2Bc%26d") + "&x=1")]
)
def test_signature_changes_with_the_method_and_with_every_parameter(method, url):
    """
    Nothing about the request line may be altered on the way.
    """
    assert oauth1.sign(method, url, OURS, OUR_STAMP) != OUR_SIGNATURE


def test_header_holds_the_realm_as_it_is_and_everything_else_encoded():
    """
    The realm keeps its underscore; the signature's plus and equals signs are percent-encoded.
    """
    header = oauth1.authorization("POST", ORACLE_URL, ORACLE, ORACLE_STAMP)

    assert header.startswith('OAuth realm="123456", ')
    assert 'oauth_signature_method="HMAC-SHA256"' in header
    assert 'oauth_version="1.0"' in header
    assert 'oauth_timestamp="1508242306"' in header
    assert 'oauth_signature="%2BKK4SKNgz4ZiILGLwOMtfYlgcXSy1eis8ldE9X90azQ%3D"' in header


def test_secrets_are_not_part_of_the_text_form():
    """
    Printing credentials by accident shows no secret.
    """
    assert "cs" not in repr(OURS).replace("consumer_secret", "")
    assert "ts" not in repr(OURS)


async def test_each_request_is_signed_for_its_own_address():
    """Also when another address was signed in between."""
    auth = SignatureAuth(OURS, FakeClock(), nonce=lambda: "a~b c")
    addresses = [httpx.URL(our_url(name)) for name in ("a", "b", "a")]

    signed = []
    for url in addresses:
        request = httpx.Request("POST", url)
        await anext(auth.async_auth_flow(request))
        signed.append(request.headers["Authorization"])

    stamp = oauth1.Stamp(nonce="a~b c", timestamp_s=int(FakeClock().now().timestamp()))
    assert signed == [oauth1.authorization("POST", str(url), OURS, stamp) for url in addresses]
    assert signed[0] == signed[2] != signed[1]
    assert 'oauth_nonce="a~b%20c"' in signed[0]
