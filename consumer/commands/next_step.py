"""What to do next, as the last line of what a command prints for people."""

from __future__ import annotations

import sys

from consumer.commands import console_output


def say(first: str, *then: str) -> None:
    """Print the steps that follow, at once also where a process that runs on prints into a pipe."""
    console_output.say(f"Next: {first}")
    for each in then:
        console_output.say(f"then: {each}")
    sys.stdout.flush()
