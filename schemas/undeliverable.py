"""The record on ``lago.webhooks.undeliverable``: a webhook that no attempt could deliver."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.result import SourceRef

TOPIC = "lago.webhooks.undeliverable"

_ORIGINAL_PLACEHOLDER = '"original":null'


class Undeliverable(BaseModel):
    """A webhook for one endpoint that the relay gave up; the key is the endpoint's id."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    connection: str
    event_id: str = Field(description="the webhook-id under which it was posted")
    attempts: int
    last_answer: str
    given_up_at: str
    source: SourceRef
    original: Any = Field(default=None, description="the body as it was posted")

    def value(self, body: bytes) -> bytes:
        """The record's value; it contains the bytes of a JSON body unchanged."""
        text = self.model_dump_json()
        return text.replace(_ORIGINAL_PLACEHOLDER, '"original":' + body.decode(), 1).encode()
