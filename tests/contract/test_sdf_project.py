"""The SDF project: what NetSuite's own validation would refuse, checked without an account."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

SOURCE = Path(__file__).parents[2] / "deploy" / "netsuite" / "src"
SCRIPTS = SOURCE / "FileCabinet" / "SuiteScripts" / "lago_netsuite"
OBJECTS = sorted((SOURCE / "Objects").glob("*.xml"))
FILES = sorted(SCRIPTS.rglob("*.js"))
LONGEST_ID = {"custentity": 40, "custbody": 38, "custcol": 37, "customscript": 40, "customrole": 40}
# Fields of other bundles and of one's own, which the script only uses where they are.
FOREIGN = {"custbody_ava_disable_tax_calculation", "custbody_lago_plan_codes", "custcol_lago_item_source"}


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: path.stem)
def test_an_object_lies_in_the_file_of_its_script_id(path):
    script_id = ET.parse(path).getroot().get("scriptid")

    assert script_id == path.stem
    assert len(script_id) <= LONGEST_ID[script_id.split("_")[0]]


def test_the_restlet_is_released_and_its_file_is_there():
    root = ET.parse(SOURCE / "Objects" / "customscript_lago_netsuite.xml").getroot()

    path = root.findtext("scriptfile").strip("[]")
    assert (SOURCE / "FileCabinet" / path.lstrip("/")).is_file()
    deployment = root.find("scriptdeployments/scriptdeployment")
    assert deployment.get("scriptid") == "customdeploy_lago_netsuite"
    assert (deployment.findtext("status"), deployment.findtext("isdeployed")) == ("RELEASED", "T")


def test_every_custom_field_of_the_script_is_an_object_of_the_project():
    source = "".join(path.read_text() for path in FILES)
    used = set(re.findall(r"'(cust(?:entity|body|col)_[a-z_]+)'", source))

    assert used - FOREIGN <= {path.stem for path in OBJECTS}
    assert "custbody_lago_fingerprint" in used


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_script_file_is_a_suitescript_21_module_of_es2019(path):
    """ES2019 is what SuiteScript 2.1 promises: no optional chaining, nullish operator, BigInt."""
    source = path.read_text()

    assert "@NApiVersion 2.1" in source
    assert ("@NScriptType Restlet" in source) is (path.parent == SCRIPTS)
    assert not re.search(r"\?\.[a-zA-Z[(]|\?\?|\d+n\b|\basync\b|\bawait\b|\brequire\(", source)


@pytest.mark.parametrize("name", ["manifest.xml", "deploy.xml"])
def test_manifest_and_deploy_are_well_formed(name):
    assert ET.parse(SOURCE / name).getroot().tag == name.removesuffix(".xml")
