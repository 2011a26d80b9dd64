"""`schemas/asyncapi.yaml` is an AsyncAPI 3.0 document by AsyncAPI's own schema."""

import fcntl
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
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as one_at_a_time:
        # Parallel test processes install into this one folder.
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        _install(npm)
        return Draft7Validator(json.loads(SCHEMA.read_text()))


def _install(npm: str) -> None:
    lock = PACKAGE / "package-lock.json"
    if SCHEMA.is_file() and (CACHE / lock.name).read_text() == lock.read_text():
        return
    shutil.copytree(PACKAGE, CACHE, dirs_exist_ok=True)
    command = [npm, "ci", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=CACHE, check=True, timeout=INSTALL_LIMIT_S)


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
