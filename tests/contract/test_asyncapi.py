"""`schemas/asyncapi.yaml` is an AsyncAPI 3.0 document by AsyncAPI's own schema."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from schemas import asyncapi

PACKAGE = Path(__file__).with_name("asyncapi_specs")
CACHE = Path(__file__).parents[2] / "build" / "asyncapi-specs"
SCHEMA = CACHE / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
INSTALL_LIMIT_S = 180


@pytest.fixture(scope="module")
def official():
    """The schema as AsyncAPI publishes it, from npm; kept in build/ until its lock file changes."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm: AsyncAPI's own schema cannot be had")
    lock = PACKAGE / "package-lock.json"
    if not SCHEMA.is_file() or (CACHE / lock.name).read_text() != lock.read_text():
        shutil.copytree(PACKAGE, CACHE, dirs_exist_ok=True)
        command = [npm, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=CACHE, check=True, timeout=INSTALL_LIMIT_S)
    return Draft7Validator(json.loads(SCHEMA.read_text()))


def document():
    return YAML(typ="safe").load(asyncapi.FILE.read_text())


def test_the_document_keeps_to_asyncapis_own_schema(official):
    """Every member where the specification wants it."""
    found = [f"{error.json_path}: {error.message[:200]}" for error in official.iter_errors(document())]

    assert found == []


def test_a_misplaced_member_would_be_found(official):
    """The check above can fail."""
    broken = document()
    broken["channels"]["invoices"]["topic"] = "lago.invoices"

    assert not official.is_valid(broken)
