"""Every command of the administrator's instructions is run: from an empty account to a posted invoice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from consumer.clock import SystemClock
from consumer.config import connections_file
from consumer.netsuite.client import Client
from consumer.outcome import Delivered
from tests.support.mapping_results import mapped
from tests.support.sdf_project import OBJECTS, PROJECT, README, ROOT, role

PACKAGE = json.loads((PROJECT / "package.json").read_text())
# Oracle's program asks for an account here; `make suitescript` installs and checks, before all tests.
ENDS_AT_ORACLE = {"npm run sdk", "npm run account", "npm run preview", "npm run deploy"}
RUN_BY_MAKE = {"npm ci", "npm run check"}
FOLDER = "cd deploy/netsuite"
FIELD_PREFIXES = ("custbody_", "custcol_", "custentity_")
COMMAND_LIMIT_S = 60
WALK_LIMIT_S = 60


def _commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line[:2] == "$ "]


@contextmanager
def _account_with_certificate(folder: Path):
    """An emulated account that knows the certificate an administrator has uploaded."""
    certificate = ["openssl", "x509", "-in", "netsuite-certificate.pem", "-noout", "-pubkey"]
    key = subprocess.run(certificate, cwd=folder, capture_output=True, text=True, check=True).stdout
    login = {"kind": "oauth2", "client_id": "client", "certificate_id": "certificate", "public_key_pem": key}
    profile = folder / "profile.json"
    integrations = {"integrations": [login], "permissions": role()}
    profile.write_text(json.dumps({"extends": "default", "name": "walk"} | integrations))
    command = [sys.executable, "-m", "consumer", "sandbox", "--port", "0", "--profile", str(profile)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield re.search(r"restlet_url: (\S+)", process.stdout.readline())[1]
    finally:
        process.terminate()
        process.wait(COMMAND_LIMIT_S)
        process.stdout.close()


def _run(commands: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LAGO_NETSUITE_")}
    environment |= {
        "HOME": str(folder.parent),
        "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}",
        "NETSUITE_CLIENT_ID": "client",
        "NETSUITE_CERTIFICATE_ID": "certificate",
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )


def _step(number: int) -> str:
    return re.search(rf"^## {number}\. .*?(?=^## )", README, re.MULTILINE | re.DOTALL)[0]


def _commands_of(number: int) -> list[str]:
    return re.findall(r"^\$ (.*)$", _step(number), re.MULTILINE)


async def test_an_administrator_gets_from_nothing_to_a_posted_invoice(tmp_path_factory, monkeypatch):
    """
    The README's own commands and its own configuration, in order, against the sandbox with our role.

    Only what a browser would do is done for the reader: the certificate is uploaded, the address is copied.
    """
    began_s = time.monotonic()
    tmp_path = tmp_path_factory.mktemp("home") / "lago-netsuite"
    tmp_path.mkdir()
    sample = ROOT / "tests" / "samples" / "invoice.created.json"
    (tmp_path / sample.name).write_bytes(sample.read_bytes())
    assert _run(_commands_of(5), tmp_path).returncode == 0
    with _account_with_certificate(tmp_path) as restlet_url:
        written = re.search(r"```yaml\n(.*?)```", _step(8), re.DOTALL)[1]
        address = re.compile(r"restlet_url: \S+")
        (tmp_path / "connections.yaml").write_text(address.sub(f"restlet_url: {restlet_url}", written))

        walked = _run(_commands_of(8), tmp_path)
        findings = _run([*_commands_of(8)[:2], "lago-netsuite check --deep --json || true"], tmp_path)
        planned = json.loads(walked.stdout.splitlines()[-1])
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("NETSUITE_CLIENT_ID", "client")
        monkeypatch.setenv("NETSUITE_CERTIFICATE_ID", "certificate")
        (configured,) = connections_file.load(tmp_path / "connections.yaml")
        async with Client(configured, clock=SystemClock()) as client:
            outcome = await client.write(mapped(sample.read_bytes(), configured).request)
        async with httpx.AsyncClient(base_url=restlet_url.split("/app/")[0], trust_env=False) as http:
            books = (await http.get("/sandbox/records", params={"type": "invoice"})).json()

    assert walked.returncode == 0, walked.stderr
    assert failures(findings.stdout) <= {"kafka"}
    assert planned["outcome"] == "request"
    assert isinstance(outcome, Delivered)
    assert len(books) == 1
    assert time.monotonic() - began_s < WALK_LIMIT_S


def failures(printed: str) -> set[str]:
    return {finding["id"] for finding in json.loads(printed)["findings"] if finding["status"] == "fail"}


def test_the_readme_adds_up_its_minutes():
    minutes = re.findall(r"^\| \d \| .* \| (\d+) \|$", README, re.MULTILINE)
    headings = re.findall(r"^## \d\. .* \((\d+) minutes\)$", README, re.MULTILINE)

    assert minutes == headings
    assert sum(map(int, minutes)) <= 60


def test_what_ends_at_oracle_is_a_script_of_the_package():
    """The package is validated before anything is sent, and Oracle's program is pinned by the lock file."""
    scripts = PACKAGE["scripts"]
    lock = json.loads((PROJECT / "package-lock.json").read_text())["packages"]

    assert {command.removeprefix("npm run ") for command in ENDS_AT_ORACLE} <= set(scripts)
    assert scripts["deploy"].startswith("npm run --silent validate && suitecloud project:deploy")
    assert lock["node_modules/@oracle/suitecloud-cli"]["integrity"].startswith("sha512-")


