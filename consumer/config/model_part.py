"""What every section of `connections.yaml` is: a frozen value that knows all of its keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ModelPart(BaseModel):
    """A section of the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
