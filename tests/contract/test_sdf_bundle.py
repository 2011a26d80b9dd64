"""The way without Node.js: a folder to upload by hand, made of the same project that is deployed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import zipfile
from xml.etree import ElementTree as ET

import pytest

from tests.support.sdf_project import GRANTED, OBJECTS, PERMISSIONS, PROJECT, ROOT

PROGRAM = PROJECT / "bundle" / "make.py"
SCRIPTS = PROJECT / "src" / "FileCabinet" / "SuiteScripts"
MAKE_LIMIT_S = 60


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("netsuite_bundle", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def guide(make):
    return make.guide()


def _rows(guide):
    """The cells of each row of its tables."""
    return [line.strip("| ").split(" | ") for line in guide.splitlines() if line.startswith("| ")]


def test_make_writes_the_archive_and_the_page(tmp_path):
    """As the administrator's guide has it."""
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")

    subprocess.run(
        ["make", "netsuite-bundle"], cwd=tmp_path, check=True, capture_output=True, timeout=MAKE_LIMIT_S
    )

    made = {path.name for path in (tmp_path / "build" / "netsuite-bundle").iterdir()}
    assert made == {"lago_netsuite.zip", "BY_HAND.md"}


def test_the_archive_holds_every_file_of_the_script_under_its_folder(make, tmp_path):
    """The File Cabinet unpacks it where the script record looks for it."""
    make.build(tmp_path)

    with zipfile.ZipFile(tmp_path / "lago_netsuite.zip") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    assert found == {
        file.relative_to(SCRIPTS).as_posix(): file.read_bytes()
        for file in SCRIPTS.rglob("*")
        if file.is_file()
    }
    assert "lago_netsuite/lago_netsuite_rl.js" in found


def test_the_same_project_makes_the_same_archive(make, tmp_path):
    """So that two can be compared."""
    for name in ("one", "other"):
        make.build(tmp_path / name)

    one, other = ((tmp_path / name / "lago_netsuite.zip").read_bytes() for name in ("one", "other"))
    assert one == other


@pytest.mark.parametrize("path", sorted(OBJECTS.glob("cust[bec]*_*.xml")), ids=lambda path: path.stem)
def test_every_field_stands_on_the_page_with_its_settings(guide, path):
    root = ET.parse(path).getroot()
    prefix, _, own = path.stem.partition("_")
    [row] = [
        row
        for row in _rows(guide)
        if row[:2] == [root.findtext("label"), f"`_{own}`"] and _is_of(row, prefix)
    ]

    assert root.findtext("description") in row
    assert ("Global Search" in row[4]) is (root.findtext("globalsearch") == "T")
    assert ("Disabled" in row) is (root.findtext("displaytype") == "LOCKED")


def _is_of(row, prefix):
    places = {"custentity": {"Customer"}, "custbody": {"Sale", "Customer Payment"}, "custcol": {"Sale Item"}}
    return set(row[3].split(", ")) <= places[prefix]


def test_the_role_has_the_permissions_that_are_deployed(guide):
    listed = {(row[1], row[2]) for row in _rows(guide) if len(row) == 3 and row[0] != "---"}

    expected = {(PERMISSIONS["names"][key], level.capitalize()) for key, level in GRANTED.items()}
    assert listed - {("Permission", "Level")} == expected


def test_role_script_and_deployment_get_the_names_and_ids_of_the_project(guide):
    script = ET.parse(OBJECTS / "customscript_lago_netsuite.xml").getroot()
    deployment = script.find("scriptdeployments/scriptdeployment")
    role = ET.parse(OBJECTS / "customrole_lago_netsuite.xml").getroot()
    typed = re.findall(r"(?:Name|Title) \*\*([\w ]+)\*\*, ID `(\w+)`", guide)

    assert typed == [
        (name, re.sub("^custom(script|deploy|role)", "", element.get("scriptid")))
        for element, name in (
            (role, role.findtext("name")),
            (script, script.findtext("name")),
            (deployment, deployment.findtext("title")),
        )
    ]
    assert deployment.findtext("status").capitalize() in guide
    assert script.findtext("scriptfile").strip("[/]") in guide


def test_a_setting_that_no_column_shows_is_an_error(make):
    """Otherwise a field made by hand could differ from the deployed one without notice."""
    field = ET.parse(OBJECTS / "custbody_lago_id.xml").getroot()
    ET.SubElement(field, "bodypurchase").text = "T"

    with pytest.raises(ValueError, match="custbody_lago_id: no column shows bodypurchase"):
        make._field(field, "custbody")
