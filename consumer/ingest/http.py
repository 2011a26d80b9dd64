"""The one page of this server: ``POST /lago/{name}``, answered in JSON."""

from __future__ import annotations

import time
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.ingest.answer import Answer
from consumer.ingest.body import read
from consumer.ingest.reception import Reception, unknown
from consumer.ingest.webhook import Webhook
from consumer.lago.signatures import ALGORITHM_HEADER, SIGNATURE_HEADER, UNIQUE_KEY_HEADER

CONTENT_TYPE = "application/json"


class Observer(Protocol):
    """Whoever counts."""

    def ingest_answered(self, *, answer: str, seconds: float) -> None:
        """A request was answered so, that long after its headers had come."""
        ...


def create_app(reception: Reception, observer: Observer, *, body_limit_bytes: int) -> Starlette:
    """
    The ASGI application.

    Args:
        reception: decides what is answered.
        observer: is told every answer.
        body_limit_bytes: of one webhook; kept while it is read.
    """

    async def lago(request: Request) -> Response:
        began_s = time.perf_counter()
        answer = await _answer(request, reception, body_limit_bytes)
        observer.ingest_answered(answer=answer.name, seconds=time.perf_counter() - began_s)
        return _response(answer)

    async def refused(request: Request, error: Exception) -> Response:
        answer = _refusal(request, error)
        observer.ingest_answered(answer=answer.name, seconds=0.0)
        return _response(answer, getattr(error, "headers", None))

    app = Starlette(
        routes=[Route("/lago/{name}", lago, methods=["POST"])], exception_handlers={HTTPException: refused}
    )
    app.router.redirect_slashes = False
    return app


async def _answer(request: Request, reception: Reception, limit_bytes: int) -> Answer:
    name, header = request.path_params["name"], request.headers.get
    if not reception.knows(name):
        return unknown(name)
    if header("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        sentence = f"the content type is not {CONTENT_TYPE}, which Lago sends"
        return Answer(name="wrong_content_type", sentence=sentence)
    body = await read(request.receive, limit_bytes=limit_bytes)
    if isinstance(body, Answer):
        return body
    webhook = Webhook(
        name=name,
        body=body,
        signature=header(SIGNATURE_HEADER, ""),
        algorithm=header(ALGORITHM_HEADER, ""),
        unique_key=header(UNIQUE_KEY_HEADER, ""),
        trace_parent=header("traceparent", ""),
        trace_state=header("tracestate", ""),
    )
    return await reception.receive(webhook)


def _refusal(request: Request, error: Exception) -> Answer:
    if isinstance(error, HTTPException) and error.status_code == 405:
        sentence = f"{request.method} is not possible here, webhooks are posted"
        return Answer(name="wrong_method", sentence=sentence)
    sentence = "there is nothing here, webhooks are posted to /lago/ and a connection's code"
    return Answer(name="no_such_page", sentence=sentence)


def _response(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(answer.body, status_code=answer.status, headers={**(headers or {}), **answer.headers})
