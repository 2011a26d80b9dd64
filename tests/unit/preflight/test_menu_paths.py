"""One name for each page of NetSuite's user interface, wherever it is named."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from consumer.preflight import menu_paths
from schemas.error_codes import menu

ROOT = Path(__file__).parents[3]
# A path is written in brackets in the guide, and in a string in the code.
IN_BRACKETS = re.compile(r"\[((?:Setup|Lists|Customization|Transactions|Home) > [^\]]+)\]")
OF_ONE_RECORD = re.compile(r"( > Lago( \w+)?)?( > (New|Edit|Create New))?$")
IN_STRING = re.compile(r"((?:Setup|Lists|Customization|Transactions|Home)(?: > [A-Z(][\w/&,.() -]*)+)")


def _known() -> set[str]:
    named = [*vars(menu_paths).values(), *vars(menu).values(), *menu_paths.OF_LIST.values()]
    return {path for path in named if isinstance(path, str) and " > " in path}


def _of_guide() -> set[str]:
    guide = (ROOT / "deploy" / "netsuite" / "README.md").read_text(encoding="utf-8")
    return {OF_ONE_RECORD.sub("", " ".join(path.split())) for path in IN_BRACKETS.findall(guide)}


def _written_in_code() -> set[str]:
    folders = [ROOT / "consumer" / name for name in ("netsuite", "commands", "preflight")]
    files = [path for folder in folders for path in folder.rglob("*.py") if path.name != "menu_paths.py"]
    assert len(files) > 40
    return {path for file in files for path in IN_STRING.findall(file.read_text(encoding="utf-8"))}


def test_a_page_has_one_path():
    """In findings, in hints and in the administrator's guide."""
    of_page = defaultdict(set)
    for path in _known() | _of_guide():
        of_page[path.removesuffix(" > List").rpartition(" > ")[2]].add(path)

    assert {page: paths for page, paths in of_page.items() if len(paths) > 1} == {}


def test_code_takes_paths_from_their_table():
    """`Lists > Items` and the like are permissions of a role, and no pages."""
    permissions = re.compile(r"^(Lists|Transactions|Setup) > [^>]+$")

    assert [path for path in _written_in_code() if not permissions.match(path.strip())] == []


def test_the_form_of_a_customer_is_an_entry_form():
    """Transaction forms have no customers."""
    assert "Entry Forms" in menu_paths.ENTRY_FORMS
    assert "Transaction Forms" in menu_paths.FORMS
