"""What is wrong with what pages show: Kafka, the file, the login; each as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from consumer.console.context import Context
from consumer.console.follower import FAR_BEHIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    One sentence.

    Attributes:
        since_ms: since when, milliseconds since the epoch; its age follows the first sentence.
        detail: what else is known; empty for nothing.
    """

    text: str
    since_ms: int | None = None
    detail: str = ""


def of(context: Context) -> Iterator[Notice]:
    """What is wrong now."""
    progress = context.progress
    if progress.file_error:
        yield Notice(
            text="The console cannot keep what it reads, so this page shows what was known",
            since_ms=context.read_ms,
            detail=progress.file_error,
        )
    elif progress.error:
        yield Notice(
            text="Kafka does not answer, so this page shows what was known",
            since_ms=context.read_ms,
            detail=progress.error,
        )
    elif progress.behind is None:
        yield Notice(text="The topics are not read yet; this takes seconds.")
    elif progress.behind > FAR_BEHIND:
        yield Notice(text=f"{progress.behind:,} records of the topics are still to be read.")
    if context.login is not None and context.login.provider.trouble:
        yield Notice(
            text="The login provider does not answer, so nobody can log in now.",
            detail=context.login.provider.trouble,
        )
