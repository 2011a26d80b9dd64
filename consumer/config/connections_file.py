"""
Read `connections.yaml`: all connections, or all errors with their lines.

Secrets stay references here; `unresolved_secrets` lists those whose variable or file is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from consumer.config import (
    bounded_file,
    connection_rules,
    connection_secrets,
    customer_field_rules,
    model_keys,
    problem,
    settlement_rules,
    yaml_source,
)
from consumer.config.connection import Connection
from consumer.config.netsuite_account import normalise_account_id
from consumer.config.secret import FOLDER, Secret
from consumer.config.yaml_source import Problem, Tree
from consumer.errors import ConfigurationError

RULES = (connection_rules, settlement_rules, customer_field_rules)
SECRET_KEYS = frozenset(
    (
        *connection_rules.SECRETS_OF_AUTH,
        *connection_rules.SECRETS_OF_LAGO,
        *connection_rules.SECRETS_OF_WEBHOOK,
    )
)


class _File(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: tuple[Connection, ...]


def load(path: Path) -> tuple[Connection, ...]:
    """
    The connections of a file, in its order, each with the lines of its settings.

    Raises:
        ConfigurationError: one sentence for each error, ``connections.yaml:12: connections[0].code: …``.
    """
    tree = yaml_source.parse(_read(path))
    if tree.value is None and not tree.problems:
        raise ConfigurationError([f"{path.name}:1: is empty, expected the key connections"])
    file, refused = _validated(tree, path.parent)
    problems = [*tree.problems, *refused, *_broken_rules(tree)]
    if problems or file is None:
        raise ConfigurationError(
            [_said(path.name, one) for one in sorted(problems, key=lambda one: one.line)]
        )
    return tuple(
        connection.with_lines(_lines(tree, index, path.name))
        for index, connection in enumerate(file.connections)
    )


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


def _validated(tree: Tree, folder: Path) -> tuple[_File | None, list[Problem]]:
    if tree.value is None:
        return None, []
    if not isinstance(tree.value, dict):
        return None, [Problem(path=(), line=1, message="is not a mapping, expected the key connections")]
    try:
        return _File.model_validate(_normalised(tree.value), context={FOLDER: folder}), []
    except ValidationError as error:
        return None, list(_problems_of(error, tree))


def _normalised(value: dict[str, Any]) -> dict[str, Any]:
    """The same content with account ids in the form of OAuth's realm; invalid values stay unchanged."""
    connections = value.get("connections")
    if not isinstance(connections, list):
        return value
    return value | {"connections": [_with_normal_account(one) for one in connections]}


def _with_normal_account(connection: Any) -> Any:
    if not isinstance(connection, dict) or not connection.get("account_id"):
        return connection
    try:
        return connection | {"account_id": normalise_account_id(str(connection["account_id"]))}
    except ValueError:
        return connection


def _problems_of(error: ValidationError, tree: Tree) -> Iterator[Problem]:
    seen: set[yaml_source.Path] = set()
    for one in error.errors(include_url=False):
        path = _place(one, tree.value)
        # pydantic reports an error of a union once for each member; one message is enough.
        if path not in seen:
            seen.add(path)
            yield Problem(path=path, line=tree.line_of(path), message=_sentence(one, path))


def _place(error: ErrorDetails, value: Any) -> yaml_source.Path:
    """The path of an error in the file: pydantic's ``loc`` without the names of union members."""
    path: list[str | int] = []
    *around, last = error["loc"] or ("",)
    for step in around:
        inner = _child(value, step)
        if inner is not _ABSENT:
            path.append(step)
            value = inner
    if _child(value, last) is not _ABSENT or error["type"] == "missing":
        path.append(last)
    return tuple(path)


_ABSENT = object()


def _child(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(step, _ABSENT)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return _ABSENT


def _sentence(error: ErrorDetails, path: yaml_source.Path) -> str:
    message = problem.sentence(error, is_secret=path[-1:] != () and path[-1] in SECRET_KEYS)
    if error["type"] == "extra_forbidden":
        known = sorted(model_keys.keys_at(_File, path[:-1], error["loc"]))
        near = problem.did_you_mean(str(path[-1]), known)
        message += near or f"; known here: {', '.join(known)}"
    if error["type"] == "is_instance_of":
        message = "is not text like env:NAME or file:/path"
    return message


def _broken_rules(tree: Tree) -> Iterator[Problem]:
    found = tree.value.get("connections") if isinstance(tree.value, dict) else None
    if not isinstance(found, list):
        return
    if not found:
        yield Problem(
            path=("connections",), line=tree.line_of(("connections",)), message="names no connection"
        )
    connections = connection_rules.entries(tree.value, "connections")
    faults = list(connection_rules.faults_between(connections))
    for index, connection in enumerate(connections):
        for rules in RULES:
            faults += [((index, *path), message) for path, message in rules.faults_of(connection)]
    for relative, message in faults:
        path = ("connections", *relative)
        yield Problem(path=path, line=tree.line_of(path), message=message)


def _said(name: str, one: Problem) -> str:
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in one.path).lstrip(".")
    return f"{name}:{one.line}: {place}: {one.message}" if place else f"{name}:{one.line}: {one.message}"


def _lines(tree: Tree, index: int, name: str) -> Mapping[str, str]:
    start: yaml_source.Path = ("connections", index)
    return {
        ".".join(str(step) for step in path[2:]): f"{name}:{line}"
        for path, line in tree.lines.items()
        if path[:2] == start and len(path) > 2
    }


def _missing(secret: Secret) -> str | None:
    try:
        secret.reveal()
    except LookupError as error:
        return str(error)
    except (OSError, UnicodeDecodeError) as error:
        return f"{secret} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
    return None
