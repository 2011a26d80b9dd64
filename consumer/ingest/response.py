"""The responses to webhooks, by name, each with HTTP status and sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

Name = Literal[
    "produced", "ignored", "repeated",
    "not_a_webhook", "incomplete", "no_unique_key",
    "no_signature", "unknown_algorithm", "no_key", "bad_signature", "foreign_issuer", "foreign_organization",
    "unknown_name", "no_such_page", "wrong_method", "too_slow", "too_large", "wrong_content_type",
    "wrong_content_encoding", "malformed", "headers_too_large",
    "too_busy", "unverifiable", "not_acknowledged",
]  # fmt: skip

STATUS: dict[Name, int] = {
    # Lago counts 200, 201, 202 and 204 as delivered and retries all else twice, after about 3 and 20 seconds
    # (getlago/lago-api app/jobs/send_http_webhook_job.rb).
    "produced": 202,
    "ignored": 202,
    "repeated": 202,
    "not_a_webhook": 400,
    "incomplete": 400,
    "no_unique_key": 400,
    "malformed": 400,
    "no_signature": 401,
    "unknown_algorithm": 401,
    "no_key": 401,
    "bad_signature": 401,
    "foreign_issuer": 401,
    "foreign_organization": 401,
    "unknown_name": 404,
    "no_such_page": 404,
    "wrong_method": 405,
    "too_slow": 408,
    "too_large": 413,
    "wrong_content_type": 415,
    "wrong_content_encoding": 415,
    "headers_too_large": 431,
    "too_busy": 503,
    "unverifiable": 503,
    "not_acknowledged": 503,
}
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    One response.

    Attributes:
        name: also the label ``answer`` of the metric.
        sentence: the error; empty without one.
    """

    name: Name
    sentence: str = ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.name]

    @property
    def is_refusal(self) -> bool:
        """Whether Lago counts it as not delivered."""
        return self.status >= 400

    @property
    def body(self) -> dict[str, str]:
        """The JSON body: ``error`` with the sentence, or ``status`` with the name."""
        return {"error": self.sentence} if self.sentence else {"status": self.name}

    @property
    def headers(self) -> dict[str, str]:
        """Headers beyond those of every JSON response."""
        if self.status == 503:
            return {"retry-after": str(RETRY_AFTER_S)}
        if self.status == 405:
            return {"allow": "POST"}
        return {}


def on_the_wire(answer: Answer) -> bytes:
    """The bytes of a response that closes the connection, for use without the application."""
    headers = {"content-type": "application/json"} | answer.headers | {"connection": "close"}
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "", json.dumps(answer.body)]).encode()
