"""Progress output of the demo: one line per phase, with a progress bar on a terminal and text in a pipe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from consumer.commands.console_output import ConsoleOutput


@dataclass(slots=True, kw_only=True)
class Phase:
    """
    One phase of the run.

    Attributes:
        note: shown at its end.
        seconds: shown at its end, where its work began before it was shown; None for those since then.
    """

    note: str = ""
    seconds: float | None = None
    _progress: Progress | None = field(default=None, repr=False)

    def at(self, done: int, total: int) -> None:
        """Show the progress as `done` of `total`."""
        if self._progress is not None:
            [task] = self._progress.task_ids
            self._progress.update(task, completed=done, total=total, count=f"{done}/{total}")


@contextmanager
def phase(out: ConsoleOutput, number: int, title: str, *, is_quiet: bool = False) -> Iterator[Phase]:
    """
    Show a phase while the block runs; errors of the block are not shown here.

    Args:
        out: where it is shown.
        number: counts from 1.
        title: of the phase.
        is_quiet: no progress bar, because the block prints to `out` itself.
    """
    is_live = out.is_terminal and not is_quiet
    began_s = time.monotonic()
    heading = Text.assemble((str(number), "bold cyan"), f" {title}")
    if not is_live:
        out.print(heading + Text(" …"))
        out.file.flush()
    how_far = (BarColumn(), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    columns = (SpinnerColumn(), TextColumn("{task.description}"), *how_far)
    with Progress(*columns, console=out, disable=not is_live, transient=True) as progress:
        progress.add_task(heading.markup, total=None, count="")
        current = Phase(_progress=progress)
        yield current
    seconds = time.monotonic() - began_s if current.seconds is None else current.seconds
    took = f"{seconds:.1f} s"
    note = f": {current.note}" if current.note else ""
    done = Text.assemble(("✓", "green"), " ", heading, note, (f" ({took})", "dim"))
    out.print(done if out.is_terminal else f"  done in {took}{note}")
