"""A secret by reference: the name of its variable or file, not its value."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from consumer.config import bounded_file

MASK = "********"


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """
    ``env:NAME``, ``file:/path`` or, for the sandbox on this machine only, a literal value.

    Its text form is the reference, or a mask for a literal, so that it is safe in any output.
    """

    reference: str

    @property
    def is_literal(self) -> bool:
        """Whether the value itself is in connections.yaml."""
        return not self.reference.startswith(("env:", "file:"))

    def reveal(self) -> str:
        """
        Read the value.

        Raises:
            LookupError: the variable or the file is missing, empty or unreadable; the message names it.
        """
        kind, _, place = self.reference.partition(":")
        match kind:
            case "env":
                value = os.environ.get(place, "")
                problem = f"environment variable {place} is not set"
            case "file":
                value = _content(Path(place))
                problem = f"file {place} is missing or empty"
            case _:
                return self.reference
        if not value:
            raise LookupError(problem)
        return value

    def __str__(self) -> str:
        return MASK if self.is_literal else self.reference

    def __repr__(self) -> str:
        return f"Secret({self})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validated from text, serialised as its text form."""
        text = core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=1))
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), text]),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )


def _content(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return bounded_file.read_text(path, bounded_file.SECRET_LIMIT_BYTES).strip()
    except UnicodeDecodeError as error:
        raise LookupError(f"file {path} is not UTF-8 text") from error
    except OSError as error:
        raise LookupError(f"file {path} cannot be read: {error.strerror}") from error
