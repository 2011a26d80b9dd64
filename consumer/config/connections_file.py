"""
Read `connections.yaml`: all connections, or all errors with their lines.

Secrets stay references here; `unresolved_secrets` lists those whose variable or file is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from consumer.config import bounded_file, connection_secrets, connections_text, problem
from consumer.config.connection import Connection
from consumer.config.secret import Secret
from consumer.errors import ConfigurationError


def load(path: Path) -> tuple[Connection, ...]:
    """
    The connections of a file, in its order, each with the lines of its settings.

    Raises:
        ConfigurationError: one sentence for each error, ``connections.yaml:12: connections[0].code: …``.
    """
    found = connections_text.read(_read(path), path.name, path.parent)
    if found.problems:
        raise ConfigurationError([connections_text.sentence_of(path.name, one) for one in found.problems])
    return found.connections


def chosen(connections: Sequence[Connection], codes: Sequence[str]) -> tuple[Connection, ...]:
    """
    The connections with these codes in the order of the file; all when no code is given.

    Raises:
        ConfigurationError: a code that is not in the file; the message lists those that are.
    """
    known = [connection.code for connection in connections]
    listed = ", ".join(known)
    unknown = [
        f"--connection {code}: no such connection{problem.did_you_mean(code, known)}; known: {listed}"
        for code in codes
        if code not in known
    ]
    if unknown:
        raise ConfigurationError(unknown)
    return tuple(connection for connection in connections if not codes or connection.code in codes)


def unresolved_secrets(
    connections: Sequence[Connection], parts: Sequence[str] = connection_secrets.PARTS
) -> list[str]:
    """
    One sentence for each secret whose variable or file is missing.

    Args:
        connections: whose secrets are checked.
        parts: sections such as ``auth``, or single keys such as ``lago.api_key``.
    """
    return [
        f"{connection.at(place)}: connection {connection.code}: {place}: {missing}"
        for connection in connections
        for part in parts
        for place, secret in connection_secrets.within(attrgetter(part)(connection), part)
        if (missing := _missing(secret))
    ]


def _read(path: Path) -> str:
    try:
        return bounded_file.read_text(path, bounded_file.CONFIGURATION_LIMIT_BYTES)
    except FileNotFoundError:
        message = f"there is no file {path}; name it with LAGO_NETSUITE_CONNECTIONS_FILE"
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8 text"
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
    raise ConfigurationError([message])


def _missing(secret: Secret) -> str | None:
    try:
        secret.reveal()
    except LookupError as error:
        return str(error)
    except (OSError, UnicodeDecodeError) as error:
        return f"{secret} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
    return None
