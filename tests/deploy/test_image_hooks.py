"""What a build may be given: a base, a private index, an authority, and what its labels say."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.deploy import image
from tests.deploy.binaries import ROOT

HOOK = ROOT / "deploy" / "image" / "from_index.sh"
STAGES = image.stages()
ADDRESS, AUTHORITY = "https://reader:secret@index.example.com/simple", "-----BEGIN CERTIFICATE-----"
SHOWN = {"PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_CERT", "SSL_CERT_FILE"}


def shown(folder) -> dict[str, str]:
    """What a command of the build sees of the secrets in that folder."""
    environment = {"PATH": "/usr/bin:/bin", "SECRETS": str(folder)}
    ran = subprocess.run(
        ["sh", str(HOOK), "env"], env=environment, capture_output=True, text=True, check=True, timeout=10
    )
    pairs = (line.partition("=") for line in ran.stdout.splitlines())
    return {name: value for name, _, value in pairs if name in SHOWN}


def test_a_build_without_secrets_takes_the_usual_index(tmp_path):
    """And the authorities of the base."""
    assert shown(tmp_path) == {}


def test_a_private_index_is_for_pip_and_uv(tmp_path):
    """With its login, which stands in the address."""
    (tmp_path / "index").write_text(f"{ADDRESS}\n")

    assert shown(tmp_path) == {"PIP_INDEX_URL": ADDRESS, "UV_DEFAULT_INDEX": ADDRESS}


def test_an_authority_of_ones_own_is_for_pip_and_uv(tmp_path):
    """By the path of the secret, of which no copy is made."""
    (tmp_path / "ca").write_text(AUTHORITY)

    assert shown(tmp_path) == {"PIP_CERT": f"{tmp_path}/ca", "SSL_CERT_FILE": f"{tmp_path}/ca"}


def test_whatever_asks_an_index_is_given_both_secrets():
    """Each instruction mounts them, and each installation from a lock goes through the hook."""
    asking = [run for stage in STAGES.values() for run in stage.of("RUN") if "${LOCKED}" in run]
    commands = [each for run in asking for each in run.split("&&") if "${LOCKED}" in each]

    assert len(asking) == 2
    assert all(run.count("--mount=type=secret") == 2 for run in asking)
    assert all(f"--mount=type=secret,id={name}" in run for run in asking for name in ("index", "ca"))
    assert all("sh deploy/image/from_index.sh /build/bin/" in each for each in commands)


def test_no_layer_holds_a_secret():
    """Whatever an argument or a variable says stays readable in the image."""
    named = [rest for stage in STAGES.values() for word in ("ARG", "ENV") for rest in stage.of(word)]

    assert [each for each in named if re.search("TOKEN|PASSWORD|SECRET|INDEX|CERT", each)] == []


def test_the_base_is_python_314_on_debian_13_without_the_address_of_a_registry():
    """So that a mirror is chosen where the builder is configured, or by `--build-arg PYTHON`."""
    assert "\nARG PYTHON=python:3.14-slim-trixie\n" in image.DOCKERFILE
    assert STAGES["build"].base == STAGES["base"].base == "${PYTHON}"


@pytest.mark.parametrize("fact", ["version", "revision", "source"])
def test_an_image_says_which_version_of_what_it_is(fact):
    """By the labels of the Open Container Initiative, which `make image` fills in."""
    [label] = STAGES["base"].of("LABEL")
    planned = subprocess.run(
        ["make", "--dry-run", "image", "SOURCE=https://git.example.com/lago-netsuite"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip
    pattern = {
        "version": r"\d+\.\d+\.\d+",
        "revision": r"([0-9a-f]{40}(-dirty)?|unknown)",
        "source": "https://git.example.com/lago-netsuite",
    }

    assert f'org.opencontainers.image.{fact}="${{{fact.upper()}}}"' in label
    assert len(re.findall(f"--build-arg {fact.upper()}={pattern[fact]} ", planned)) == 2
