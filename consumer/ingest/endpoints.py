"""The webhook endpoints: their names in the path, and the keys that verify their webhooks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.config.connections_file import unresolved_secrets
from consumer.errors import ConfigurationError
from consumer.ingest.response import Answer
from consumer.ingest.webhook import Webhook
from consumer.lago import http, signatures
from consumer.lago.lago_key import LagoKey
from consumer.lago.public_key import FetchedKey, GivenKey, PublicKey, Unavailable
from consumer.lago.signatures import Forged

CLOSE_LIMIT_S = 5.0
SECRETS = ("lago.webhook_hmac_key", "lago.webhook_public_key")


def _no_key(algorithm: str, settings: str) -> Answer:
    return Answer(
        name="no_key", sentence=f"webhooks signed by {algorithm} are not set up here: give {settings}"
    )


NO_HMAC_KEY = _no_key("hmac", "lago.webhook_hmac_key")
NO_PUBLIC_KEY = _no_key("jwt", "lago.webhook_public_key and lago.webhook_issuer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer of JWTs, with the source of its public key."""

    name: str
    key: PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """
    The endpoint for one organisation's webhooks.

    Attributes:
        codes: codes of its connections.
        hmac_keys: keys of all its connections; Lago has one per organisation.
        issuers: issuers of all its connections; Lago has one per installation.
    """

    organization_id: str
    codes: tuple[str, ...] = ()
    hmac_keys: tuple[str, ...] = ()
    issuers: tuple[Issuer, ...] = ()

    def refusal_of_head(self, webhook: Webhook) -> Answer | None:
        """The refusal of a webhook by its headers; None when the body decides."""
        if not webhook.signature:
            return Answer(name="no_signature", sentence="the header X-Lago-Signature is missing")
        match webhook.algorithm.lower():
            case "hmac":
                return None if self.hmac_keys else NO_HMAC_KEY
            case "jwt":
                return None if self.issuers else NO_PUBLIC_KEY
            case _:
                sentence = "the header X-Lago-Signature-Algorithm is neither hmac nor jwt"
                return Answer(name="unknown_algorithm", sentence=sentence)

    async def refusal_of_signature(self, webhook: Webhook) -> Answer | None:
        """The refusal of a webhook whose head is not refused; None when its signature is valid."""
        if webhook.algorithm.lower() == "hmac":
            return self._refusal_of_hmac(webhook)
        return await self._refusal_of_jwt(webhook)

    def _refusal_of_hmac(self, webhook: Webhook) -> Answer | None:
        found: Answer | None = NO_HMAC_KEY
        for key in self.hmac_keys:
            found = _said(signatures.check_hmac(webhook.body, webhook.signature, key=key))
            if found is None:
                return None
        return found

    async def _refusal_of_jwt(self, webhook: Webhook) -> Answer | None:
        found: Answer | None = NO_PUBLIC_KEY
        for issuer in self.issuers:
            found = await _refusal_of(issuer, webhook)
            if found is None:
                return None
        return found


async def _refusal_of(issuer: Issuer, webhook: Webhook) -> Answer | None:
    key = await issuer.key.current()
    if isinstance(key, Unavailable):
        return Answer(name="unverifiable", sentence=f"the signature cannot be verified now: {key.reason}")
    forged = _checked(webhook, key, issuer)
    if forged is None or forged.reason != "bad_signature":
        return _said(forged)
    newer = await issuer.key.renewed(key)
    return _said(forged if newer is None else _checked(webhook, newer, issuer))


def _checked(webhook: Webhook, key: LagoKey, issuer: Issuer) -> Forged | None:
    return signatures.check_jwt(webhook.body, webhook.signature, key=key, issuer=issuer.name)


def _said(forged: Forged | None) -> Answer | None:
    return None if forged is None else Answer(name=forged.reason, sentence=forged.sentence)


def endpoints(
    connections: Sequence[Connection], *, clock: Clock, stack: AsyncExitStack
) -> Mapping[str, Endpoint]:
    """
    The endpoints by name: connection codes and organisation ids.

    Args:
        connections: of all organisations.
        clock: for the distance of requests for Lago's public key.
        stack: closes the HTTP clients.

    Raises:
        ConfigurationError: keys are missing or invalid; the message names all of them.
    """
    by_organization: dict[str, list[Connection]] = defaultdict(list)
    for connection in connections:
        by_organization[connection.lago.organization_id].append(connection)
    problems = unresolved_secrets(connections, SECRETS) or [
        problem for each in by_organization.values() for problem in _faults(each)
    ]
    if problems:
        raise ConfigurationError(problems)
    found = {name: _endpoint(name, each, clock, stack) for name, each in by_organization.items()}
    return found | {each.code: found[each.lago.organization_id] for each in connections}


def unusable_keys(connections: Sequence[Connection]) -> list[str]:
    """One sentence for each invalid `webhook_public_key`; those with a missing secret are skipped."""
    return [fault for each in connections for fault in _faults_of_given_key(each)]


def _faults_of_given_key(connection: Connection) -> list[str]:
    try:
        _given_key(connection)
    except (LookupError, OSError):
        return []
    except ValueError as error:
        place = connection.at("lago.webhook_public_key")
        return [f"{place}: connection {connection.code}: lago.webhook_public_key {error}"]
    return []


def _faults(connections: Sequence[Connection]) -> list[str]:
    """One sentence for each fault of one organisation's keys."""
    faults = unusable_keys(connections)
    if any(each.lago.webhook_hmac_key or _can_verify_jwt(each) for each in connections):
        return faults
    return faults + [
        f"{each.at('lago')}: connection {each.code}: lago: has no key to verify webhooks with; give "
        "webhook_hmac_key, or webhook_public_key and webhook_issuer, or api_url and api_key"
        for each in connections
    ]


def _endpoint(
    organization_id: str, connections: Sequence[Connection], clock: Clock, stack: AsyncExitStack
) -> Endpoint:
    keys = [each.lago.webhook_hmac_key for each in connections]
    return Endpoint(
        organization_id=organization_id,
        codes=tuple(each.code for each in connections),
        hmac_keys=tuple(dict.fromkeys(key.reveal() for key in keys if key is not None)),
        issuers=tuple(_issuer(each, clock, stack) for each in connections if _can_verify_jwt(each)),
    )


def _can_verify_jwt(connection: Connection) -> bool:
    lago = connection.lago
    return bool(lago.webhook_public_key or (lago.api_url and lago.api_key))


def _issuer(connection: Connection, clock: Clock, stack: AsyncExitStack) -> Issuer:
    given = _given_key(connection)
    return Issuer(
        name=connection.lago.webhook_issuer or _origin(connection.lago.api_url or ""),
        key=GivenKey(given) if given is not None else _fetched_key(connection, clock, stack),
    )


def _given_key(connection: Connection) -> LagoKey | None:
    secret = connection.lago.webhook_public_key
    return None if secret is None else signatures.public_key(secret.reveal())


def _fetched_key(connection: Connection, clock: Clock, stack: AsyncExitStack) -> FetchedKey:
    key = FetchedKey(connection, clock=clock)

    async def close() -> None:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await key.aclose()

    stack.push_async_callback(close)
    return key


def _origin(api_url: str) -> str:
    return api_url.rstrip("/").removesuffix(http.API_PATH)
