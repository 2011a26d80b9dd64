"""The kinds of Lago's objects as people type them: the same words in every command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from consumer.errors import ConfigurationError

if TYPE_CHECKING:
    from consumer.events.lago_webhook import Kind

NAMES = "customers, invoices, credit_notes, payments, voids"
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--objects",
        "--object",
        metavar="KINDS",
        help=f"Of {NAMES}; several with commas; default: all.",
        show_default=False,
    ),
]
# A receipt is how Lago sends many a payment.
_ALSO = {"payment_receipt": "payment"}


def chosen(given: Sequence[str] | None) -> tuple[Kind, ...]:
    """
    The kinds of an option in order of sending; all when it was not given.

    Each may be plural or singular, with ``_``, ``-`` or a blank between words; several stand with commas
    or given one by one.

    Raises:
        ConfigurationError: a word is no kind, or there is none.
    """
    from consumer.backfill.kinds import ORDER  # noqa: PLC0415 - so that ``--help`` answers at once

    words = [word.strip() for text in given or () for word in text.split(",") if word.strip()]
    kinds = {word: _kind(word) for word in words}
    if unknown := sorted(word for word, kind in kinds.items() if kind not in ORDER):
        raise ConfigurationError([f"--objects {', '.join(unknown)}: choose of {NAMES}"])
    if given and not words:
        raise ConfigurationError([f"--objects: names none; choose of {NAMES}"])
    return tuple(kind for kind in ORDER if given is None or not given or kind in kinds.values())


def _kind(word: str) -> str:
    singular = word.lower().replace("-", "_").replace(" ", "_").removesuffix("s")
    return _ALSO.get(singular, singular)
