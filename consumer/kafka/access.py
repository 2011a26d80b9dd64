"""Sentences for denials by Kafka's access control lists: the user, the resource, the operation to allow."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from consumer.errors import StartupError


class DeniedError(StartupError):
    """An access control list does not let this client read a topic."""


def denial(error: KafkaError, *, user: str | None, operation: str, group: str = "") -> str | None:
    """
    A sentence for an authorization error; None for any other error.

    Args:
        error: aiokafka's error, with the name of topic or group if it has one.
        user: the SASL user; None for a client without SASL.
        operation: the operation to allow on topic or group: ``READ``, ``WRITE`` or ``DESCRIBE``.
        group: the consumer group of the client.
    """
    who = f"the user {user}" if user else "this client, which logs in as nobody,"
    match error:
        case TopicAuthorizationFailedError():
            named = ", ".join(_names(error)) or "a topic"
            return f"Kafka does not let {who} use {named}: allow {operation} on the topic (kafka-acls)"
        case GroupAuthorizationFailedError():
            named = ", ".join(_names(error)) or group
            at = f"the consumer group {named}"
            return f"Kafka does not let {who} use {at}: allow {operation} on it (kafka-acls)"
        case ClusterAuthorizationFailedError():
            return f"Kafka does not let {who} write: allow WRITE on the topics (kafka-acls)"
        case _:
            return None


def is_transient(error: BaseException) -> bool:
    """Whether aiokafka's admin client may succeed when asked again; it also raises AttributeError."""
    return isinstance(error, (KafkaError, AttributeError)) and not isinstance(
        error, GroupAuthorizationFailedError
    )


def _names(error: KafkaError) -> list[str]:
    found: list[str] = []
    for argument in error.args:
        if isinstance(argument, str):
            found.append(argument)
        elif isinstance(argument, Iterable):
            found += sorted(str(each) for each in argument)
    return found
