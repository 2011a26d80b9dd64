"""The response to a RESTlet call."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response: 200 when the script returned, 400 when it threw or could not run."""

    status: int
    content_type: str
    body: str


def refusal(code: str, message: str) -> Answer:
    """A platform error; the spaces around the first colons are NetSuite's own (Oracle section_4634920277)."""
    body = f'{{"error" : {{"code" : {json.dumps(code)}, "message" : {json.dumps(message)}}}}}'
    return Answer(status=400, content_type="application/json", body=body)
