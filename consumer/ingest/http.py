"""The one page of this server: ``POST /lago/{name}``, answered in JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from consumer.ingest.answer import Answer
from consumer.ingest.body import read
from consumer.ingest.reception import Reception, unknown
from consumer.ingest.room import Room
from consumer.ingest.webhook import Webhook
from consumer.lago.signatures import ALGORITHM_HEADER, SIGNATURE_HEADER, UNIQUE_KEY_HEADER

PREFIX = "/lago/"
METHOD = "POST"
LENGTH_DIGITS = 19
CONTENT_TYPE = "application/json"
RESPONSES_REMEMBERED = 64
TOO_BUSY = Answer(name="too_busy", sentence="too much is under way here, send it again")


class Observer(Protocol):
    """Whoever counts."""

    def ingest_answered(self, *, answer: str, seconds: float) -> None:
        """A request was answered so, that long after its headers had come."""
        ...


def create_app(reception: Reception, observer: Observer, *, body_limit_bytes: int, room: Room) -> ASGIApp:
    """
    The ASGI application: one page, so it needs no framework's routes, which would cost a tenth of its time.

    Args:
        reception: decides what is answered.
        observer: is told every answer.
        body_limit_bytes: of one webhook; kept while it is read.
        room: for all that is under way.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        began_s = time.perf_counter()
        answer = _objection(scope, reception)
        size_bytes = _size_bytes(scope, body_limit_bytes)
        if answer is None and not room.take(size_bytes):
            answer = TOO_BUSY
        elif answer is None:
            try:
                answer = await _answer(scope, receive, reception, body_limit_bytes)
            finally:
                room.give(size_bytes)
        observer.ingest_answered(answer=answer.name, seconds=time.perf_counter() - began_s)
        await _response(answer)(scope, receive, send)

    return app


def _objection(scope: Scope, reception: Reception) -> Answer | None:
    """What can be told before the headers are read."""
    name = _name(scope)
    if not name:
        sentence = "there is nothing here, webhooks are posted to /lago/ and a connection's code"
        return Answer(name="no_such_page", sentence=sentence)
    if scope["method"] != METHOD:
        sentence = f"{scope['method']} is not possible here, webhooks are posted"
        return Answer(name="wrong_method", sentence=sentence)
    return None if reception.knows(name) else unknown(name)


def _name(scope: Scope) -> str:
    path: str = scope["path"]
    name = path.removeprefix(PREFIX)
    return "" if name == path or "/" in name else name


def _size_bytes(scope: Scope, body_limit_bytes: int) -> int:
    """What the request takes at the most; a body whose length is not told may be as long as is allowed."""
    size_bytes, body_bytes = 0, body_limit_bytes
    for name, value in scope["headers"]:
        size_bytes += len(name) + len(value)
        if name == b"content-length" and value.isdigit() and len(value) <= LENGTH_DIGITS:
            body_bytes = min(int(value), body_limit_bytes)
    return size_bytes + body_bytes


async def _answer(scope: Scope, receive: Receive, reception: Reception, limit_bytes: int) -> Answer:
    header = _headers(scope)
    if header("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        sentence = f"the content type is not {CONTENT_TYPE}, which Lago sends"
        return Answer(name="wrong_content_type", sentence=sentence)
    body = await read(receive, limit_bytes=limit_bytes)
    if isinstance(body, Answer):
        return body
    webhook = Webhook(
        name=_name(scope),
        body=body,
        signature=header(SIGNATURE_HEADER, ""),
        algorithm=header(ALGORITHM_HEADER, ""),
        unique_key=header(UNIQUE_KEY_HEADER, ""),
        trace_parent=header("traceparent", ""),
        trace_state=header("tracestate", ""),
    )
    return await reception.receive(webhook)


def _headers(scope: Scope) -> Callable[[str, str], str]:
    """Of repeated headers the first counts."""
    pairs: list[tuple[bytes, bytes]] = scope["headers"]
    found: Mapping[str, Any] = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(pairs)
    }
    return found.get


@lru_cache(RESPONSES_REMEMBERED)
def _response(answer: Answer) -> Response:
    """The response, which is the same for all that are answered the same."""
    return JSONResponse(answer.body, status_code=answer.status, headers=answer.headers)
