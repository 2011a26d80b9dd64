"""
Logs: one line per event on standard output, as JSON or as text for a terminal.

Event names are constant, data are keywords. Everything that looks like a secret is masked here, also in the
lines of libraries.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from consumer.config.secret import MASK
from consumer.ops import plain_text
from consumer.ops.once_a_minute import Repetitions

SECRET_NAME = re.compile(
    r"passw|secret|authorization|credential|private_?key|api_?key|token_id|access_?token|^token$|signature|cookie",
    re.IGNORECASE,
)
SECRET_TEXT = re.compile(
    r"""
    (?P<pem>-----BEGIN[ ][A-Z ]+-----.*?(?:-----END[ ][A-Z ]+-----|\Z))
    | (?P<jwt>\beyJ[\w-]+\.[\w-]+\.[\w-]*)
    | (?P<signing>\bwhsec_[A-Za-z0-9+/=]+)
    | (?<=Bearer[ ])\S+
    | (?<=Basic[ ])[A-Za-z0-9+/=]+
    | (?<=://)[^/\s:@]+:[^/\s@]+(?=@)
    | (?<=oauth_signature=)[^,&\s]+
    | (?<=oauth_token=)[^,&\s]+
    | (?<=oauth_consumer_key=)[^,&\s]+
    """,
    re.VERBOSE | re.DOTALL,
)
# Every match of `SECRET_TEXT` contains one of these; searching for them first takes a hundredth of the time.
SECRET_SIGNS = ("-----BEGIN", "eyJ", "whsec_", "Bearer", "Basic", "://", "oauth_")
NAMES_REMEMBERED = 1_024
# These libraries log every request or poll, or their own start, at the level info.
CHATTY = ("aiokafka", "httpx", "httpcore", "uvicorn.access", "uvicorn.error", "asyncio")
_AS_JSON = structlog.processors.JSONRenderer(ensure_ascii=False)


def configure(
    *, level: str, form: Literal["json", "console"] | None = None, stream: TextIO | None = None
) -> None:
    """
    Send all logs of the process to `stream`, standard output by default.

    Args:
        level: the lowest level that is written: ``debug``, ``info``, ``warning`` or ``error``.
        form: default ``console`` on a terminal and ``json`` elsewhere.
        stream: default standard output.
    """
    output = stream or sys.stdout
    _send(logging.StreamHandler(output), level, form or ("console" if output.isatty() else "json"))


def be_quiet() -> None:
    """
    For a command that ends by itself: only errors, on standard error.

    aiokafka says nothing at all: what it meets becomes a sentence of ours.
    """
    _send(_StandardError(), "error", "console" if sys.stderr.isatty() else "json")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


class _StandardError(logging.Handler):
    """Writes to what standard error is at that time."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        sys.stderr.write(f"{self.format(record)}\n")


def _send(handler: logging.Handler, level: str, form: Literal["json", "console"]) -> None:
    handler.addFilter(Repetitions("aiokafka"))
    handler.setFormatter(_formatter(form))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def scrub(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask secrets in a log line, by the name of the key or the form of the text, at any depth."""
    return {key: _masked(key, value) for key, value in event.items()}


def scrubbed(text: str) -> str:
    """The same text with everything that looks like a secret masked."""
    return SECRET_TEXT.sub(MASK, text) if any(sign in text for sign in SECRET_SIGNS) else text


@lru_cache(maxsize=NAMES_REMEMBERED)
def _is_secret(key: str) -> bool:
    return SECRET_NAME.search(key) is not None


def _masked(key: str, value: Any) -> Any:
    if value is not None and not isinstance(value, bool) and _is_secret(key):
        return MASK
    match value:
        case str():
            return scrubbed(value)
        case Mapping():
            return {str(inner): _masked(str(inner), content) for inner, content in value.items()}
        case list() | tuple():
            return [_masked("", entry) for entry in value]
        case BaseException():
            return scrubbed(f"{type(value).__name__}: {value}")
        case _:
            return value


def _shared() -> list[Processor]:
    return [
        structlog.stdlib.filter_by_level,  # first, so that a line below the level costs nothing more
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _json(logger: WrappedLogger, name: str, event: EventDict) -> str:
    # The text of an error may contain data from outside, and logs are read on terminals.
    return plain_text.harmless_json(str(_AS_JSON(logger, name, event)))


def _visible(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {
        key: plain_text.visible(value) if isinstance(value, str) else value for key, value in event.items()
    }


def _formatter(form: Literal["json", "console"]) -> structlog.stdlib.ProcessorFormatter:
    renderer: Processor
    if form == "json":
        renderer = _json
    else:
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            scrub,
            *([] if form == "json" else [_visible]),
            renderer,
        ],
    )
