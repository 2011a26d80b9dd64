"""The base of every section of `connections.yaml`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ModelPart(BaseModel):
    """A section of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
