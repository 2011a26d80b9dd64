"""The images, built by the Dockerfile and run as a cluster runs them: `make image-check`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from consumer.cli import app
from tests.containers.container import CONFINED, UID, Container
from tests.containers.engine import ROOT, Engine
from tests.containers.our_images import FACTS, SANDBOX, TARGETS, WORKER
from tests.containers.walk import FOLDER, Walk

COMMANDS = sorted(typer.main.get_command(app).commands)
HELP_OF_EACH = """
import sys
from typer.testing import CliRunner
from consumer.cli import app
print(*(name for name in sys.argv[1:] if 'Usage' not in CliRunner().invoke(app, [name, '--help']).output))
"""
RIGHTS = (
    "grep -E '^(CapEff|CapBnd|NoNewPrivs|Uid|Gid)' /proc/self/status;"
    "touch /venv/x /var/lib/x 2>&1; touch /tmp/x; lago-netsuite --version"
)
DRAIN_LIMIT_S = 45

by_image = pytest.mark.parametrize("image", TARGETS)


@pytest.fixture(scope="module")
def walk(images) -> Iterator[Walk]:
    """The folder that `init` has written."""
    walk = Walk(engine=images)
    assert f"{FOLDER}/connections.yaml: written" in walk.begin()
    yield walk
    images.run("rm", "--force", "--time=0", *reversed(walk.names))


@pytest.fixture(scope="module")
def worker(walk) -> Container:
    """A worker, and all that it needs beside it."""
    walk.start("kafka", SANDBOX, "sandbox", "kafka").until_it_says("topics")
    walk.start("netsuite", SANDBOX, "sandbox").until_it_says("http://")
    started = walk.start("worker", WORKER, "worker", ops_port=8080)
    walk.start("ingest", WORKER, "ingest").until_it_says("ingest_listening")
    started.until_healthy()
    return started


def in_image(engine: Engine, image: str, script: str, *arguments: str) -> str:
    """What a line of shell prints in a container with as few rights as a cluster gives."""
    confined = ["--rm", *CONFINED, "--network=none", "--entrypoint=sh"]
    return engine.done("run", *confined, image, "-uc", script, "sh", *arguments)


@by_image
def test_an_image_has_no_rights_and_needs_none(images, image):
    """Any uid, no capability, nothing to write to but /tmp, and the program starts."""
    shown = in_image(images, image, RIGHTS)

    assert re.findall(r"^(?:Cap\w+|NoNewPrivs):\t(\w+)$", shown, re.MULTILINE) == ["0" * 16, "0" * 16, "1"]
    assert re.findall(r"^[UG]id:\t(\d+)", shown, re.MULTILINE) == [str(UID), "0"]
    assert shown.count("Read-only file system") == 2
    assert shown.endswith("lago-netsuite 0.1.0\n")


def test_every_command_says_how_it_is_used(images):
    """In the image for production."""
    assert in_image(images, WORKER, 'python -c "$@"', HELP_OF_EACH, *COMMANDS).split() == []


@by_image
def test_an_image_says_what_it_is_and_consists_of(images, image):
    """Labels, the bill of materials with the base's packages, and licences."""
    labels = json.loads(images.done("inspect", "--format={{json .Config.Labels}}", image))
    bill = json.loads(in_image(images, image, "cat /venv/share/doc/lago-netsuite/sbom.cdx.json"))
    kinds = {each["purl"].partition("/")[0] for each in bill["components"]}

    said = {name: labels[f"org.opencontainers.image.{name.lower()}"] for name in FACTS}
    assert said == FACTS
    assert kinds == {"pkg:pypi", "pkg:deb", "pkg:generic"}
    assert "aiokafka" in in_image(images, image, "cat /venv/share/doc/lago-netsuite/licences.txt")


@pytest.mark.parametrize("lock", ["build.lock", "worker.lock", "sandbox.lock"])
def test_every_package_has_a_wheel_for_the_python_of_the_base(tmp_path, lock):
    """Which is newer than that of the stand-in: nothing is compiled in a build."""
    version = re.search(r"python:(\d+\.\d+)-", (ROOT / "Dockerfile").read_text())
    assert version is not None
    platform = [
        f"--python-version={version[1]}",
        "--python-platform=x86_64-manylinux_2_28",
        f"--target={tmp_path}",
    ]
    ran = subprocess.run(
        [Path(sys.executable).with_name("uv"), "pip", "install", "--dry-run", "--no-deps", "--require-hashes",
         "--only-binary=:all:", *platform, "--requirement", str(ROOT / "deploy" / "image" / lock)],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr


def test_a_preview_shows_what_would_be_sent(walk):
    """Of the samples that `init` has written, in the image for production."""
    shown = walk.done("preview", "samples/invoice.created.json", "samples/payment.succeeded.json")

    assert [json.loads(line)["outcome"] for line in shown.splitlines()] == ["request", "request"]


def test_a_check_asks_kafka_and_netsuite(walk, worker):
    """And has nothing to object to."""
    shown = walk.done("check", "--deep")

    assert "netsuite-eu" in shown


def test_a_worker_books_an_invoice_that_is_sent_to_ingest(walk, worker):
    """Signed, taken, written: what the README shows."""
    shown = walk.done("send", "samples/invoice.created.json")

    assert ": taken" in shown
    assert re.search(r"invoice ACM-\S+ created, 20\.00 EUR", shown)


def test_a_worker_ends_well_when_it_is_stopped(walk, worker):
    """On SIGTERM, as the first process of its container. The last test: nobody needs it after that."""
    assert worker.stopped(within_s=DRAIN_LIMIT_S) == 0
