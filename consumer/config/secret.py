"""A secret by reference: the name of its variable or file, not its value."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from consumer.config import bounded_file

MASK = "********"
FOLDER = "folder"
"""Key of the validation context: the folder that relative paths are relative to."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """
    ``env:NAME``, ``file:/path`` or, for the sandbox on this machine only, a literal value.

    Its text form is the reference, or a mask for a literal, so that it is safe in any output.

    Attributes:
        folder: of connections.yaml; a relative path is relative to it. One that exists only relative to the
            working directory, as all were once, is still read there.
    """

    reference: str
    folder: Path = field(default=Path(), compare=False)

    @property
    def is_literal(self) -> bool:
        """Whether the value itself is in connections.yaml."""
        return not self.reference.startswith(("env:", "file:"))

    @property
    def is_of_working_directory(self) -> bool:
        """Whether it is a file that only the working directory has, not `folder`."""
        path = Path(self.reference.removeprefix("file:"))
        is_relative = self.reference.startswith("file:") and not path.is_absolute()
        return is_relative and not (self.folder / path).is_file() and path.is_file()

    @property
    def _file(self) -> Path:
        path = Path(self.reference.removeprefix("file:"))
        return path if self.is_of_working_directory else self.folder / path

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
                value = _content(self._file)
                problem = f"file {self._file} is missing or empty"
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
        text = core_schema.with_info_after_validator_function(cls._read, core_schema.str_schema(min_length=1))
        return core_schema.json_or_python_schema(
            json_schema=text,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), text]),
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def _read(cls, reference: str, info: ValidationInfo) -> Secret:
        return cls(reference, folder=(info.context or {}).get(FOLDER, Path()))


def _content(path: Path) -> str:
    if not path.is_file():
        return ""
    try:
        return bounded_file.read_text(path, bounded_file.SECRET_LIMIT_BYTES).strip()
    except UnicodeDecodeError as error:
        raise LookupError(f"file {path} is not UTF-8 text") from error
    except OSError as error:
        raise LookupError(f"file {path} cannot be read: {error.strerror}") from error
