"""An endpoint that webhooks are posted to: its address checked, its keys at hand."""

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
    Where to post.

    Attributes:
        target: path and query.
        may_be_private: whether the host may lie within a private network.
    """

    scheme: str
    host: str
    port: int
    target: str
    may_be_private: bool = False

    @property
    def authority(self) -> str:
        """What the header ``Host`` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @classmethod
    def of(cls, url: str, *, allow_http: bool) -> Self:
        """
        The target of an address.

        Raises:
            ValueError: the address may not be posted to; the message says why.
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
        The endpoint that a connection describes.

        Raises:
            ConfigurationError: its address or a secret cannot be used; both are named.
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
        """Whether it has asked for events of that type."""
        return webhook_type in self.webhook.events

    def is_before(self, moment: datetime) -> bool:
        """Whether something that happened then is too old for it."""
        return self.webhook.is_before(moment)


def endpoints(connections: Sequence[Connection], only: Sequence[str] = ()) -> tuple[Endpoint, ...]:
    """
    Every endpoint of the connections, or those with the ids given.

    Raises:
        ConfigurationError: an id that no connection has, or endpoints that cannot be used: all are named.
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
    Every secret that a receiver with a Standard Webhooks library cannot be given, as a sentence.

    Those libraries (svix, standardwebhooks) take base64 only, with ``whsec_`` before it or not. A receiver
    that verifies Lago's own header does well with any text.
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
        return False  # its absence is a problem of its own
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
