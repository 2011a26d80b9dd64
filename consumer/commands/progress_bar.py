"""The bars of progress of commands that take long, on standard error."""

from __future__ import annotations

from rich.progress import Progress, ProgressColumn

from consumer.commands import console_output


def on_terminal(*columns: ProgressColumn, is_quiet: bool = False, is_transient: bool = False) -> Progress:
    """
    A display that writes nothing into a pipe or a file, not even the last state of its bars.

    Args:
        columns: what it shows of each bar; by default as rich does.
        is_quiet: it writes nothing on a terminal either.
        is_transient: the bars vanish at the end.
    """
    console = console_output.console(is_aside=True)
    # Not `console.is_terminal`: FORCE_COLOR, which CI systems set, makes that true in a pipe.
    is_off = is_quiet or not console.file.isatty()
    return Progress(*columns, console=console, transient=is_transient, disable=is_off)
