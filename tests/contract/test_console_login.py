"""Who logs in to the console, and who does not: a provider of OpenID Connect over real HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey
from starlette.responses import PlainTextResponse, Response

from consumer.console.login import provider_http
from consumer.console.login.login import Login
from consumer.console.login.registration import Registration
from tests.support import login_provider
from tests.support.console_app import ORIGIN, Console, filled
from tests.support.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider

SECURE = "https://console.example.com"
GROUPS = (
    ("admin", frozenset({"admins"})),
    ("operator", frozenset({"finance"})),
    ("viewer", frozenset({"everybody", "auditors"})),
)


class Browser:
    """A console with a login, its provider, and what a browser does between them."""

    def __init__(self, console: Console, provider: LoginProvider, http: httpx.AsyncClient) -> None:
        self.console, self.provider, self.http = console, provider, http

    async def begin(self, path: str = "/") -> str:
        """Ask for a page without a session; gives the provider's address."""
        page = await self.console.http.get(path)
        assert page.status_code == 303, page.text
        login = await self.console.http.get(page.headers["location"])
        assert login.status_code == 303, login.text
        return login.headers["location"]

    async def come_back(self, address: str) -> httpx.Response:
        """Log in at the provider; gives the console's answer."""
        sent_back = await self.http.get(address)
        return await self.console.http.get(sent_back.headers["location"])

    async def log_in(self, path: str = "/") -> httpx.Response:
        """All of it."""
        return await self.come_back(await self.begin(path))

    @property
    def audited(self) -> list[tuple[str, str]]:
        return [(each.name, each.actor) for each in self.console.audited]


@pytest.fixture
async def browser(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    changes: dict[str, Any] = dict(getattr(request, "param", {}))
    origin = changes.pop("origin", ORIGIN)
    provider = LoginProvider(clock=None)
    async with login_provider.served(provider), httpx.AsyncClient(verify=False) as http:

        def login(sessions: Any, clock: Any) -> Login:
            provider.clock = clock
            registration = Registration(
                issuer=provider.issuer,
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                origin=origin,
                groups=GROUPS,
            )
            return Login.at(
                replace(registration, **changes),
                sessions.signed("login"),
                clock,
                transport=httpx.AsyncHTTPTransport(verify=False),
            )

        with filled(tmp_path / "console.sqlite", login=login, origin=origin) as console:
            yield Browser(console, provider, http)
            await console.context.login.http.aclose()


async def test_a_person_logs_in_and_is_led_to_the_page_that_they_asked_for(browser):
    """With the role of their group, and an entry in the audit."""
    answer = await browser.log_in("/search?q=ACME")

    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=ACME")
    page = await browser.console.http.get("/search?q=ACME")
    assert "ada@example.com, operator" in page.text
    assert browser.audited == [("login", "ada@example.com")]
    assert browser.console.audited[0].details == {"subject": "u-1", "role": "operator"}


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["everybody"], "viewer"),
        (["everybody", "admins", "finance"], "admin"),
        ("finance", "operator"),
        (["Finance"], None),
        ([], None),
        ("", None),
        ([1, {"a": "finance"}, None], None),
        ({"finance": True}, None),
        (None, None),
    ],
)
async def test_groups_become_a_role_or_nobody_is_logged_in(browser, groups, role):
    """The highest of them; a group of another spelling is another group."""
    browser.provider.claims["groups"] = groups

    answer = await browser.log_in()

    assert answer.status_code == (303 if role else 403)
    assert [name for name, _ in browser.audited] == ["login" if role else "login_refused"]
    page = await browser.console.http.get("/")
    assert (f"ada@example.com, {role}" in page.text) if role else page.status_code == 303


@pytest.mark.parametrize("browser", [{"groups_claim": "realm_access.roles"}], indirect=True)
async def test_groups_may_lie_inside_of_a_claim(browser):
    """As Keycloak says roles."""
    browser.provider.claims |= {"realm_access": {"roles": ["admins"]}}

    assert (await browser.log_in()).status_code == 303
    assert browser.console.audited[0].details["role"] == "admin"


