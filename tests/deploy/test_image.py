"""Each image holds what a clean environment from its lock file holds, and nothing that builds."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.architecture import locks
from tests.deploy import image, newer_releases
from tests.deploy.binaries import ROOT, found
from tests.deploy.compose import OURS, SERVICES, target
from tests.deploy.image import Image

LOCKS = ROOT / "deploy" / "image"
STAGES = image.stages()
TARGETS = ("worker", "sandbox")
BUILT_BY = {"worker": "build", "sandbox": "build-sandbox"}
# What needs the extra `sandbox`; production does not.
OF_THE_SANDBOX = ("consumer.sandbox", "consumer.commands.sandbox", "consumer.demo")

IMPORT_ALL = """
import consumer, schemas, importlib, pkgutil
for package in (consumer, schemas):
    for each in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        if not each.name.endswith('__main__') and not each.name.startswith(LEFT_OUT):
            importlib.import_module(each.name)
print(consumer.__file__)
"""
OPEN_BOOKS = """
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import Profile
Account.open(Profile.load(), None).close()
"""

THIS = locks.environment(f"{sys.version_info.major}.{sys.version_info.minor}")

# One process builds them, and the others do not build them again.
pytestmark = pytest.mark.xdist_group("image")

by_target = pytest.mark.parametrize("name", TARGETS)


@pytest.fixture(scope="module")
def later(tmp_path_factory) -> dict[str, str]:
    """The environment of a day on which everything has a newer release."""
    names = {name for lock in ("worker", "sandbox", "build") for name in pinned(f"{lock}.lock")}
    return newer_releases.publish(names, tmp_path_factory.mktemp("index") / "wheels")


@pytest.fixture(scope="module")
def worker(tmp_path_factory, later) -> Image:
    return image.build("build", tmp_path_factory.mktemp("worker"), later)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory, later, worker) -> Image:
    return image.build_on(worker, "build-sandbox", tmp_path_factory.mktemp("sandbox") / "image", later)


@pytest.fixture
def built(request, name) -> Image:
    """The image of a target."""
    return request.getfixturevalue(name)


def pinned(lock: str) -> dict[str, str]:
    return {str(each.name): str(each.version) for each in locks.read((LOCKS / lock).read_text())}


def test_the_image_answers_as_the_program_does(worker):
    """Whatever a command needs is in the wheel or the lock: all of them say how they are used."""
    program = [str(worker.folder / "venv" / "bin" / "lago-netsuite")]
    ran = subprocess.run([*program, "--version"], env=image.CLEAN, capture_output=True, text=True, check=True)

    assert ran.stdout == "lago-netsuite 0.1.0\n"
    shown = worker.done("-m", "consumer", "--help")
    for command in ("worker", "relay", "ingest", "sandbox", "demo", "rehearsal", "check"):
        assert command in shown


def test_all_but_the_sandbox_can_be_imported_from_the_image_for_production(worker):
    """Every module, the tracer's too: no dependency was forgotten, no file left out."""
    printed = worker.done("-c", f"LEFT_OUT = {OF_THE_SANDBOX}\n{IMPORT_ALL}")

    assert printed.strip().startswith(str(worker.folder / "venv"))


def test_everything_can_be_imported_from_the_image_with_the_sandbox(sandbox):
    """And its books can be opened."""
    sandbox.done("-c", f"LEFT_OUT = ('none',)\n{IMPORT_ALL}{OPEN_BOOKS}")


@by_target
def test_the_image_has_what_the_lock_names_and_nothing_else(built, name):
    """Release by release, though each has a newer one: no pip, no build backend, no test tool."""
    script = (
        "from importlib.metadata import distributions as d; print(*(f'{x.name}=={x.version}' for x in d()))"
    )
    words = (each.partition("==") for each in built.done("-c", script).split())
    installed = {locks.canonicalize_name(each): version for each, _, version in words}
    here = {str(e.name) for e in locks.read((LOCKS / f"{name}.lock").read_text()) if e.holds_in(THIS)}

    assert installed.pop("lago-netsuite") == "0.1.0"
    assert installed == {each: version for each, version in pinned(f"{name}.lock").items() if each in here}


