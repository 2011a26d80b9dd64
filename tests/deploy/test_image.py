"""The image holds what a clean environment from its lock file holds, and nothing that builds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.binaries import ROOT, found

DOCKERFILE = (ROOT / "Dockerfile").read_text()
LOCKS = ROOT / "deploy" / "image"
LIMIT_S = 240

# One process builds it, and the others do not build it again.
pytestmark = pytest.mark.xdist_group("image")


def instructions() -> list[tuple[str, str]]:
    """Every instruction with its words, continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    lines = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, rest.strip()) for word, _, rest in lines]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


BUILD, FINAL = stages()


def of(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for each, rest in stage if each == word]


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """The build stage, carried out here: its files copied, its commands run, other folders for its own."""
    # Compiling what is installed takes as long as installing it, and is not what is tested.
    folder = tmp_path_factory.mktemp("image")
    source = folder / "src"
    source.mkdir()
    for word, rest in BUILD:
        if word == "COPY":
            *what, where = rest.split()
            copy(what, source / where)
        elif word == "RUN":
            command = re.sub(r"/(build|venv)\b(?=/| |$)", rf"{folder}/\1", rest)
            python = Path(sys.executable).resolve().parent
            run(["bash", "-euc", f"export PATH={python}:$PATH PIP_NO_COMPILE=1; {command}"], cwd=source)
    return folder


def copy(what: list[str], where: Path) -> None:
    for each in what:
        origin = ROOT / each
        if origin.is_dir():
            shutil.copytree(origin, where, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target = where / origin.name if len(what) > 1 or where.is_dir() else where
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, target)


def run(command: list[str], **more) -> str:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S, **more)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (LOCKS / lock).read_text(), re.MULTILINE))


def test_the_image_answers_as_the_program_does(built):
    """Whatever a command needs is in the wheel or the lock: all of them say how they are used."""
    program = str(built / "venv" / "bin" / "lago-netsuite")
    clean = {"PATH": "/usr/bin:/bin"}

    assert run([program, "--version"], cwd=built, env=clean) == "lago-netsuite 0.1.0\n"
    shown = run([program, "--help"], cwd=built, env=clean)
    for command in ("worker", "relay", "ingest", "sandbox", "demo", "rehearsal", "check"):
        assert command in shown


def test_everything_can_be_imported_from_the_image(built):
    """Every module, the sandbox's and the tracer's too: no dependency was forgotten, no file left out."""
    script = (
        "import consumer, schemas, importlib, pkgutil\n"
        "for package in (consumer, schemas):\n"
        "    for each in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not each.name.endswith('__main__'): importlib.import_module(each.name)\n"
        "from consumer.sandbox.account import Account\n"
        "from consumer.sandbox.profile import Profile\n"
        "Account.open(Profile.load(), None).close()\n"
        "print(consumer.__file__)"
    )

    printed = run([str(built / "venv/bin/python"), "-c", script], cwd=built, env={"PATH": "/usr/bin:/bin"})

    assert printed.strip().startswith(str(built / "venv"))


def test_the_image_has_what_the_lock_names_and_nothing_else(built):
    """No pip, no build backend, no test tool."""
    script = "from importlib.metadata import distributions as d; print(*(x.metadata['Name'] for x in d()))"
    names = run([str(built / "venv/bin/python"), "-c", script], cwd=built).split()
    installed = {re.sub(r"[-_.]+", "-", each).lower() for each in names}

    assert installed - pinned("runtime.lock").keys() == {"lago-netsuite"}


@pytest.mark.parametrize("lock", ["runtime.lock", "build.lock"])
def test_the_image_has_the_versions_that_are_tested(lock):
    """The lock files of the image agree with that of the repository; `make lock` writes all of them."""
    tested = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))

    assert {name: tested.get(name) for name in pinned(lock)} == pinned(lock)


def test_hadolint_has_nothing_to_say():
    """Of the Dockerfile as it stands, with no rule switched off."""
    assert run([found("hadolint"), str(ROOT / "Dockerfile")]) == ""


def test_the_last_stage_only_copies():
    """No shell ran in it, so nothing was installed there; and it is not root, by number."""
    assert of(FINAL, "RUN") == []
    assert all(each.startswith("--from=build ") for each in of(FINAL, "COPY"))
    assert of(FINAL, "USER") == ["10001:10001"]
    assert of(FINAL, "STOPSIGNAL") == ["SIGTERM"]
    assert of(FINAL, "ENTRYPOINT") == ['["lago-netsuite"]']
    assert len(of(FINAL, "HEALTHCHECK")) == 1


def test_the_builder_is_sent_what_it_copies_and_no_more():
    """.dockerignore lets through exactly the sources of COPY: no .git, no .venv, no secrets lying about."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_through = {line[1:] for line in lines if line.startswith("!")} - {"deploy", "deploy/netsuite"}
    copied = {each for rest in of(BUILD, "COPY") for each in rest.split()[:-1]}

    assert lines[1] == "*"
    assert {
        each for each in copied if not any(each.startswith(f"{one}/") or each == one for one in let_through)
    } == set()
    assert {each for each in let_through if not any(one.startswith(each) for one in copied)} == set()
