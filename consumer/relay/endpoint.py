"""A webhook endpoint with its checked URL and its keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeVar
from urllib.parse import urlsplit

from consumer.config.connection import Connection
from consumer.config.secret import Secret
from consumer.config.webhook import Webhook
from consumer.errors import ConfigurationError
from consumer.relay import signing
from consumer.relay.signing import Keys, PrivateKey, SigningKey

DEFAULT_PORTS = {"https": 443, "http": 80}
PORTS = (443, 8443)

K = TypeVar("K")

_NOT_BASE64 = (
    "is no base64: receivers that verify with a Standard Webhooks library cannot use it; give whsec_ and "
    "base64 (openssl rand -base64 32), or let them verify X-Lago-Signature"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    The parts of an endpoint's URL.

    Attributes:
        target: path and query.
        may_be_private: whether the host may be in a private network.
    """

    scheme: str
    host: str
    port: int
    target: str
    may_be_private: bool = False

    @property
    def authority(self) -> str:
        """The value of the header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str, *, allow_http: bool) -> Self:
        """
        The target of a URL.

        Raises:
            ValueError: the URL is not allowed; the message has the reason.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ValueError(f"is not an address: {error}") from error
        refusal = _refusal(parts.scheme, host, has_userinfo="@" in parts.netloc, allow_http=allow_http)
        if refusal:
            raise ValueError(refusal)
        port = port or DEFAULT_PORTS[parts.scheme]
        if port not in PORTS and not allow_http:
            raise ValueError(f"leads to port {port}; {PORTS[0]} and {PORTS[1]} are possible")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(scheme=parts.scheme, host=host, port=port, target=target, may_be_private=allow_http)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of one connection."""

    id: str
    connection: str
    target: Target
    keys: Keys = field(repr=False)
    webhook: Webhook

    @classmethod
    def of(cls, connection: Connection, webhook: Webhook) -> Self:
        """
        The endpoint of an entry of ``webhooks``.

        Raises:
            ConfigurationError: its URL or a secret is not usable; the message names all faults.
        """
        index = connection.webhooks.index(webhook)
        problems: list[str] = []
        keys = _keys(connection, webhook, f"webhooks.{index}", problems)
        try:
            target = Target.of(webhook.url, allow_http=webhook.allow_http)
        except ValueError as error:
            problems.append(_said(connection, f"webhooks.{index}.url", error))
            raise ConfigurationError(problems) from None
        if problems:
            raise ConfigurationError(problems)
        return cls(id=webhook.id, connection=connection.code, target=target, keys=keys, webhook=webhook)

    def wants(self, webhook_type: str) -> bool:
        """Whether it is subscribed to that type."""
        return webhook_type in self.webhook.events

    def is_before(self, moment: datetime) -> bool:
        """Whether an event of that time is older than its ``since``."""
        return self.webhook.is_before(moment)


def endpoints(connections: Sequence[Connection], only: Sequence[str] = ()) -> tuple[Endpoint, ...]:
    """
    All endpoints of the connections, or those with the given ids.

    Raises:
        ConfigurationError: an id is unknown, or endpoints are not usable; the message names all of them.
    """
    described = {webhook.id: (each, webhook) for each in connections for webhook in each.webhooks}
    listed = ", ".join(described) or "none"
    problems = [f"{each}: no such endpoint; known: {listed}" for each in only if each not in described]
    found = []
    for endpoint_id, (connection, webhook) in described.items():
        if only and endpoint_id not in only:
            continue
        try:
            found.append(Endpoint.of(connection, webhook))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(problems)
    return tuple(found)


def unverifiable(connections: Sequence[Connection]) -> list[str]:
    """
    One sentence for each secret that a Standard Webhooks library cannot use.

    These libraries (svix, standardwebhooks) accept base64 only, with or without the prefix ``whsec_``. A
    receiver that verifies Lago's own header accepts any text.
    """
    named = [
        (connection, f"webhooks.{index}.{name}", secret)
        for connection in connections
        for index, webhook in enumerate(connection.webhooks)
        for name, secret in (("secret", webhook.secret), ("secret_previous", webhook.secret_previous))
        if secret is not None
    ]
    return [
        _said(connection, place, ValueError(_NOT_BASE64))
        for connection, place, secret in named
        if _is_plain_text(secret)
    ]


def _is_plain_text(secret: Secret) -> bool:
    try:
        text = secret.reveal()
    except (LookupError, ValueError, OSError):
        return False  # a missing secret is reported elsewhere
    return not text.startswith(signing.SECRET_PREFIX) and not signing.is_of_reference_libraries(text)


def _refusal(scheme: str, host: str, *, has_userinfo: bool, allow_http: bool) -> str | None:
    if scheme not in DEFAULT_PORTS or not host:
        return "is not an address like https://host/path"
    if scheme == "http" and not allow_http:
        return "must begin with https:// (or set allow_http: true, for tests)"
    return "carries a user name or password; use the signature instead" if has_userinfo else None


def _keys(connection: Connection, webhook: Webhook, place: str, problems: list[str]) -> Keys:
    def read(name: str, secret: Secret | None, of: Callable[[str], K]) -> K | None:
        try:
            return None if secret is None else of(secret.reveal())
        except (LookupError, ValueError, OSError) as error:
            problems.append(_said(connection, f"{place}.{name}", error))
            return None

    current = read("secret", webhook.secret, SigningKey.of)
    previous = read("secret_previous", webhook.secret_previous, SigningKey.of)
    return Keys(
        secrets=tuple(each for each in (current, previous) if each is not None),
        private=read("signing_key", webhook.signing_key, PrivateKey.of),
    )


def _said(connection: Connection, place: str, error: Exception) -> str:
    reason = error.args[0] if isinstance(error, LookupError) else error
    return f"{connection.at(place)}: connection {connection.code}: {place}: {reason}"