async def test_groups_may_be_in_the_user_info_only(browser):
    """Providers keep tokens short."""
    del browser.provider.claims["groups"]
    browser.provider.userinfo = {"groups": ["finance"]}

    assert (await browser.log_in()).status_code == 303

    browser.console.http.cookies.clear()
    browser.provider.userinfo = {"groups": ["finance"], "sub": "somebody else"}
    assert (await browser.log_in()).status_code == 403


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "ada@example.com", "email_verified": False}, "u-1"),
        ({"email": "ada@example.com", "email_verified": True}, "ada@example.com"),
        ({"email": None}, "u-1"),
        ({"email": ["ada"]}, "u-1"),
        ({"email": "a\x1b[31m\u202eda\n"}, "a[31mda"),
        ({"email": "a" * 5_000}, "a" * 100),
    ],
)
async def test_the_name_of_the_audit_is_one_that_the_provider_vouches_for(browser, claims, name):
    """And harmless wherever it is shown."""
    browser.provider.claims |= claims

    await browser.log_in()

    assert browser.audited == [("login", name)]


def _claims(**changes: Any) -> Any:
    return lambda provider: setattr(provider, "change", lambda claims: claims.update(changes))


def _without(name: str) -> Any:
    return lambda provider: setattr(provider, "change", lambda claims: claims.pop(name))


def _shifted(name: str, seconds: int) -> Any:
    def change(claims: dict[str, Any]) -> None:
        claims[name] = claims["iat"] + seconds

    return lambda provider: setattr(provider, "change", change)


def _forged(provider: LoginProvider) -> None:
    """Signed by a key of somebody else under the provider's key id."""
    provider.published = [provider.key]
    provider.key = ECKey.generate_key("P-256", {"kid": "one"})


def _signed_with_the_public_key(provider: LoginProvider) -> None:
    """As a shared secret, which everybody knows."""
    public = provider.key.as_pem(private=False)

    def change(claims: dict[str, Any]) -> None:
        provider.token = login_provider.signed_with_secret(claims, public)

    provider.change = change


def _unsigned(provider: LoginProvider) -> None:
    def change(claims: dict[str, Any]) -> None:
        provider.token = login_provider.unsigned(claims)

    provider.change = change


HOSTILE = {
    "wrong nonce": _claims(nonce="another"),
    "no nonce": _without("nonce"),
    "wrong audience": _claims(aud="another client"),
    "audience of many": _claims(aud=[CLIENT_ID, "another"]),
    "wrong authorized party": _claims(azp="another"),
    "no audience": _without("aud"),
    "expired": _shifted("exp", -61),
    "expires never": _claims(exp=float("nan")),
    "expires in words": _claims(exp="tomorrow"),
    "no end": _without("exp"),
    "not yet": _shifted("nbf", 120),
    "from the future": _shifted("iat", 3_600),
    "other issuer": _claims(iss="https://other.example.com"),
    "no issuer": _without("iss"),
    "no subject": _without("sub"),
    "empty subject": _claims(sub=""),
    "subject of another kind": _claims(sub={"a": 1}),
    "another access token": _claims(at_hash="AAAA"),
    "unsigned": _unsigned,
    "signed by another key": _forged,
    "signed with the public key": _signed_with_the_public_key,
    "no token": lambda provider: setattr(provider, "token", "."),
    "a broken token": lambda provider: setattr(provider, "token", "e30.e30.e30"),
    "no JSON in the token": lambda provider: setattr(provider, "token", "%%%.%%%.%%%"),
}


@pytest.mark.parametrize("attack", HOSTILE.values(), ids=HOSTILE)
async def test_a_wrong_token_logs_nobody_in(browser, attack):
    """The page says why, and the audit too."""
    attack(browser.provider)

    answer = await browser.log_in()

    assert answer.status_code == 403
    assert browser.audited == [("login_refused", "unknown")]
    assert "login provider" in answer.text
    assert (await browser.console.http.get("/api/v1/overview")).status_code == 401


@pytest.mark.parametrize("seconds", [-59, 59])
async def test_clocks_may_differ_by_a_minute(browser, seconds):
    """The provider's is slow, or fast."""

    def change(claims: dict[str, Any]) -> None:
        claims["iat"] += seconds
        claims["exp"] = claims["iat"] + 1

    browser.provider.change = change

    assert (await browser.log_in()).status_code == 303


