"""People see a moving bar, pipes see plain lines."""

import io

import pytest
from rich.console import Console

from consumer.demo.phases import phase


def shown(*, is_terminal, **options):
    out = Console(file=io.StringIO(), force_terminal=is_terminal, width=100)
    with phase(out, 2, "A month", **options) as current:
        current.at(3, 80)
        current.note = "80 events"
    return out.file.getvalue()


def test_a_pipe_gets_a_line_at_the_beginning_and_one_at_the_end():
    """Without colours, cursors or bars."""
    first, last = shown(is_terminal=False).splitlines()

    assert first == "2 A month …"
    assert last.startswith("  done in ")
    assert last.endswith(": 80 events")


def test_a_terminal_gets_a_line_that_stays():
    printed = shown(is_terminal=True)

    assert "3/80" in printed
    assert "✓" in printed.splitlines()[-1]


def test_nothing_moves_while_something_else_is_shown():
    """A program that prints by itself must not be painted over."""
    assert "3/80" not in shown(is_terminal=True, is_quiet=True)


def test_what_fails_leaves_no_line_that_says_it_is_done():
    out = Console(file=io.StringIO(), width=100)

    with pytest.raises(ValueError, match="it broke"), phase(out, 1, "Start"):
        raise ValueError("it broke")

    assert out.file.getvalue() == "1 Start …\n"


def test_what_began_before_it_was_shown_says_what_it_took_itself():
    """The worker starts again while a webhook of the month is under way."""
    out = Console(file=io.StringIO(), width=100)

    with phase(out, 3, "Start again") as current:
        current.seconds = 1.25

    assert out.file.getvalue().splitlines()[-1] == "  done in 1.2 s"
