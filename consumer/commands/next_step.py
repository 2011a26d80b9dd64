"""What to do next, as the last line of what a command prints for people."""

from __future__ import annotations

import sys

from consumer.commands import console_output


def say(text: str) -> None:
    """Print the step that follows, at once also where a process that runs on prints into a pipe."""
    console_output.say(f"Next: {text}")
    sys.stdout.flush()
