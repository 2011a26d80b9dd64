"""Parse an HTTP body of NetSuite in any of its forms."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import ValidationError

from schemas import nesting, wire

MAX_MESSAGE_CHARS = 500
# The searched text is at the beginning; a search through a whole hostile page could take hours.
HEAD_CHARS = 4_096
_FAST = msgspec.json.Decoder()
_TEXT_FORM = re.compile(r"(?is)error code:\s*(?P<code>\S+)\s*error message:\s*(?P<message>.*)")
_TITLE = re.compile(r"(?is)<title[^>]*>\s*(.*?)\s*</title>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The script ran and responded by the contract."""

    response: wire.Response


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformError:
    """
    An error of NetSuite itself, or one that the script did not catch; messages are translated, use `code`.
    """

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An HTML page: maintenance, a login form, a proxy's error."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A body that is none of the known forms, with the reason."""

    reason: str


Content = Envelope | PlatformError | Page | Unreadable


def read(body: bytes) -> Content:
    """
    Parse a body; never raises.

    Tried in order: HTML, JSON, JSON inside a JSON string, Oracle's text form (help page section_4634920277).
    """
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return Unreadable(reason="the answer is empty")
    if text.startswith("<"):
        title = _TITLE.search(text[:HEAD_CHARS])
        return Page(title=_cut(title.group(1)) if title else "untitled")
    return _read_json(text)


def _read_json(text: str) -> Content:
    value = _parsed(text)
    if isinstance(value, str):
        # Many scripts return JSON.stringify(x), which the platform sends unchanged or as a JSON string.
        return read(value.encode())
    if isinstance(value, dict):
        return _read_object(value)
    if form := _TEXT_FORM.search(text[:HEAD_CHARS]):
        return PlatformError(code=_cut(form["code"]), message=_cut(form["message"].strip()))
    return Unreadable(reason="the answer is not a JSON object")


def _parsed(text: str) -> Any:
    if nesting.is_too_deep(text.encode("utf-8", "replace")):
        return None
    try:
        return _FAST.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _parsed_exactly(text)


def _parsed_exactly(text: str) -> Any:
    # Of what JSON does not allow Python takes more: NaN, halves of surrogate pairs, the greatest numbers.
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _read_object(value: dict[str, Any]) -> Content:
    if (error := _platform_error(value)) is not None:
        return error
    if value.get("v") != wire.CONTRACT_VERSION:
        return Unreadable(
            reason=f"contract version {_cut(repr(value.get('v')))} instead of {wire.CONTRACT_VERSION}"
        )
    try:
        return Envelope(response=wire.Response.model_validate(value))
    except ValidationError as invalid:
        place = ".".join(str(part) for part in invalid.errors()[0]["loc"])
        return Unreadable(reason=f"the answer breaks the contract at {place}")


def _platform_error(value: dict[str, Any]) -> PlatformError | None:
    match value:
        case {"error": {"code": code, **rest}}:
            return PlatformError(code=_cut(str(code)), message=_innermost(rest.get("message")))
        case {"error": str(code)}:  # OAuth 2.0, RFC 6749 section 5.2
            return PlatformError(code=_cut(code), message=_cut(str(value.get("error_description") or "")))
        case {"o:errorDetails": [{"o:errorCode": str(code), **rest}, *_]}:  # REST web services
            return PlatformError(code=_cut(code), message=_cut(str(rest.get("detail") or "")))
        case _:
            return None


def _innermost(message: Any) -> str:
    """The message; that of an uncaught SuiteScript error is JSON text with the message inside."""
    inner = _parsed(message) if isinstance(message, str) and message.lstrip().startswith("{") else message
    if isinstance(inner, dict):
        return _cut(str(inner.get("message") or inner.get("name") or ""))
    return _cut("" if message is None else str(message))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE_CHARS else text[: MAX_MESSAGE_CHARS - 1] + "…"
