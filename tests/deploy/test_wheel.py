"""The wheel in a fresh environment and an empty folder is enough to begin, without this repository."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from consumer.sandbox.broker import free_port
from tests.deploy.binaries import ROOT
from tests.support import installed_wheel, readme

LIMIT_S = 300
VARIABLE = re.compile(r"^([A-Z_]+)=(\S+)$", re.MULTILINE)
AT_ONCE = {"LAGO_NETSUITE_INGEST_STOP_DELAY_S": "0"}
PORTS = ("9092", "8081", "8082")
WHERE = "import consumer; print(consumer.__file__)"

pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.slow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The program of the wheel, called in a folder that has nothing of the repository."""

    programs: Path
    folder: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.call("lago-netsuite", *arguments, **environment)

    def call(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.folder)} | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    @property
    def variables(self) -> dict[str, str]:
        """What `.env` sets."""
        return dict(VARIABLE.findall((self.folder / ".env").read_text()))


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    programs = installed_wheel.install(ROOT, tmp_path_factory.mktemp("environment"))
    return Installed(programs=programs, folder=tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def begun(installed) -> Installed:
    """After `init`."""
    ran = installed.run("init", "--netsuite")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return installed


def test_the_program_is_that_of_the_wheel(installed):
    """Without this, the tests below would be of the checkout."""
    ran = installed.call("python", "-c", WHERE)

    assert ran.stdout.startswith(str(installed.programs.parent)), ran.stderr


def test_what_init_writes_from_the_wheel_passes_check(begun):
    ran = begun.run("check", **begun.variables)

    assert ran.returncode == 0, ran.stderr
    assert "Everything is in place." in ran.stdout


def test_the_samples_of_the_wheel_can_be_previewed(begun):
    """Each of them would be sent."""
    files = sorted(str(file) for file in (begun.folder / "samples").iterdir())
    ran = begun.run("preview", *files, **begun.variables)

    assert [json.loads(line)["outcome"] for line in ran.stdout.splitlines()] == ["request"] * len(files)
    assert len(files) == 3


def test_the_suitescript_of_the_wheel_is_that_of_the_repository(begun):
    """What an administrator deploys, file by file."""
    theirs, ours = begun.folder / "netsuite" / "src", ROOT / "deploy" / "netsuite" / "src"
    names = {file.relative_to(ours) for file in ours.rglob("*") if file.is_file()}

    assert {file.relative_to(theirs) for file in theirs.rglob("*") if file.is_file()} == names
    assert all((theirs / name).read_bytes() == (ours / name).read_bytes() for name in names)


def test_the_demo_runs_from_the_wheel(installed):
    """Its month is posted, and every event is accounted for."""
    ran = installed.run("demo", "--json")

    assert ran.returncode == 0, ran.stderr


def test_the_first_walk_of_the_readme_posts_an_invoice(installed, tmp_path):
    """Its commands in one shell and an empty folder, each begun when the one before it has said something."""
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _script(tmp_path)],
        cwd=tmp_path,
        env={"PATH": f"{installed.programs}:/usr/bin:/bin", "HOME": str(tmp_path)} | AT_ONCE,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [line for session in readme.walk() for line in session.unseen(ran.stdout)] == []
    [invoice] = json.loads(ran.stdout[ran.stdout.rindex("\n[") :])
    assert invoice["tranid"] == "ACM-3F21-202608-057"
    logged = [json.loads(line) for log in tmp_path.glob("*.log") for line in _lines_of_a_process(log)]
    assert {"ingest_listening", "record_settled"} <= {line["event"] for line in logged}
    assert [line for line in logged if line.get("logger", "").startswith("uvicorn")] == []


def _lines_of_a_process(log: Path) -> list[str]:
    """All lines of worker and ingest; the sandboxes say in sentences where they are and what comes next."""
    lines = log.read_text().splitlines()
    return [] if any(line.startswith("Next: ") for line in lines) else lines


def _script(logs: Path) -> str:
    """The walk on free ports, which are set where the README says it; `installed` has done `pip install`."""
    netsuite, *others = (str(free_port()) for _ in range(4))
    ports = "".join(f"s/{old}$/{new}/;" for old, new in zip(PORTS, others, strict=True))
    moved = f"sed -i '{ports}' walk/.env; sed -i s/:8460/:{netsuite}/ walk/connections.yaml"
    commands = [command for session in readme.walk() for command in session.commands]
    lines = ["trap 'kill $(jobs -p); wait' EXIT"]
    for number, command in enumerate(commands[1:]):
        own = command.replace("8460", netsuite).replace("sandbox &", f"sandbox --port {netsuite} &")
        lines.append(_in_background(own, logs / f"{number}.log") if own.endswith(" &") else own)
        lines += [moved] if command.startswith("lago-netsuite init ") else []
    return "\n".join(lines)


def _in_background(command: str, log: Path) -> str:
    return f"{command.removesuffix('&')} >{log} 2>&1 &\nuntil [ -s {log} ]; do sleep 0.1; done"


def test_the_wheel_carries_every_file_of_the_program(installed):
    """Pages, styles, tables and texts beside the modules, as the console and the sandbox need them."""
    found = installed.call("python", "-c", "import consumer; print(consumer.__path__[0])").stdout.strip()
    ours = subprocess.run(
        ["git", "ls-files", "consumer"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=LIMIT_S
    ).stdout.splitlines()

    missing = [name for name in ours if not (Path(found).parent / name).is_file()]
    assert missing == []
    assert {"consumer/console/tables.sql", "consumer/console/templates/layout.html"} <= set(ours)
