"""Every code that the RESTlet knows is in the table, with how far it reaches."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.error_codes import BY_NETSUITE_CODE

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "deploy" / "netsuite" / "src" / "FileCabinet" / "SuiteScripts" / "lago_netsuite"
# What never leaves the script as an error: marks of a dry run, and what its caller makes a warning of.
NEVER_ANSWERED = {"LAGO_PLANNED_REFERENCE"}
REACHES = {
    "rate": {"throttled"},
    "governance": {"too_big"},
    "transient": {"repeated", "throttled"},
    "auth": {"account"},
    "permission": {"kind", "record"},
    "dependency": {"dependency"},
    "config": {"kind", "record", "account"},
}


def source(name: str) -> str:
    return (SCRIPT / name).read_text(encoding="utf-8")


def table() -> dict[str, str]:
    """Each code of the script's own table, with its class."""
    rows = re.findall(r"\[\s*'(\w+)', (?:true|false), \[(.*?)\]\]", source("lib/errors.js"), re.DOTALL)
    return {code: group for group, codes in rows for code in re.findall(r"'([A-Z0-9_]+)'", codes)}


def raised() -> Iterator[str]:
    """Each code that the script raises somewhere."""
    for file in SCRIPT.rglob("*.js"):
        yield from re.findall(r"\braise\(\s*'([A-Z_]+)'", file.read_text(encoding="utf-8"))


def test_the_search_finds_what_the_script_knows():
    """Or the tests below could not fail."""
    assert table()["LAGO_TOTAL_MISMATCH"] == "total_mismatch"
    assert table()["USER_ERROR"] == "validation"
    assert {"LAGO_BAD_ITEM", "LAGO_TOTAL_MISMATCH", "LAGO_OVERAPPLIED"} <= set(raised())


def test_every_code_that_the_script_gives_has_its_row():
    """Its own and NetSuite's."""
    assert not {*table(), *raised()} - NEVER_ANSWERED - set(BY_NETSUITE_CODE)


def test_every_own_code_of_the_table_is_one_that_the_script_gives():
    """A row that nothing leads to would be a promise that nobody keeps."""
    own = {code for code in BY_NETSUITE_CODE if code.startswith("LAGO_")}
    everywhere = "".join(file.read_text(encoding="utf-8") for file in SCRIPT.rglob("*.js"))

    assert not {code for code in own if f"'{code}'" not in everywhere}


@pytest.mark.parametrize(("code", "group"), table().items())
def test_table_and_script_agree_on_how_far_a_code_reaches(code, group):
    """What the script calls worth a repeat is no refusal in the table, and the other way round."""
    assert BY_NETSUITE_CODE[code].effect in REACHES.get(group, {"record"})
