"""Findings about the clock, the login, the account's identity and the RESTlet's deployment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from consumer.config.connection import Connection, OAuth2
from consumer.preflight import menu_paths
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, Status, ok, unknown
from schemas.reading import User
from schemas.wire import SCRIPT_VERSION

LARGEST_SKEW_S = 300
"""Beyond it NetSuite refuses signatures of token-based authentication."""
NOTICEABLE_SKEW_S = 60
RENEW_CERTIFICATE_DAYS = 30
_ADMINISTRATOR = ("3", "administrator")
"""Internal id and script id of NetSuite's own role."""

_LOGIN = frozenset(
    [
        "INVALID_LOGIN_ATTEMPT",
        "INVALID_LOGIN_CREDENTIALS",
        "TWO_FA_REQD",
        "invalid_grant",
        "invalid_client",
        "invalid_request",
        "unauthorized_client",
        "HTTP_401",
        "HTTP_403",
    ]
)
_SCRIPT_TOO_OLD = frozenset(["LAGO_UNKNOWN_OPERATION", "LAGO_VERSION_NOT_SUPPORTED", "CONTRACT"])
_NO_SCRIPT = frozenset(["SSS_INVALID_SCRIPTLET_ID", "SSS_METHOD_NOT_IMPLEMENTED", "HTTP_404", "HTTP_405"])


def of_refusal(connection: Connection, code: str, reason: str, skew_s: float | None) -> list[Finding]:
    """The findings when the RESTlet is not reached; only the first cause can be determined."""
    clock = _clock(skew_s)
    if clock.status == "fail":
        return [clock]
    return (
        [clock, _refusal(connection, code, reason)]
        if skew_s is not None
        else [_refusal(connection, code, reason)]
    )


def _refusal(connection: Connection, code: str, reason: str) -> Finding:
    where = connection.at("restlet_url")
    if code in _LOGIN:
        place = menu_paths.CERTIFICATES if isinstance(connection.auth, OAuth2) else menu_paths.ACCESS_TOKENS
        fix = f"compare the credentials; the true reason: {menu_paths.AUDIT_TRAIL}"
        return Finding(
            id="login", status="fail", says=reason, menu=place, fix=fix, where=connection.at("auth")
        )
    if code == "wrong_account":
        fix = "correct account_id, environment or restlet_url: another account answers there"
        where = connection.at("environment")
        return Finding(
            id="account", status="fail", says=reason, menu=menu_paths.COMPANY, fix=fix, where=where
        )
    if code in _NO_SCRIPT:
        fix = "set the deployment's status to Released and put the integration's role into its audience"
        return Finding(
            id="script.deployment",
            status="fail",
            says=reason,
            menu=menu_paths.DEPLOYMENTS,
            fix=fix,
            where=where,
        )
    if code in _SCRIPT_TOO_OLD:
        return _old_script(reason, "fail")
    fix = "see that the address can be reached from here, and try again"
    return Finding(id="connection", status="fail", says=reason, fix=fix, where=where)


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """The findings once the RESTlet has responded."""
    yield _clock(facts.skew_s)
    kind = "OAuth 2.0" if isinstance(connection.auth, OAuth2) else "an access token"
    yield ok(
        "login", f"NetSuite accepts {kind} as user {facts.health.user.id}, role {facts.health.user.role}"
    )
    yield from _role(connection, facts.health.user)
    yield from _language(facts.health.language)
    if isinstance(connection.auth, OAuth2):
        yield _certificate(connection, facts.certificate_ends, facts.today)
    yield ok("account", f"{facts.account.id}, {facts.account.environment.lower()}")
    yield _script(facts.script.version)


def _clock(skew_s: float | None) -> Finding:
    if skew_s is None:
        return unknown("clock", "NetSuite's answers carry no time to compare this machine's clock with")
    says = f"this machine's clock is {abs(skew_s):.0f} s {'behind' if skew_s > 0 else 'ahead of'} NetSuite's"
    if abs(skew_s) < NOTICEABLE_SKEW_S:
        return ok("clock", "this machine's clock agrees with NetSuite's")
    fix = f"synchronise this machine's clock (NTP); beyond {LARGEST_SKEW_S} s NetSuite refuses every login"
    status: Status = "fail" if abs(skew_s) > LARGEST_SKEW_S else "warn"
    return Finding(id="clock", status=status, says=says, fix=fix)


def _role(connection: Connection, user: User) -> Iterator[Finding]:
    if user.role_id in _ADMINISTRATOR or user.role in _ADMINISTRATOR:
        yield Finding(
            id="login.role",
            status="warn",
            says="the integration logs in as Administrator: it may change everything, and posts to closed "
            "periods without a word",
            menu=menu_paths.ROLES,
            fix="make a token or certificate for the role Lago NetSuite (deploy/netsuite) and use that",
            where=connection.at("auth"),
        )


def _language(language: str | None) -> Iterator[Finding]:
    if language is None:
        yield unknown("login.language", "NetSuite does not tell the language of the integration's user")
    elif not language.lower().startswith("en"):
        yield Finding(
            id="login.language",
            status="warn",
            says=f"the integration's user reads {language}, and so NetSuite words its refusals: a closed "
            "period or an empty field that it names by text only is not recognised",
            menu=menu_paths.USER_PREFERENCES,
            fix="set the user's language to English",
        )


def _certificate(connection: Connection, ends: date | None, today: date) -> Finding:
    if ends is None:
        return unknown(
            "login.certificate",
            "only NetSuite knows how long the certificate is valid; two years at most",
            menu=menu_paths.CERTIFICATES,
            fix="note its Valid Until, or append the certificate to the private key's file",
        )
    days = (ends - today).days
    if days > RENEW_CERTIFICATE_DAYS:
        return ok("login.certificate", f"the certificate is valid until {ends}")
    return Finding(
        id="login.certificate",
        status="fail" if days < 0 else "warn",
        says=f"the certificate ends on {ends}, {days} days from now; then no login succeeds",
        menu=menu_paths.CERTIFICATES,
        fix="upload a new certificate, then change certificate_id and private_key",
        where=connection.at("auth.certificate_id"),
    )


def _script(version: str) -> Finding:
    if version == SCRIPT_VERSION:
        return ok("script.version", f"the RESTlet is version {version}, the one that belongs to this program")
    says = f"the RESTlet is version {version}, this program's is {SCRIPT_VERSION}"
    is_old = _parts(version) < _parts(SCRIPT_VERSION)
    lacks = ": it is too old to say who has changed, deleted or paid documents" if is_old else ""
    return _old_script(says + lacks, "warn")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _old_script(says: str, status: Status) -> Finding:
    return Finding(
        id="script.version",
        status=status,
        says=says,
        menu=menu_paths.SCRIPTS,
        fix="deploy the RESTlet of this release (deploy/netsuite)",
    )
