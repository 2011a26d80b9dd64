"""Make the authentication of a connection's calls; the only module that reveals its secrets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal, Protocol, TypeVar, assert_never

import httpx

from consumer.clock import Clock
from consumer.config import certificate_dates, netsuite_account
from consumer.config.certificate_dates import Validity
from consumer.config.connection import Connection, OAuth2, TokenBased
from consumer.config.secret import Secret
from consumer.errors import ConfigurationError
from consumer.netsuite import oauth1, oauth2
from consumer.netsuite.auth import BearerAuth, SignatureAuth

Value = TypeVar("Value")


class Observer(Protocol):
    """Receives the dates of a certificate, for metrics."""

    def certificate(self, use: Literal["netsuite"], validity: Validity | None, *, connection: str) -> None:
        """Set from when until when it is valid; None where that is not known."""
        ...


def restlet(connection: Connection) -> netsuite_account.Restlet:
    """
    Split the URL of the connection's RESTlet.

    Raises:
        ConfigurationError: the URL is invalid.
    """
    try:
        return netsuite_account.split_restlet_url(connection.restlet_url)
    except ValueError as error:
        raise ConfigurationError([_problem(connection, "restlet_url", str(error))]) from error


def auth(connection: Connection, *, clock: Clock, http: httpx.AsyncClient) -> httpx.Auth:
    """
    The httpx auth of a connection; `http` is the client for the token endpoint.

    Raises:
        ConfigurationError: secrets are missing (all are named), or the key or the account id is invalid.
    """
    match connection.auth:
        case TokenBased():
            found = _revealed(connection, "client_id", "client_secret", "token_id", "token_secret")
            return SignatureAuth(_token_based(connection, found), clock)
        case OAuth2():
            found = _revealed(connection, "client_id", "certificate_id", "private_key")
            return BearerAuth(oauth2.Tokens(_login(connection, found), connection, http=http, clock=clock))
        case _:
            assert_never(connection.auth)


def problems(connection: Connection) -> list[str]:
    """
    One sentence for each fault of the RESTlet's URL and the key; nothing is sent.

    Keys for which NetSuite accepts no certificate are faults too, since no login can succeed with them.
    """
    found: list[str] = []
    try:
        restlet(connection)
    except ConfigurationError as error:
        found += error.problems
    if isinstance(connection.auth, OAuth2):
        found += _problems_of_key(connection, connection.auth)
    return found


def _problems_of_key(connection: Connection, given: OAuth2) -> list[str]:
    path = "auth.private_key"
    try:
        refusal = oauth2.Signer.of_pem(given.private_key.reveal()).refusal
    except (LookupError, OSError):
        return []  # `connections_file.unresolved_secrets` reports missing secrets
    except ValueError as error:
        refusal = str(error)
    return [_problem(connection, path, refusal)] if refusal else []


def certificate_ends(connection: Connection) -> date | None:
    """The last day of the certificate, in UTC; None when the private key's file has no certificate."""
    found = certificate_validity(connection)
    return found.ends.date() if found else None


def show_certificate(connection: Connection, observer: Observer) -> None:
    """Report the dates of the certificate that this process logs in with, where its dates are known."""
    observer.certificate("netsuite", certificate_validity(connection), connection=connection.code)


def certificate_validity(connection: Connection) -> Validity | None:
    """From when until when the certificate is valid; None when the private key's file has no certificate."""
    if not isinstance(connection.auth, OAuth2):
        return None
    try:
        pem = connection.auth.private_key.reveal().replace("\\n", "\n")
    except (LookupError, OSError, ValueError):
        return None
    return certificate_dates.validity(pem)


def _revealed(connection: Connection, *names: str) -> dict[str, str]:
    found: dict[str, str] = {}
    problems: list[str] = []
    for name in names:
        secret: Secret = getattr(connection.auth, name)
        try:
            found[name] = secret.reveal()
        except (LookupError, OSError) as error:
            problems.append(_problem(connection, f"auth.{name}", _cause(error)))
    if problems:
        raise ConfigurationError(problems)
    return found


def _cause(error: LookupError | OSError) -> str:
    return str(error.args[0]) if isinstance(error, LookupError) else f"{error.filename}: {error.strerror}"


def _token_based(connection: Connection, found: dict[str, str]) -> oauth1.Credentials:
    return oauth1.Credentials(
        realm=_usable(
            connection, "account_id", lambda: netsuite_account.normalise_account_id(connection.account_id)
        ),
        consumer_key=found["client_id"],
        consumer_secret=found["client_secret"],
        token=found["token_id"],
        token_secret=found["token_secret"],
    )


def _login(connection: Connection, found: dict[str, str]) -> oauth2.Login:
    pem = found["private_key"]
    return oauth2.Login(
        url=netsuite_account.token_url(connection.restlet_url),
        client_id=found["client_id"],
        certificate_id=found["certificate_id"],
        signer=_usable(connection, "auth.private_key", lambda: oauth2.Signer.of_pem(pem)),
    )


def _usable(connection: Connection, path: str, read: Callable[[], Value]) -> Value:
    try:
        return read()
    except ValueError as error:
        raise ConfigurationError([_problem(connection, path, str(error))]) from error


def _problem(connection: Connection, path: str, cause: str) -> str:
    place = connection.at(path)
    prefix = f"{place}: " if place != path else ""
    return f"{prefix}connection {connection.code}, {path}: {cause}"