@pytest.mark.parametrize("is_rsa", [False, True])
async def test_a_new_key_of_the_provider_is_read(browser, is_rsa):
    """But not for each token that fits no key: those can be sent by anybody."""
    await browser.log_in()
    browser.console.clock.advance(61)
    browser.provider.rotate(is_rsa=is_rsa)

    browser.console.http.cookies.clear()
    assert (await browser.log_in()).status_code == 303
    browser.provider.rotate("three")
    browser.console.http.cookies.clear()
    assert (await browser.log_in()).status_code == 403
    assert browser.provider.asked.count("/keys") == 2


DISCOVERY = "/.well-known/openid-configuration"
FAILING = {
    "down": (DISCOVERY, PlainTextResponse("no", 503)),
    "no JSON": (DISCOVERY, PlainTextResponse("<html>")),
    "a list": (DISCOVERY, PlainTextResponse("[1]")),
    "an empty object": (DISCOVERY, PlainTextResponse("{}")),
    "deep": (DISCOVERY, PlainTextResponse("[" * 100_000)),
    "huge": (DISCOVERY, PlainTextResponse("x" * 400_000)),
    "a redirect": (DISCOVERY, Response(status_code=302, headers={"location": "http://169.254.169.254/"})),
    "keys down": ("/keys", PlainTextResponse("no", 500)),
    "no keys": ("/keys", PlainTextResponse('{"keys": []}')),
    "keys of another kind": ("/keys", PlainTextResponse('{"keys": [{"kty": "oct", "k": "AAAA"}, 1]}')),
    "huge keys": ("/keys", PlainTextResponse("x" * 400_000)),
}


@pytest.mark.parametrize(("path", "wrong"), FAILING.values(), ids=FAILING)
async def test_while_the_provider_does_not_answer_nobody_logs_in(browser, path, wrong):
    """A sentence says so, on the pages of others too; it is tried again soon."""
    browser.provider.answers[path] = lambda: wrong
    browser.console.log_in("viewer")

    refused = await browser.console.http.get("/login")

    assert refused.status_code == 503
    assert "Nobody can log in now" in refused.text
    assert "nobody can log in now" in (await browser.console.http.get("/")).text
    browser.provider.answers.clear()
    browser.console.clock.advance(6)
    assert (await browser.console.http.get("/login")).status_code == 303
    assert "nobody can log in now" not in (await browser.console.http.get("/")).text


@pytest.mark.parametrize("path", ["/token", "/userinfo"])
@pytest.mark.parametrize(
    "wrong", [PlainTextResponse("no", 500), PlainTextResponse("x" * 400_000), PlainTextResponse("no")]
)
async def test_a_provider_that_breaks_off_half_way_logs_nobody_in(browser, path, wrong):
    """And nobody is blamed for it."""
    del browser.provider.claims["groups"]
    browser.provider.answers[path] = lambda: wrong

    answer = await browser.log_in()

    assert answer.status_code in {403, 503}
    assert (await browser.console.http.get("/api/v1/overview")).status_code == 401


async def test_a_provider_that_hangs_is_given_up(browser, monkeypatch):
    """Within the time of one call."""
    monkeypatch.setattr(provider_http, "CALL_LIMIT_S", 0.05)
    browser.provider.delay_s = 0.3

    answer = await browser.console.http.get("/login")

    assert answer.status_code == 503
    assert "did not answer" in answer.text


METADATA = {
    "another issuer": {"issuer": "https://other.example.com"},
    "an address without TLS": {"token_endpoint": "http://other.example.com/token"},
    "no address": {"jwks_uri": "javascript:alert(1)"},
    "only shared secrets": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
}


@pytest.mark.parametrize("change", METADATA.values(), ids=METADATA)
async def test_a_provider_that_is_another_than_it_should_be_is_not_used(browser, change):
    """Its tokens could be anybody's."""
    browser.provider.metadata_change = lambda said: said.update(change)

    assert (await browser.console.http.get("/login")).status_code == 503


async def test_a_wrong_secret_is_refused_by_the_provider(browser):
    """The page says what the provider says."""
    browser.provider.secret = "another"

    answer = await browser.log_in()

    assert answer.status_code == 403
    assert "invalid_client" in answer.text


@pytest.mark.parametrize("browser", [{"client_secret": ""}], indirect=True)
async def test_a_public_client_needs_no_secret(browser):
    """PKCE protects its codes."""
    browser.provider.secret = ""

    assert (await browser.log_in()).status_code == 303


