"""
Where commands print: a terminal at its width, or a page wide enough not to break values.

All output of commands is written here, since texts may come from outside: markup in them is text, and
terminal control characters are shown as escapes (`consumer.ops.plain_text`). Our own styles are given as
`rich.text.Text` or as ``style=``, never as markup.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from consumer.ops import plain_text

PAGE_COLUMNS = 160


class ConsoleOutput(Console):
    """A console to which every text is just text."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A text without markup, measured after its control characters are escaped."""
        return super().render_str(plain_text.visible(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Also what was made a `Text` elsewhere is harmless."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control else Segment(plain_text.visible(text), style)


def console(
    file: TextIO | None = None,
    *,
    is_aside: bool = False,
    page_columns: int = PAGE_COLUMNS,
    has_highlights: bool = True,
) -> ConsoleOutput:
    """
    Standard output; in a pipe or a file ``COLUMNS`` wide, else `page_columns`.

    Args:
        file: another place than standard output.
        is_aside: standard error.
        page_columns: how wide where nothing sets a width.
        has_highlights: whether numbers are highlighted on a terminal.
    """
    stream = file or (sys.stderr if is_aside else sys.stdout)
    is_free = stream.isatty() or "COLUMNS" in os.environ
    return ConsoleOutput(
        file=file,
        stderr=is_aside,
        width=None if is_free else page_columns,
        highlight=has_highlights,
        markup=False,
        emoji=False,
    )


def say(text: object, file: TextIO | None = None) -> None:
    """Print a sentence; `file` is standard output when absent."""
    print(plain_text.visible(str(text)), file=file)


def complain(text: object) -> None:
    """Print a sentence on standard error."""
    say(text, sys.stderr)


def say_json(value: Any, file: TextIO | None = None) -> None:
    """Print a value as JSON for people and machines."""
    print(plain_text.harmless_json(json.dumps(value, indent=2, ensure_ascii=False)), file=file)
