"""The only route of ingest: ``POST /lago/{name}``, with JSON responses."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import replace
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consumer.ingest import request_body
from consumer.ingest.answer_log import AnswerLog, Sender
from consumer.ingest.arrival import Arrival
from consumer.ingest.inflight_limit import InflightLimit
from consumer.ingest.receiver import Receiver, unknown
from consumer.ingest.response import Answer
from consumer.ingest.webhook import Webhook
from consumer.lago.signatures import ALGORITHM_HEADER, SIGNATURE_HEADER, UNIQUE_KEY_HEADER

PREFIX = "/lago/"
METHOD = "POST"
CONTENT_TYPE = "application/json"
NO_ENCODING = "identity"
HEADER_ENCODING = "latin-1"
LENGTH_DIGITS = 19
RESPONSES_REMEMBERED = 64
SIGNATURE, ALGORITHM, UNIQUE_KEY = (
    name.encode() for name in (SIGNATURE_HEADER, ALGORITHM_HEADER, UNIQUE_KEY_HEADER)
)
EXTENSION = "lago_netsuite.arrival"
"""The ASGI extension with a request's `Arrival`; without it (another server) one is made here."""


Headers = Mapping[bytes, bytes]


def create_app(
    receiver: Receiver, answers: AnswerLog, *, body_limit_bytes: int, inflight: InflightLimit
) -> ASGIApp:
    """
    The ASGI application; without a framework's routing, which would take a tenth of its time.

    Args:
        receiver: decides the response.
        answers: counts every response.
        body_limit_bytes: largest body of one webhook, checked while it is received.
        inflight: the limit for requests in flight.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        arrival: Arrival | None = scope.get("extensions", {}).get(EXTENSION)
        if arrival is None:
            arrival = Arrival(inflight)
        headers = _headers(scope)
        head = _webhook(scope, headers)
        answer = _refusal(scope, headers, head, receiver, body_limit_bytes)
        if answer is None:
            answer = await _answer(head, receive, receiver, body_limit_bytes, arrival)
        answers.add(
            answer,
            connection=receiver.connection_of(head.name),
            seconds=time.perf_counter() - began_s,
            sender=lambda: _sender(scope, headers),
        )
        if arrival.ends_connection and not arrival.is_complete and arrival.refusal is None:
            await request_body.discard(receive)
        for message in _messages(answer):
            await send(message)

    return app


def _refusal(
    scope: Scope, headers: Headers, head: Webhook, receiver: Receiver, body_limit_bytes: int
) -> Answer | None:
    """The refusal by the head alone, sent without waiting for the body; None when there is none."""
    if not head.name:
        sentence = "there is nothing here, webhooks are posted to /lago/ and a connection's code"
        return Answer(name="no_such_page", sentence=sentence)
    if scope["method"] != METHOD:
        sentence = f"{scope['method']} is not possible here, webhooks are posted"
        return Answer(name="wrong_method", sentence=sentence)
    if not receiver.knows(head.name):
        return unknown(head.name)
    return (
        _refusal_of_content(headers)
        or receiver.refusal_of_head(head)
        or _refusal_of_length(headers, body_limit_bytes)
    )


def _refusal_of_content(headers: Headers) -> Answer | None:
    if _text(headers, b"content-type").partition(";")[0].strip().lower() != CONTENT_TYPE:
        sentence = f"the content type is not {CONTENT_TYPE}, which Lago sends"
        return Answer(name="wrong_content_type", sentence=sentence)
    if b"content-encoding" in headers and _text(headers, b"content-encoding").strip().lower() != NO_ENCODING:
        sentence = "the body is compressed, which Lago's never are; nothing is unpacked here"
        return Answer(name="wrong_content_encoding", sentence=sentence)
    return None


def _refusal_of_length(headers: Headers, body_limit_bytes: int) -> Answer | None:
    length = headers.get(b"content-length", b"")
    is_number = length.isdigit() and len(length) <= LENGTH_DIGITS
    return request_body.too_large(body_limit_bytes) if is_number and int(length) > body_limit_bytes else None


def _name(scope: Scope) -> str:
    path: str = scope["path"]
    name = path.removeprefix(PREFIX)
    return "" if name == path or "/" in name else name


def _webhook(scope: Scope, headers: Headers) -> Webhook:
    """The webhook with its headers and an empty body."""
    return Webhook(
        name=_name(scope),
        body=b"",
        signature=_text(headers, SIGNATURE),
        algorithm=_text(headers, ALGORITHM),
        unique_key=_text(headers, UNIQUE_KEY),
        trace_parent=_text(headers, b"traceparent"),
        trace_state=_text(headers, b"tracestate"),
    )


async def _answer(
    head: Webhook, receive: Receive, receiver: Receiver, limit_bytes: int, arrival: Arrival
) -> Answer:
    try:
        with arrival.refusable():
            content = await request_body.read(receive, limit_bytes=limit_bytes)
            if isinstance(content, Answer):
                return content
            return await receiver.receive(replace(head, body=content), prove=arrival.prove)
    except TimeoutError:
        if arrival.refusal is None:
            raise
        return arrival.refusal
    finally:
        arrival.end()


def _headers(scope: Scope) -> Headers:
    """Headers by name; of repeated ones the first counts."""
    return dict(reversed(scope["headers"]))


def _text(headers: Headers, name: bytes) -> str:
    """One header; empty when it is missing."""
    return headers.get(name, b"").decode(HEADER_ENCODING)


def _sender(scope: Scope, headers: Headers) -> Sender:
    host, _ = scope.get("client") or ("", 0)
    return Sender(
        source=host,
        forwarded_for=_text(headers, b"x-forwarded-for"),
        unique_key=_text(headers, UNIQUE_KEY),
    )


@lru_cache(RESPONSES_REMEMBERED)
def _messages(answer: Answer) -> tuple[Message, Message]:
    """The HTTP response in ASGI's messages, cached by answer."""
    response = JSONResponse(answer.body, status_code=answer.status, headers=answer.headers)
    start = {"type": "http.response.start", "status": answer.status, "headers": response.raw_headers}
    return start, {"type": "http.response.body", "body": response.body}