@pytest.mark.parametrize(
    "change",
    [
        {"state": "another"},
        {"state": ""},
        {"iss": "https://other.example.com"},
        {"iss": ""},
        {"code": ""},
        {"code": "another"},
        {"error": "access_denied", "code": ""},
        {"error": "<script>alert(1)</script>"},
    ],
)
async def test_an_answer_that_does_not_belong_to_the_login_is_refused(browser, change):
    """Whoever sends the browser there."""
    sent_back = await browser.http.get(await browser.begin())
    given = dict(parse_qsl(urlsplit(sent_back.headers["location"]).query))

    answer = await browser.console.http.get("/login/callback", params=given | change)

    assert answer.status_code == 403
    assert "<script>alert" not in answer.text
    assert browser.audited == [("login_refused", "unknown")]


async def test_the_answer_of_another_browser_is_refused(browser):
    """Nobody can be logged in as an attacker unknowingly."""
    sent_back = await browser.http.get(await browser.begin())
    browser.console.http.cookies.clear()

    assert (await browser.console.http.get(sent_back.headers["location"])).status_code == 403


async def test_an_answer_is_good_once_and_for_ten_minutes(browser):
    """A copied one is worth nothing."""
    address = (await browser.http.get(await browser.begin())).headers["location"]
    cookies = dict(browser.console.http.cookies)
    assert (await browser.console.http.get(address)).status_code == 303
    assert not [name for name in browser.console.http.cookies if "login" in name]
    for name, value in cookies.items():
        browser.console.http.cookies.set(name, value)
    assert (await browser.console.http.get(address)).status_code == 403

    address = (
        await browser.http.get((await browser.console.http.get("/login")).headers["location"])
    ).headers["location"]
    browser.console.clock.advance(601)
    assert "took too long" in (await browser.console.http.get(address)).text


async def test_two_windows_log_in_side_by_side(browser):
    """Each comes back to its own page."""
    addresses = [await browser.begin("/waiting"), await browser.begin("/records")]

    backs = [(await browser.come_back(each)).headers["location"] for each in addresses]

    assert backs == ["/waiting", "/records"]


@pytest.mark.parametrize(
    "back",
    ["https://attacker.example", "//attacker.example", "/\\attacker.example", "javascript:x", "/\r\nX: y"],
)
async def test_a_login_leads_to_no_other_site(browser, back):
    """Whatever the link said."""
    begun = await browser.console.http.get("/login", params={"back": back})

    assert (await browser.come_back(begun.headers["location"])).headers["location"] == "/"


@pytest.mark.parametrize("browser", [{"origin": SECURE}], indirect=True)
async def test_by_tls_cookies_are_bound_to_this_host(browser):
    """No other host of the domain can plant one."""
    begun = await browser.console.http.get("/login")
    ended = await browser.come_back(begun.headers["location"])

    for each in [*begun.headers.get_list("set-cookie"), *ended.headers.get_list("set-cookie")]:
        assert each.startswith("__Host-")
        assert "; Path=/; HttpOnly; SameSite=Lax; Secure" in each
        assert "Domain" not in each


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1:9"])
async def test_the_console_answers_at_its_own_address_only(browser, host):
    """Probes of the platform come by another one."""
    assert (await browser.console.http.get("/login", headers={"host": host})).status_code == 421
    assert (await browser.console.http.get("/healthz", headers={"host": host})).status_code == 200


async def test_who_logs_out_is_out(browser):
    """Also with a copy of the cookie; the provider's own session is ended by a link."""
    await browser.log_in()
    page = (await browser.console.http.get("/")).text
    copies = dict(browser.console.http.cookies)

    answer = await browser.console.http.post("/logout", data={"token": _token(page)})

    assert "You are logged out" in answer.text
    assert (
        f"{browser.provider.issuer}/logout?client_id=lago-netsuite&amp;post_logout_redirect_uri"
        in answer.text
    )
    assert not dict(browser.console.http.cookies)
    browser.console.http.cookies.update(copies)
    assert (await browser.console.http.get("/")).status_code == 303
    assert browser.audited == [("login", "ada@example.com"), ("logout", "ada@example.com")]
    assert 'console_logins_total{result="done"} 1.0' in browser.console.metrics.exposition().decode()


async def test_another_site_logs_nobody_out(browser):
    """Logging out is an act, too."""
    await browser.log_in()

    assert (await browser.console.http.post("/logout")).status_code == 403
    assert (await browser.console.http.get("/")).status_code == 200