def test_what_make_runs_is_what_the_readme_says():
    makefile = (ROOT / "Makefile").read_text()

    assert set(_commands()) >= RUN_BY_MAKE
    assert "npm ci " in makefile
    assert "npm run --silent check" in makefile


def test_every_command_of_the_readme_is_run_by_a_test():
    tested = {*_commands_of(5), *_commands_of(8), FOLDER, "make netsuite-bundle"}

    assert set(_commands()) - ENDS_AT_ORACLE - RUN_BY_MAKE - tested == {"npm run validate"}


def test_each_block_of_commands_begins_where_the_one_before_it_does_not_matter():
    """A reader may come back to a step in a new terminal, in the root of the repository."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    first = [block.splitlines()[0].removeprefix("$ ") for block in blocks]

    assert set(first) == {
        FOLDER,
        "make netsuite-bundle",
        "mkdir -p ~/lago-netsuite && cd ~/lago-netsuite",
        "cd ~/lago-netsuite",
    }
    assert ROOT / FOLDER.removeprefix("cd ") == PROJECT


def test_the_version_of_node_is_the_one_that_oracles_program_needs():
    """Its own dependencies say from which on; the guide and the package say the same."""
    lock = json.loads((PROJECT / "package-lock.json").read_text())["packages"]
    needs = [lock[f"node_modules/{name}"]["engines"]["node"] for name in ("commander", "inquirer")]

    assert any("22.12" in need for need in needs)
    assert PACKAGE["engines"]["node"] == lock[""]["engines"]["node"] == ">=22.12"
    assert "Node.js 22.12 or newer" in README


@pytest.mark.skipif(
    not (PROJECT / "node_modules" / "@oracle" / "suitecloud-cli").is_dir(), reason="needs `npm ci`"
)
@pytest.mark.parametrize("name", ["SUITECLOUD_CLI_ACCEPT_LICENSE", "SUITECLOUD_CI_PASSKEY", "SUITECLOUD_CI"])
def test_a_variable_that_the_readme_names_is_one_that_oracles_program_reads(name):
    program = PROJECT / "node_modules" / "@oracle" / "suitecloud-cli" / "src"

    assert f"`{name}" in README
    assert any(f"'{name}'" in file.read_text() for file in program.rglob("*.js"))


def test_undoing_names_every_object_of_the_project():
    """A deployment deletes nothing, so an administrator deletes the objects by hand."""
    undoing = re.search(r"^## Undoing it\n(.*?)(?=^## )", README, re.MULTILINE | re.DOTALL)[1]
    fields = {path.stem for path in OBJECTS.glob("cust*_*.xml") if path.stem.startswith(FIELD_PREFIXES)}

    assert set(re.findall(r"`(cust(?:entity|body|col)_\w+)`", undoing)) == fields
    places = ["M2M", "Manage Integrations", "Script Deployments", "File Cabinet", "Employees", "Manage Roles"]
    found = [undoing.index(place) for place in [*places, "Lists, Records, & Fields"]]
    assert found == sorted(found)


@pytest.mark.skipif(
    not (PROJECT / "node_modules").is_dir(), reason="needs Node.js and `npm ci` (make suitescript)"
)
def test_validate_finds_nothing_and_says_so():
    ran = subprocess.run(
        ["npm", "run", "--silent", "validate"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=COMMAND_LIMIT_S,
        check=False,
    )

    assert (ran.returncode, ran.stdout.endswith("no findings\n")) == (0, True), ran.stderr
