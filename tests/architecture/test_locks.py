"""The lock files are complete: nothing is resolved when they are installed, on whatever day that is."""

from __future__ import annotations

import sys
from importlib import metadata

import pytest

from tests.architecture import locks

LOCKS = {
    "requirements.lock": locks.of_project("dev"),
    "deploy/image/worker.lock": locks.of_project("tracing"),
    "deploy/image/sandbox.lock": locks.of_project("sandbox", "tracing"),
    "deploy/image/build.lock": locks.of_build(),
}

THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

every_lock = pytest.mark.parametrize("file", LOCKS)
every_python = pytest.mark.parametrize("python", locks.PYTHONS)


def entries(file: str) -> tuple[locks.Entry, ...]:
    return locks.read((locks.ROOT / file).read_text())


@every_python
@every_lock
def test_every_requirement_of_every_locked_package_is_locked(file, python):
    """Extras included: `coverage[toml]` of pytest-cov, `aiokafka[zstd]` of ours."""
    where = locks.environment(python)

    assert locks.lacking(entries(file), LOCKS[file], where, locks.installed_requirements) == []


@every_python
@every_lock
def test_nothing_is_locked_that_nobody_asks_for(file, python):
    """What is for other platforms or interpreters aside."""
    where = locks.environment(python)
    here = {entry.name for entry in entries(file) if entry.holds_in(where)}

    assert here - locks.reached(entries(file), LOCKS[file], where, locks.installed_requirements) == set()


@every_lock
def test_every_locked_package_has_hashes(file):
    assert [entry.name for entry in entries(file) if not entry.hashes] == []


@every_lock
def test_what_is_installed_here_is_what_is_locked(file):
    """Otherwise the requirements that are looked at above would be those of other releases."""
    here = [entry for entry in entries(file) if entry.holds_in(locks.environment(THIS_PYTHON))]

    assert {entry.name: metadata.version(entry.name) for entry in here} == {
        entry.name: str(entry.version) for entry in here
    }


@every_python
@every_lock
def test_every_locked_package_admits_the_python(file, python):
    """As its metadata says it; what is locked for another release of Python is installed there only."""
    where = locks.environment(python)
    here = [entry for entry in entries(file) if entry.holds_in(where)]

    assert [entry.name for entry in here if not locks.admits(entry, python)] == []


def test_the_classifiers_name_the_pythons_that_are_looked_at():
    """And no other."""
    assert locks.classified() == locks.PYTHONS


def test_what_only_the_sandbox_needs_is_not_in_the_image_for_production():
    """The embedded broker, an executable that nobody here has built, and the JavaScript engine."""
    worker, sandbox = (
        {entry.name for entry in entries(f"deploy/image/{name}.lock")} for name in ("worker", "sandbox")
    )

    assert worker < sandbox
    assert sandbox - worker == {"noida-db", "quickjs-ng"}


LOCK = """\
one==1.0 \\
    --hash=sha256:{0}
two==2.0 ; python_full_version < '3.12' \\
    --hash=sha256:{0} \\
    --hash=sha256:{0}
""".format("a" * 64)
REQUIREMENTS = {"one": ["two>=1", 'three>=3; extra == "more"'], "two": []}


@pytest.mark.parametrize(
    ("roots", "python", "missing"),
    [
        (["one"], "3.11", []),
        (["one"], "3.12", ["one asks for two>=1, which is not locked"]),
        (["one[more]"], "3.11", ['one asks for three>=3; extra == "more", which is not locked']),
        (["one", "two>=3"], "3.11", ["the project asks for two>=3, and 2.0 is locked"]),
        (["four; python_version < '3.11'", "one"], "3.11", []),
    ],
)
def test_a_requirement_that_is_not_locked_is_found(roots, python, missing):
    """The extra of a package, the package of one Python only, the version that is too old."""
    found = locks.lacking(locks.read(LOCK), roots, locks.environment(python), REQUIREMENTS.__getitem__)

    assert found == missing


@pytest.mark.parametrize("line", ["one>=1.0", "one==1.0 --hash=md5:00", "-e .", "https://example.com/a.whl"])
def test_a_line_that_pins_nothing_is_refused(line):
    with pytest.raises(ValueError, match="line 1 is neither"):
        locks.read(line)
