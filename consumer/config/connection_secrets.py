"""The secrets of a connection, each with its place among the settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from consumer.config.connection import Connection
from consumer.config.secret import Secret

PARTS = ("auth", "lago", "webhooks")


def within(value: Any, place: str) -> Iterator[tuple[str, Secret]]:
    """Every secret in a value of the settings at `place`."""
    match value:
        case Secret():
            yield place, value
        case BaseModel():
            for key in type(value).model_fields:
                yield from within(getattr(value, key), f"{place}.{key}")
        case tuple():
            for index, entry in enumerate(value):
                yield from within(entry, f"{place}.{index}")
        case _:
            return


def of_working_directory(connections: Sequence[Connection]) -> list[str]:
    """One sentence for each file that is beside the working directory only, not beside connections.yaml."""
    return [
        f"{connection.at(place)}: connection {connection.code}: {place}: {secret} is read relative to the "
        "working directory, not to the folder of connections.yaml; move the file or correct the path"
        for connection in connections
        for part in PARTS
        for place, secret in within(getattr(connection, part), part)
        if secret.is_of_working_directory
    ]
