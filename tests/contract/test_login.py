"""Our client, and calls that no client of ours would make, against the sandbox's logins (rows 1-5)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from consumer.clock import FakeClock
from consumer.netsuite import oauth1
from consumer.netsuite.client import Client
from consumer.outcome import AccountDown, Delivered
from consumer.sandbox.netsuite.profile import OAuth2, Profile
from schemas import wire
from tests.contract import sandbox_server as boxes
from tests.contract.sandbox_server import Sandbox

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
RSA = RSAKey.generate_key(3072)


@pytest.fixture(scope="module")
def box():
    with boxes.running() as running:
        yield running


@pytest.mark.parametrize("auth", ["tba", "oauth2"])
async def test_both_ways_to_log_in_write(box, auth):
    """The credentials of `/sandbox/credentials` work unchanged."""
    outcome = await box.write(boxes.customer(f"login-{auth}"), auth)

    assert isinstance(outcome, Delivered)
    assert box.last_reason() is None


@pytest.mark.parametrize("auth", ["tba", "oauth2"])
async def test_ping_meets_the_account(box, auth):
    """
    Version, account and environment come back.
    """
    found = await box.ping(auth)

    assert isinstance(found, wire.Response)
    assert (found.account.id, found.account.environment) == ("1234567_SB1", "SANDBOX")


@pytest.mark.parametrize("curve", ["P-256", "P-384", "P-521", "RSA"])
async def test_every_kind_of_certificate_logs_in(curve):
    """
    ES256, ES384, ES512 and PS256, each verified with the public key alone.
    """
    key = RSA if curve == "RSA" else ECKey.generate_key(curve)
    public = key.as_pem(private=False).decode()
    integration = OAuth2(kind="oauth2", client_id="ci", certificate_id="kid", public_key_pem=public)
    profile = Profile.load().model_copy(update={"integrations": (integration,)})
    auth = {"type": "oauth2", "client_id": "ci", "certificate_id": "kid"}

    with boxes.running(profile) as box:
        private_key = key.as_pem(private=True).decode()
        outcome = await box.ping(auth=auth | {"private_key": private_key})

    assert isinstance(outcome, wire.Response)


@pytest.mark.parametrize(
    ("auth", "changes", "reason"),
    [
        ("tba", {"client_id": "nobody"}, "consumer_key_unknown"),
        ("tba", {"client_secret": "wrong"}, "InvalidSignature"),
        ("tba", {"token_id": "nothing"}, "token_rejected"),
        ("tba", {"token_secret": "wrong"}, "InvalidSignature"),
        ("oauth2", {"client_id": "nobody"}, "iss"),
        ("oauth2", {"certificate_id": "expired"}, "kid"),
        ("oauth2", {"private_key": ECKey.generate_key("P-256").as_pem(private=True).decode()}, "signature"),
        ("oauth2", {"private_key": RSA.as_pem(private=True).decode()}, "signature"),
    ],
)
async def test_wrong_credentials_stop_the_account_with_a_sentence(box, auth, changes, reason):
    """
    Nothing is written; the sentence says what to check; only the audit trail knows the true reason.
    """
    before = box.stats()["calls"]

    outcome = await box.write(boxes.customer(), auth=box.credentials[auth] | changes)

    assert isinstance(outcome, AccountDown)
    assert outcome.reason.startswith("NetSuite refuses connection netsuite-eu with ")
    assert "check " in outcome.reason
    assert box.last_reason() == reason
    assert box.stats()["calls"] == before


@pytest.mark.parametrize("auth", ["tba", "oauth2"])
@pytest.mark.parametrize("skew_s", [-4000, 301])
async def test_clock_that_is_off_is_refused(box, auth, skew_s):
    """
    Five minutes are tolerated, more are not, in either direction.
    """
    clock = FakeClock(wall=box.clock.now() + timedelta(seconds=skew_s))

    async with Client(box.connection(auth), clock=clock, sleep=boxes.no_sleep) as client:
        outcome = await client.ping()

    assert isinstance(outcome, AccountDown)
    assert box.last_reason() in {"InvalidTimestamp", "iat", "exp"}


async def test_realm_of_another_account_is_refused(box):
    """
    The account id of the settings is the realm.
    """
    outcome = await box.ping(account_id="1234567_SB2")

    assert isinstance(outcome, AccountDown)
    assert "INVALID_LOGIN_ATTEMPT" in outcome.reason
    assert box.last_reason() == "realm_rejected"


async def test_other_environment_is_named_with_the_expected_one():
    """
    A production script behind a sandbox connection stops it, before and after writing.
    """
    profile = Profile.load().model_copy(update={"environment": "PRODUCTION"})

    with boxes.running(profile) as box:
        found = [
            await box.ping(environment="sandbox"),
            await box.write(boxes.customer(), environment="sandbox"),
        ]

    for outcome in found:
        assert isinstance(outcome, AccountDown)
        assert "is for account 1234567_SB1 (sandbox)" in outcome.reason
        assert "restlet_url leads to 1234567_SB1 (production)" in outcome.reason


async def test_revoked_token_is_replaced_without_anybody_noticing(box):
    """
    One refusal, one new login, and the record is written.
    """
    async with box.client("oauth2") as client:
        await client.ping()
        box.http.delete("/sandbox/tokens").raise_for_status()

        outcome = await client.write(boxes.customer("revoked"))

    assert isinstance(outcome, Delivered)


async def test_tokens_are_renewed_for_longer_than_they_live(box):
    """
    Half an hour at a time, for three hours.
    """
    async with box.client("oauth2") as client:
        for _ in range(6):
            assert isinstance(await client.ping(), wire.Response)
            box.clock.advance(1800)


def signed(box: Sandbox, *, url: str | None = None, **changes: Any) -> str:
    """Sign a ping as the default integration, in our own way or slightly off."""
    block = box.credentials["tba"]
    credentials = oauth1.Credentials(
        realm=changes.get("realm", "1234567_SB1"),
        consumer_key=block["client_id"],
        consumer_secret=block["client_secret"],
        token=block["token_id"],
        token_secret=block["token_secret"],
    )
    now_s = int(box.clock.now().timestamp()) + changes.get("skew_s", 0)
    stamp = oauth1.Stamp(nonce=changes.get("nonce", f"nonce-{secrets.token_hex()}"), timestamp_s=now_s)
    return oauth1.authorization("GET", url or ping_url(box), credentials, stamp)


def ping_url(box: Sandbox) -> str:
    return f"{box.restlet_url}&op=ping"


def ping(box: Sandbox, authorization: str | None, url: str | None = None) -> httpx.Response:
    headers = {"content-type": "application/json"} | (
        {"authorization": authorization} if authorization else {}
    )
    return box.http.get(url or ping_url(box), headers=headers)


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


LOGIN_REFUSED = (401, "INVALID_LOGIN_ATTEMPT")


def test_well_signed_ping_is_answered(box):
    """
    The calls below differ from this one in a single point each.
    """
    assert ping(box, signed(box, nonce="unique-nonce-1")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"realm": "1234567-sb1"}, "realm_rejected"),
        ({"realm": "1234567_sb1"}, "realm_rejected"),
        ({"skew_s": -301}, "InvalidTimestamp"),
        ({"skew_s": 301}, "InvalidTimestamp"),
        ({"nonce": "12345"}, "nonce_rejected"),
    ],
)
def test_stamp_and_realm_are_held_to(box, changes, reason):
    """
    Row 5: one undifferentiated refusal for the caller, the reason for the administrator.
    """
    assert refused(ping(box, signed(box, **changes))) == LOGIN_REFUSED
    assert box.last_reason() == reason


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("HMAC-SHA256", "HMAC-SHA1", "UnknownAlgorithm"),
        ('oauth_version="1.0"', 'oauth_version="2.0"', "VersionRejected"),
        ('oauth_nonce="', 'oauth_nonce="x', "InvalidSignature"),
        ('oauth_timestamp="', 'oauth_timestamp="x', "InvalidTimestamp"),
        ('oauth_version="1.0"', 'oauth_token=""', "parameter_rejected"),
        ('oauth_version="1.0"', 'oauth_nonce="1234567"', "parameter_rejected"),
        ('realm="1234567_SB1", ', "", "parameter_rejected"),
    ],
)
def test_altered_header_is_refused(box, old, new, reason):
    """
    Row 4 and 5: nothing in the header may be changed, doubled, emptied or left out.
    """
    header = signed(box, nonce=f"altered-{reason}-{new}").replace(old, new)

    assert refused(ping(box, header)) == LOGIN_REFUSED
    assert box.last_reason() == reason


def test_parameter_added_after_signing_is_refused(box):
    """
    Row 4: the whole query is signed.
    """
    response = ping(box, signed(box, nonce="added-parameter"), url=f"{ping_url(box)}&extra=1")

    assert refused(response) == LOGIN_REFUSED
    assert box.last_reason() == "InvalidSignature"


def test_nonce_is_good_once(box):
    """
    Row 5: the very same call, sent twice, is refused the second time.
    """
    header = signed(box, nonce="only-once-please")

    assert ping(box, header).status_code == 200
    assert refused(ping(box, header)) == LOGIN_REFUSED
    assert box.last_reason() == "nonce_used"


def test_nonce_of_a_refused_call_is_not_used_up(box):
    """
    A forger cannot burn the nonces of others.
    """
    header = signed(box, nonce="not-burnt-nonce")

    ping(box, header.replace('oauth_signature="', 'oauth_signature="x'))

    assert ping(box, header).status_code == 200


@pytest.mark.parametrize("header", ["OAuth", "OAuth realm=1", 'OAuth realm="1234567_SB1" oauth_token="x"'])
def test_unreadable_header_is_a_bad_request(box, header):
    """
    It is no login at all.
    """
    assert refused(ping(box, header)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    ("header", "reason"), [(None, "authorization_missing"), ("Bearer stolen", "token_unknown")]
)
def test_missing_or_unknown_token_is_challenged(box, header, reason):
    """
    Row 1: 401 with the challenge of RFC 6750.
    """
    response = ping(box, header)

    assert refused(response) == LOGIN_REFUSED
    assert 'Bearer realm="1234567_SB1", error="invalid_token"' in response.headers["www-authenticate"]
    assert box.last_reason() == reason


def test_malformed_bearer_header_is_a_bad_request(box):
    """
    400 with `invalid_request` in the challenge.
    """
    response = ping(box, "Bearer two words")

    assert response.status_code == 400
    assert 'error="invalid_request"' in response.headers["www-authenticate"]


def made_key(box: Sandbox) -> ECKey:
    return ECKey.import_key(box.credentials["oauth2"]["private_key"])


def posted(box: Sandbox, form: dict[str, str]) -> httpx.Response:
    return box.http.post(TOKEN_PATH, data=form)


def form_with(
    box: Sandbox, *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any
) -> dict[str, str]:
    """Fill in the token form rightly, but for what is given."""
    block = box.credentials["oauth2"]
    now_s = int(box.clock.now().timestamp())
    head = {"typ": "JWT", "alg": "ES256", "kid": block["certificate_id"]} | (header or {})
    said = {
        "iss": block["client_id"],
        "scope": ["restlets"],
        "aud": f"https://somewhere.example{TOKEN_PATH}",
        "iat": now_s,
        "exp": now_s + 300,
    } | claims
    assertion = jwt.encode(head, said, key or made_key(box), algorithms=[head["alg"]])
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }


def test_token_is_granted_for_one_hour(box):
    """
    Row 3: good until the last second, refused afterwards as if it had never been.
    """
    granted = posted(box, form_with(box)).json()
    assert (granted["expires_in"], granted["token_type"]) == ("3600", "Bearer")

    box.clock.advance(3599)
    assert ping(box, f"Bearer {granted['access_token']}").status_code == 200

    box.clock.advance(1)
    assert refused(ping(box, f"Bearer {granted['access_token']}")) == LOGIN_REFUSED
    assert box.last_reason() == "token_expired"


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"iss": "nobody"}, "invalid_client", "iss"),
        ({"header": {"kid": "other"}}, "invalid_grant", "kid"),
        ({"header": {"alg": "RS256"}, "key": RSA}, "invalid_grant", "alg"),
        ({"key": ECKey.generate_key("P-256")}, "invalid_grant", "signature"),
        ({"aud": "https://somewhere.example/elsewhere"}, "invalid_grant", "aud"),
        ({"scope": ["rest_webservices"]}, "invalid_grant", "scope"),
        ({"exp": 1}, "invalid_grant", "exp"),
        ({"exp": "soon"}, "invalid_grant", "exp"),
        ({"iat": 9_999_999_999, "exp": 9_999_999_999 + 60}, "invalid_grant", "iat"),
    ],
)
def test_assertion_that_does_not_hold_buys_no_token(box, changes, error, reason):
    """Row 2: one error code for the caller, the reason in the login audit trail."""
    response = posted(box, form_with(box, **changes))

    assert (response.status_code, response.json()) == (400, {"error": error})
    assert box.last_reason() == reason


@pytest.mark.parametrize(("life_s", "status"), [(3599, 200), (3600, 400)])
def test_assertion_lives_less_than_an_hour(box, life_s, status):
    """
    Row 2: exp - iat must be below 3600 seconds.
    """
    now_s = int(box.clock.now().timestamp())

    assert posted(box, form_with(box, iat=now_s, exp=now_s + life_s)).status_code == status


@pytest.mark.parametrize(
    "changes",
    [
        {"grant_type": "password"},
        {"client_assertion_type": "jwt"},
        {"client_assertion": "not.a.jwt"},
        {"client_assertion": ""},
    ],
)
def test_wrong_form_is_an_invalid_request(box, changes):
    """
    Row 2: what is no client credentials request is not even looked at.
    """
    response = posted(box, form_with(box) | changes)

    assert (response.status_code, response.json()) == (400, {"error": "invalid_request"})


def test_token_endpoint_has_the_path_of_the_real_one(box):
    """
    The client finds it from the RESTlet's address alone.
    """
    assert urlsplit(box.credentials["token_url"]).path == TOKEN_PATH
