"""
The text of `connections.yaml` as connections, or all its errors with their lines.

Secrets stay references here; nothing outside of the text is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from consumer.config import (
    connection_rules,
    customer_field_rules,
    model_keys,
    problem,
    settlement_rules,
    yaml_source,
)
from consumer.config.connection import Connection
from consumer.config.netsuite_account import normalise_account_id
from consumer.config.secret import FOLDER
from consumer.config.yaml_source import Problem, Tree

RULES = (connection_rules, settlement_rules, customer_field_rules)
SECRET_KEYS = frozenset(
    (
        *connection_rules.SECRETS_OF_AUTH,
        *connection_rules.SECRETS_OF_LAGO,
        *connection_rules.SECRETS_OF_WEBHOOK,
    )
)
EMPTY = "is empty, expected the key connections"


class _File(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """
    What a text says.

    Attributes:
        connections: in the order of the text, with the lines of their settings; none where it has problems.
        problems: all errors, by line.
    """

    connections: tuple[Connection, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str, name: str, folder: Path) -> ReadText:
    """
    The connections of a text, or its errors.

    Args:
        text: of the file as a whole.
        name: of the file, for lines such as ``connections.yaml:12``.
        folder: that relative paths of secrets are relative to.
    """
    tree = yaml_source.parse(text)
    if tree.value is None and not tree.problems:
        return ReadText(problems=(Problem(path=(), line=1, message=EMPTY),))
    file, refused = _validated(tree, folder)
    problems = [*tree.problems, *refused, *_broken_rules(tree)]
    if problems or file is None:
        return ReadText(problems=tuple(sorted(problems, key=lambda one: one.line)))
    return ReadText(
        connections=tuple(
            connection.with_lines(_lines(tree, index, name))
            for index, connection in enumerate(file.connections)
        )
    )


def place_of(one: Problem) -> str:
    """The path of a problem as people write it: ``connections[0].mapping.tax``; empty for the whole file."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in one.path).lstrip(".")


def sentence_of(name: str, one: Problem) -> str:
    """A problem with its file, line and path."""
    place = place_of(one)
    return f"{name}:{one.line}: {place}: {one.message}" if place else f"{name}:{one.line}: {one.message}"


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


def _lines(tree: Tree, index: int, name: str) -> Mapping[str, str]:
    start: yaml_source.Path = ("connections", index)
    return {
        ".".join(str(step) for step in path[2:]): f"{name}:{line}"
        for path, line in tree.lines.items()
        if path[:2] == start and len(path) > 2
    }