async def test_a_session_ends_when_it_is_not_used_or_has_lasted_long(browser):
    """An open page that fetches itself again does not prolong it."""
    await browser.log_in()
    for _ in range(3):
        browser.console.clock.advance(1_000)
        assert (await browser.console.http.get("/")).status_code == 200
    browser.console.clock.advance(599)
    assert (await browser.console.http.get("/")).status_code == 200
    browser.console.clock.advance(2)
    assert (await browser.console.http.get("/")).status_code == 303

    browser.console.http.cookies.clear()
    await browser.log_in()
    browser.console.clock.advance(1_000)
    again = await browser.console.http.get("/", headers={"hx-request": "true"})
    assert (again.status_code, "set-cookie" in again.headers) == (200, False)
    browser.console.clock.advance(801)
    assert (await browser.console.http.get("/")).status_code == 303


async def test_an_open_page_learns_that_its_login_has_ended(browser):
    """By an answer that is no page, so that what is typed there stays."""
    answer = await browser.console.http.get("/", headers={"hx-request": "true"})

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


FORM = {"error_id": "error-1", "reason": "mapped <now>"}
OWN = {"sec-fetch-site": "same-origin"}


async def test_a_form_that_is_sent_after_the_login_has_ended_is_there_again(browser):
    """Nothing is done before they have looked at it."""
    refused = await browser.console.http.post("/acts/replay", data=FORM, headers=OWN)
    assert (refused.status_code, browser.console.acts) == (401, [])
    link = re.search(r'href="(/login[^"]*)"', refused.text)
    assert link is not None

    begun = await browser.console.http.get(html.unescape(link[1]))
    back = await browser.come_back(begun.headers["location"])
    page = (await browser.console.http.get(back.headers["location"])).text

    again = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))
    again = {name: html.unescape(value) for name, value in again.items()}
    assert {name: again[name] for name in FORM} == FORM
    assert 'action="/acts/replay"' in page
    assert (await browser.console.http.post("/acts/replay", data=again, headers=OWN)).status_code == 200
    assert [(each.actor, each.reason) for each in browser.console.acts] == [
        ("ada@example.com", "mapped <now>")
    ]


async def test_the_form_of_another_browser_is_not_there(browser):
    """Nor one that another site has sent, nor an old one."""
    await browser.console.http.post("/acts/replay", data=FORM, headers=OWN)
    kept = dict(browser.console.http.cookies)
    browser.console.http.cookies.clear()
    foreign = await browser.console.http.post(
        "/acts/replay", data=FORM, headers={"sec-fetch-site": "cross-site"}
    )
    assert (foreign.status_code, dict(browser.console.http.cookies)) == (403, {})

    await browser.log_in()
    assert (await browser.console.http.get("/login/form")).status_code == 404
    browser.console.http.cookies.update(kept)
    assert (await browser.console.http.get("/login/form")).status_code == 200
    browser.console.clock.advance(901)
    assert (await browser.console.http.get("/login/form")).status_code == 404


async def test_logins_come_at_a_bounded_rate(browser):
    """From one address; the answer says when there is one again."""
    answers = [await browser.console.http.get("/login") for _ in range(61)]

    assert [each.status_code for each in answers] == [303] * 60 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    browser.console.clock.advance(1)
    assert (await browser.console.http.get("/login")).status_code == 303


def _token(page: str) -> str:
    found = re.search(r'name="token" value="(\w+)"', page)
    assert found is not None
    return found[1]


async def test_who_is_not_logged_in_learns_nothing_of_this_network(browser):
    """Names of brokers and places of files are in the log."""
    browser.console.context.progress.error = "Kafka cannot be reached at kafka.internal:9092"

    assert (await browser.console.http.get("/healthz")).json() == {"behind": 0, "error": "see the log"}


async def test_a_provider_that_goes_away_is_on_every_page_within_minutes(browser):
    """Also while nobody logs in; meanwhile what is known of it is used."""
    provider = browser.console.context.login.provider
    await provider.metadata()
    browser.provider.answers[DISCOVERY] = lambda: PlainTextResponse("no", 503)
    browser.console.clock.advance(301)

    known = await provider.metadata()

    assert known.issuer == browser.provider.issuer
    browser.console.log_in("viewer")
    assert "nobody can log in now" in (await browser.console.http.get("/")).text
