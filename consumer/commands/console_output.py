"""
Where commands print: a terminal at its width, or a page wide enough not to break values.

All output of commands is written here, since texts may come from outside: markup in them is text, and
terminal control characters are shown as escapes (`consumer.ops.plain_text`). Our own styles are given as
`rich.text.Text` or as ``style=``, never as markup.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from consumer.ops import plain_text

PAGE_COLUMNS = 160
HANGING = "  "
COMMAND = "lago-netsuite "


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


def say(text: object) -> None:
    """Print a sentence, wrapped where standard output has a width, else on one line."""
    for line in plain_text.visible(str(text)).split("\n"):
        for each in folded(line, _columns()):
            print(each)


def line(console: ConsoleOutput, text: str, style: str | None = None) -> None:
    """Print one line of a report, as `say` does; line ends in it are shown as escapes."""
    for each in folded(plain_text.one_line(text), _columns()):
        console.print(each, style=style, soft_wrap=True, highlight=False)


def folded(line: str, columns: int | None) -> Iterator[str]:
    """
    The line in pieces of at most so many columns, each but the first indented by two more.

    What is copied stays whole: an address, and a command of ours.
    """
    body = line.lstrip(" ")
    if columns is None or cell_len(line) <= columns or _is_copied(body):
        yield line
        return
    indent = " " * min(len(line) - len(body), columns // 2)
    room = max(1, columns - len(indent) - len(HANGING))
    pieces = Text(body).wrap(ConsoleOutput(width=columns), room, overflow="fold")
    for number, each in enumerate(pieces):
        yield f"{indent}{HANGING if number else ''}{each.plain.rstrip()}"


def _is_copied(text: str) -> bool:
    return text.startswith(COMMAND) or ("://" in text and " " not in text)


def _columns() -> int | None:
    is_free = sys.stdout.isatty() or "COLUMNS" in os.environ
    return shutil.get_terminal_size().columns if is_free else None


def complain(text: object) -> None:
    """Print a sentence on standard error, on one line."""
    print(plain_text.visible(str(text)), file=sys.stderr)


def say_whole(text: str) -> None:
    """Print a text for a file, such as YAML: no line is wrapped."""
    print(plain_text.visible(text))


def say_json(value: Any, file: TextIO | None = None) -> None:
    """Print a value as JSON for people and machines."""
    print(plain_text.harmless_json(json.dumps(value, indent=2, ensure_ascii=False)), file=file)