@by_target
def test_the_image_says_what_it_consists_of(built, name):
    """Two files of the build: a CycloneDX bill of materials, and the licence of every package."""
    folder = built.folder / "venv" / "share" / "doc" / "lago-netsuite"
    listed = json.loads((folder / "sbom.cdx.json").read_text())
    found = [each for each in listed["components"] if each["purl"].startswith("pkg:pypi/")]
    packages = {each["name"]: each["version"] for each in found}
    lines = (folder / "licences.txt").read_text().partition("\n\n")[0].splitlines()

    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"]["component"]["purl"] == "pkg:pypi/lago-netsuite@0.1.0"
    assert packages.items() <= pinned(f"{name}.lock").items()
    assert {line.split()[0] for line in lines} == {*packages, "lago-netsuite"}
    assert {line.split()[0] for line in lines if line.endswith(" unknown")} == set()
    assert ("noida-db" in packages) == (name == "sandbox")


@pytest.mark.parametrize("command", [["sandbox"], ["demo"], ["rehearsal", "prepare", "."]])
def test_what_needs_the_sandbox_is_a_sentence_in_the_image_for_production(worker, command):
    """Exit code 2, what is missing and how to get it, no traceback."""
    ran = worker.run("-m", "consumer", *command)

    assert ran.returncode == 2
    assert ran.stdout == ""
    [line] = ran.stderr.splitlines()
    assert line.startswith(f"lago-netsuite {command[0]} needs the extra `sandbox`")
    assert "pip install 'lago-netsuite[sandbox]'" in line
    assert "--target sandbox" in line


@pytest.mark.parametrize("service", OURS)
def test_compose_takes_the_image_that_has_what_a_service_needs(request, service):
    """Each command of deploy/compose.yaml says how it is used in the image that it is started from."""
    built = request.getfixturevalue(target(service))

    assert "Usage" in built.done("-m", "consumer", *map(str, SERVICES[service]["command"]), "--help")
    needs_sandbox = SERVICES[service]["command"][0] in {"sandbox", "demo", "rehearsal"}
    assert target(service) == ("sandbox" if needs_sandbox else "worker")


@pytest.mark.parametrize("lock", ["worker.lock", "sandbox.lock", "build.lock"])
def test_the_image_has_the_versions_that_are_tested(lock):
    """The lock files of the image agree with that of the repository; `make lock` writes all of them."""
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    assert {name: tested.get(name) for name in pinned(lock)} == pinned(lock)


def test_hadolint_has_nothing_to_say():
    """Of the Dockerfile as it is, with all rules."""
    ran = subprocess.run(
        [found("hadolint"), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stdout) == (0, "")


def test_production_is_what_is_built_when_no_target_is_named():
    """The last stage of the file."""
    assert list(STAGES)[-1] == "worker"
    assert set(TARGETS) < set(STAGES)


@by_target
def test_an_image_only_copies_what_its_build_stage_has_made(name):
    """No shell ran in it, so nothing was installed there."""
    stage, base = STAGES[name], STAGES["base"]

    assert stage.base == "base"
    assert stage.instructions == (("COPY", f"--from={BUILT_BY[name]} /venv /venv"),)
    assert base.of("RUN") == []
    assert all(each.startswith("--from=build ") for each in base.of("COPY"))


def test_both_images_run_as_nobody_and_know_how_to_stop():
    """And it is not root, by number."""
    base = STAGES["base"]

    assert base.of("USER") == ["10001:10001"]
    assert base.of("STOPSIGNAL") == ["SIGTERM"]
    assert base.of("ENTRYPOINT") == ['["lago-netsuite"]']
    assert base.of("CMD") == ['["worker"]']
    assert len(base.of("HEALTHCHECK")) == 1


def test_nothing_is_resolved_or_built_from_source():
    """Every installation from a lock asks for its hashes and takes wheels only; the wheel is ours."""
    commands = [
        each.strip() for stage in STAGES.values() for run in stage.of("RUN") for each in run.split("&&")
    ]
    installations = [each for each in commands if "pip install" in each]

    assert len(installations) == 4
    assert all(
        "${LOCKED}" in each or each.endswith("--no-deps /build/wheels/*.whl") for each in installations
    )
    assert {"--no-deps", "--require-hashes", "--only-binary"} <= set(
        image.environment_of("build")["LOCKED"].split()
    )


def test_the_builder_is_sent_what_it_copies_and_no_more():
    """.dockerignore lets through exactly the sources of COPY: no .git, no .venv, no secrets lying about."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")} - {"deploy", "deploy/netsuite"}
    sources = [rest for name in BUILT_BY.values() for rest in STAGES[name].of("COPY")]
    copied = {each for rest in sources for each in rest.split()[:-1]}

    assert lines[1] == "*"
    assert {
        each for each in copied if not any(each.startswith(f"{one}/") or each == one for one in let_through)
    } == set()
    assert {each for each in let_through if not any(one.startswith(each) for one in copied)} == set()
