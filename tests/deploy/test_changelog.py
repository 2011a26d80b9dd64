"""CHANGELOG.md in the form of Keep a Changelog 1.1.0: newest first, kinds of change in order, ISO dates."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.deploy.binaries import ROOT
from tests.deploy.test_release import VERSION

KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
RELEASE = re.compile(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)( \[YANKED\])?")
UNRELEASED = "[Unreleased]"
TEXT = (ROOT / "CHANGELOG.md").read_text()


def problems(text: str) -> list[str]:
    """What is not in the form; empty where all is."""
    title, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    found = [] if title.startswith("# Changelog\n") else ["no title"]
    headings = [section.partition("\n")[0] for section in sections]
    if headings.count(UNRELEASED) > 1 or (UNRELEASED in headings and headings[0] != UNRELEASED):
        found.append(f"{UNRELEASED} is not the first")
    releases = [(each, RELEASE.fullmatch(each)) for each in headings if each != UNRELEASED]
    found += [f"{each}: no release" for each, match in releases if match is None]
    found += _out_of_order([match for _, match in releases if match is not None])
    for heading, section in zip(headings, sections, strict=True):
        found += _of_section(heading, section)
    return found


def _out_of_order(releases: list[re.Match[str]]) -> list[str]:
    versions = [tuple(map(int, match.groups()[:3])) for match in releases]
    days = [date.fromisoformat(match[4]) for match in releases]
    is_sorted = versions == sorted(set(versions), reverse=True) and days == sorted(days, reverse=True)
    return [] if is_sorted else ["releases are not listed newest first"]


def _of_section(heading: str, section: str) -> list[str]:
    kinds = re.findall(r"^### (.*)$", section, flags=re.MULTILINE)
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        return [f"{heading}: no kind of change: {', '.join(unknown)}"]
    if kinds != sorted(set(kinds), key=KINDS.index):
        return [f"{heading}: {', '.join(kinds)} are in another order, or twice"]
    parts = re.split(r"^### .*$", section, flags=re.MULTILINE)[1:]
    return [
        f"{heading}: {kind} is empty" for kind, part in zip(kinds, parts, strict=True) if "- " not in part
    ]


def test_the_change_log_has_the_form():
    assert problems(TEXT) == []


def test_what_is_here_is_unreleased_or_has_its_section():
    """A release moves the first into the second."""
    headings = re.findall(r"^## (.*)$", TEXT, flags=re.MULTILINE)

    assert UNRELEASED in headings or headings[0].startswith(f"[{VERSION}] - ")


WRONG = " are in another order, or twice"
GOOD = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a\n\n## [0.1.0] - 2026-11-30\n\n### Fixed\n\n- b\n"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ("# Changelog", "# News", "no title"),
        ("[0.1.0] - 2026-11-30", "0.1.0", "0.1.0: no release"),
        ("[0.1.0] - 2026-11-30", "[0.1.0] - 30.11.2026", "[0.1.0] - 30.11.2026: no release"),
        ("### Fixed", "### Mended", "[0.1.0] - 2026-11-30: no kind of change: Mended"),
        ("- a\n", "- a\n\n### Added\n\n- c\n", "[Unreleased]: Added, Added" + WRONG),
        (
            "### Added",
            "### Fixed\n\n- c\n\n### Added",
            "[Unreleased]: Fixed, Added" + WRONG,
        ),
        ("- a", "", "[Unreleased]: Added is empty"),
        ("- b\n", "- b\n\n## [0.2.0] - 2026-12-01\n", "releases are not listed newest first"),
        ("- b\n", "- b\n\n## [Unreleased]\n", "[Unreleased] is not the first"),
    ],
)
def test_what_is_not_in_the_form_is_found(before, after, problem):
    assert problems(GOOD) == []
    assert problems(GOOD.replace(before, after)) == [problem]
