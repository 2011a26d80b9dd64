"""A patch turns the old text into the new one, by the tools that people have."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from consumer.console.mapping import line_diff

NAME = "connections.yaml"
LONG = "".join(f"line {number}\n" for number in range(40))
CASES = {
    "one line": ("a\nb\nc\n", "a\nB\nc\n"),
    "all new": ("", "a\nb\n"),
    "all gone": ("a\nb\n", ""),
    "first and last": (LONG, "first\n" + LONG + "last\n"),
    "far apart": (LONG, LONG.replace("line 3\n", "").replace("line 30\n", "line thirty\nmore\n")),
    "near": (LONG, LONG.replace("line 10\n", "").replace("line 14\n", "line x\n")),
    "no end before": ("a\nb", "a\nb\nc\n"),
    "no end after": ("a\nb\n", "a\nc"),
    "no end at all": ("a\nb", "x\nb"),
    "carriage returns": ("a\r\nb\r\n", "a\r\nc\r\n"),
    "other line ends": ("a\u2028b\x0bc\n", "a\u2028b\x0bd\n"),
    "equal lines": ("x\n" * 300 + "y\n", "z\n" + "x\n" * 299 + "y\nx\n"),
}


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize("case", CASES)
def test_a_patch_is_taken_by_git_and_by_patch(tmp_path, case, tool):
    """Byte for byte."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool}")
    before, after = CASES[case]
    file = tmp_path / NAME
    file.write_bytes(before.encode())
    patch = line_diff.patch(before, after, NAME)
    command = (
        ["git", "apply", "-"] if tool == "git" else ["patch", "-p1", "--binary", "--no-backup-if-mismatch"]
    )

    done = subprocess.run(command, cwd=tmp_path, input=patch.encode(), capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (file.read_bytes() if file.exists() else b"") == after.encode()


def test_equal_texts_have_no_patch():
    """Not even its first lines."""
    assert line_diff.patch(LONG, LONG, NAME) == ""
    assert line_diff.hunks(LONG, LONG) == ()


def test_lines_carry_their_numbers_on_both_sides():
    """So that a page can name them."""
    [hunk] = line_diff.hunks("a\nb\nc\n", "a\nx\ny\nc\n")

    assert [(each.kind, each.before, each.after, each.text) for each in hunk.lines] == [
        ("same", 1, 1, "a\n"),
        ("removed", 2, None, "b\n"),
        ("added", None, 2, "x\n"),
        ("added", None, 3, "y\n"),
        ("same", 3, 4, "c\n"),
    ]


def test_texts_that_would_take_long_to_compare_count_as_changed_as_a_whole():
    """Between the first line that changes and the last."""
    before = "".join(f"{number % 150}\n" for number in range(20_000))
    after = "first\n" + "".join(f"{number * 7 % 150}\n" for number in range(20_000)) + "last\n"

    [hunk] = line_diff.hunks(before, after)

    assert hunk.count("added") == 20_002
